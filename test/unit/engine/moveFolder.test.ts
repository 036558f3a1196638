/** How much of a folder is moved at once. */
import { expect, it } from 'vitest';
import { filesInFolder } from '../../../src/engine/moveFolder';

/** @param all paths of files, and of folders, which end with a slash */
function inside(all: readonly string[]) {
  const files: Parameters<typeof filesInFolder>[0] = {
    isSecret: async () => false,
    removeEmptyFolders: async () => undefined,
    version: async () => undefined,
    list: async (folder) => {
      const below = all.flatMap((path) =>
        path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [],
      );
      const names = new Map(
        below.map((path) => [path.split('/')[0] ?? '', path.includes('/') ? 'directory' : 'file'] as const),
      );
      return [...names].filter(([name]) => name !== '').map(([name, kind]) => ({ name, kind, size: 0 }));
    },
  };
  return filesInFolder(files, 'src', new AbortController().signal);
}

const numbered = (count: number, path: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => path(n));

it('is 200 files, in however many folders up to that number', async () => {
  const files = numbered(200, (n) => `src/${n % 50}/${n}.ts`);
  expect(await inside(files)).toEqual(files.toSorted());
  expect(await inside([...files, 'src/empty/'])).toEqual(files.toSorted());
  expect(await inside([...files, 'src/one.ts'])).toBe('it holds more than 200 files');
});

it('is 200 folders, beside each other or within each other', async () => {
  const folders = numbered(200, (n) => `src/${n}/`);
  expect(await inside([...folders, 'src/a.ts'])).toEqual(['src/a.ts']);
  expect(await inside([...folders, 'src/more/'])).toBe('it holds more than 200 folders');
  const deep = (count: number) => `src/${'in/'.repeat(count)}a.ts`;
  expect(await inside([deep(200)])).toEqual([deep(200)]);
  expect(await inside([deep(201)])).toBe('it holds more than 200 folders');
});
