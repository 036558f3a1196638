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

/** What a path tells about its file. */
export interface PathTraits {
  readonly test: boolean;
  /** Of examples, benchmarks, scripts or documentation. */
  readonly beside: boolean;
  /** A program wrote the file, or others did. */
  readonly generated: boolean;
  /** Empty at the root. */
  readonly folder: string;
  /** File name without ending. */
  readonly base: string;
  /** The lower-case file name that a test's file name refers to. */
  readonly tested: string;
  readonly depth: number;
}

/** Paths remembered: the same files are candidates again and again. */
const maxPaths = 50_000;
const known = new Map<string, PathTraits>();

/** @param rel path within its folder, with slashes */
export function pathTraits(rel: string): PathTraits {
  let traits = known.get(rel);
  if (!traits) {
    if (known.size >= maxPaths) known.clear();
    const base = baseName(rel);
    traits = {
      test: isTestPath(rel),
      beside: besidePath.test(rel),
      generated: generatedPath.test(rel),
      folder: rel.slice(0, Math.max(0, rel.lastIndexOf('/'))),
      base,
      tested: base.replace(testAffix, '').toLowerCase(),
      depth: rel.split('/').length,
    };
    known.set(rel, traits);
  }
  return traits;
}

/** @returns whether a language is prose or data */
export function isProse(language: string): boolean {
  return proseLanguages.has(language);
}

function baseName(rel: string): string {
  const name = rel.slice(rel.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}
