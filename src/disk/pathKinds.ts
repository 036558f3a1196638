/** What a file is for, as far as its path and language tell. */

const testPath =
  /(^|\/)(__tests__|__mocks__|tests?|testing|testdata|specs?|e2e|fixtures?)(\/|$)|[._-](test|tests|spec|e2e)\.[^/]+$|(^|\/)test_[^/]+$|(Test|Tests|IT|Spec)\.(java|kt|cs|scala|php|swift)$/;
const testAffix = /^test_|[._-]?(tests?|spec|e2e|it)$/gi;
const besidePath =
  /(^|\/)(examples?|samples?|demos?|bench(marks?)?|benches|scripts?|tools?|playground|website|docs?|docs_src)(\/|$)/i;
const generatedPath =
  /(^|\/)(generated|gen|vendor|third_party|dist|build|migrations?|locales?|i18n)(\/|$)|\.(d\.ts|pb\.go|generated\.\w+)$/i;

/** Text about the code, and data: they hold the words of every question, and seldom what it asks for. */
const proseLanguages = new Set(
  'markdown restructuredtext latex plaintext html json jsonc yaml toml xml ini properties'.split(' '),
);

/** @returns whether a path is that of a test or its data */
export function isTestPath(path: string): boolean {
  return testPath.test(path);
}

/** @returns whether a path is that of examples, benchmarks, scripts or documentation */
export function isBesidePath(path: string): boolean {
  return besidePath.test(path);
}

/** @returns whether a path says that a program wrote the file, or others did */
export function isGeneratedPath(path: string): boolean {
  return generatedPath.test(path);
}

/** @returns whether a language is prose or data */
export function isProse(language: string): boolean {
  return proseLanguages.has(language);
}

/** @returns the file name without folders and ending */
export function baseName(rel: string): string {
  const name = rel.slice(rel.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/** @returns the folder a path is in; empty at the root */
export function folderOf(rel: string): string {
  return rel.slice(0, Math.max(0, rel.lastIndexOf('/')));
}

/** @returns the lower-case file name that a test's file name refers to */
export function testedName(rel: string): string {
  return baseName(rel).replace(testAffix, '').toLowerCase();
}
