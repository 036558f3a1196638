/** Where projects keep the tests of a file, and the file of a test: by convention of the language. */

const SOURCE_ROOTS = new Set(['src', 'lib', 'app']);
const TEST_ROOTS = ['test', 'tests', 'test/unit', 'tests/unit', 'spec', '__tests__'];
const TEST_FOLDERS = new Set(['test', 'tests', 'unit', 'spec', '__tests__']);

/** How languages name tests: `*` is the name of the file tested. */
const TEST_NAMES: readonly (readonly [extensions: string, names: readonly string[]])[] = [
  ['ts tsx mts cts js jsx mjs cjs vue svelte', ['*.test', '*.spec']],
  ['py', ['test_*', '*_test']],
  ['go', ['*_test']],
  ['rb', ['*_spec', '*_test']],
  ['java kt scala cs php swift', ['*Test', '*Tests', '*Spec']],
  ['c cc cpp rs', ['test_*', '*_test', '*']],
];

/** @returns paths at which the test of a source file may be, or the source of a test file; likely ones first */
export function twinsOf(path: string): readonly string[] {
  const parts = /^(?:(.*)\/)?([^/]+?)\.([^./]+)$/.exec(path);
  if (!parts?.[2] || !parts[3]) return [];
  const [, folder = '', name, extension] = parts;
  const folders = folder === '' ? [] : folder.split('/');
  const patterns = TEST_NAMES.find(([extensions]) => extensions.split(' ').includes(extension))?.[1] ?? [];
  const tested = testedNames(name, folders, patterns);
  const found =
    tested.length > 0
      ? tested.flatMap((source) => sourceFolders(folders).map((into) => joined(into, source, extension)))
      : patterns.flatMap((test) =>
          testFolders(folders).map((into) => joined(into, test.replace('*', name), extension)),
        );
  return [...new Set(found)].filter((twin) => twin !== path);
}

/** @returns names of what a test tests; none when the file is no test */
function testedNames(name: string, folders: readonly string[], patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => {
    const [before = '', after = ''] = pattern.split('*');
    if (before + after === '') return folders.some((folder) => TEST_FOLDERS.has(folder)) ? [name] : [];
    const fits =
      name.startsWith(before) && name.endsWith(after) && name.length > before.length + after.length;
    return fits ? [name.slice(before.length, name.length - after.length)] : [];
  });
}

function testFolders(folders: readonly string[]): string[] {
  const own = folders.join('/');
  const beside = [own, ...['__tests__', 'tests', 'test'].map((sub) => [...folders, sub].join('/'))];
  const java = own.replace(/\bsrc\/main\//, 'src/test/');
  const mirrored = folders.flatMap((folder, at) =>
    SOURCE_ROOTS.has(folder)
      ? TEST_ROOTS.map((root) => [...folders.slice(0, at), root, ...folders.slice(at + 1)].join('/'))
      : [],
  );
  const apart = TEST_ROOTS.flatMap((root) => [
    [root, ...folders].join('/'),
    [root, ...folders.slice(1)].join('/'),
    root,
  ]);
  return [...(java === own ? [] : [java]), ...beside, ...mirrored, ...apart];
}

function sourceFolders(folders: readonly string[]): string[] {
  const own = folders.join('/');
  const java = own.replace(/\bsrc\/test\//, 'src/main/');
  const first = folders.findIndex((folder) => TEST_FOLDERS.has(folder));
  const candidates = java === own ? [own] : [java, own];
  if (first < 0) return candidates;
  let last = first;
  while (TEST_FOLDERS.has(folders[last + 1] ?? '')) last++;
  const before = folders.slice(0, first);
  const after = folders.slice(last + 1);
  for (const root of [...SOURCE_ROOTS, undefined])
    candidates.push([...before, ...(root === undefined ? [] : [root]), ...after].join('/'));
  return candidates;
}

function joined(folder: string, name: string, extension: string): string {
  return `${folder === '' ? '' : `${folder}/`}${name}.${extension}`;
}
