import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { isSecretPath } from '../engine/secretFiles';

/** Later files win over earlier ones of the same folder. */
const ignoreFileNames = ['.gitignore', '.virtualcontextignore'] as const;
/** Rules of a clone that are not shared; of the root only, and the first to be overruled. */
const cloneRules = '.git/info/exclude';

/** @param rel `/`-separated path within a root @returns whether a change of it may change what belongs to the index */
export function isIgnoreFile(rel: string): boolean {
  const name = rel.slice(rel.lastIndexOf('/') + 1);
  return rel === cloneRules || (ignoreFileNames as readonly string[]).includes(name);
}

/** What is never worth a search unless `.virtualcontextignore` takes it back with `!`: files and folders of these names … */
const defaultNames = new Set(
  (
    '.git .hg .svn node_modules bower_components .venv __pycache__ .mypy_cache .pytest_cache .tox .gradle .terraform ' +
    '.next .nuxt .turbo .cache .vscode-test .ds_store package-lock.json npm-shrinkwrap.json pnpm-lock.yaml bun.lock go.sum'
  ).split(' '),
);

/** … and those whose names end so. */
const defaultEndings = new Set(
  (
    'lock lockb min.js min.css min.mjs map snap tsbuildinfo ' +
    'png jpg jpeg gif webp avif bmp ico icns tiff psd svg ' +
    'mp3 mp4 m4a mov avi mkv webm ogg wav flac pdf ' +
    'zip gz tgz bz2 xz zst 7z rar tar jar war whl vsix ' +
    'exe dll so dylib a o obj lib class pyc pyo wasm node bin ' +
    'ttf otf woff woff2 eot sqlite sqlite3 db parquet arrow onnx'
  ).split(' '),
);

function excludedByDefault(name: string): boolean {
  const lower = name.toLowerCase();
  if (defaultNames.has(lower)) return true;
  for (let dot = lower.indexOf('.'); dot >= 0; dot = lower.indexOf('.', dot + 1)) {
    if (defaultEndings.has(lower.slice(dot + 1))) return true;
  }
  return false;
}

/** The ignore files of one root, read once; to be used for one look at the root. */
export class IgnoreRules {
  private readonly folders = new Map<string, Ignore | undefined>();

  constructor(private readonly root: string) {}

  /**
   * @param rel `/`-separated path within the root
   * @returns whether the index leaves it out, given that its folder is not left out
   */
  excludes(rel: string, isFolder: boolean): boolean {
    if (!isFolder && isSecretPath(rel)) return true;
    const suffix = isFolder ? '/' : '';
    let excluded = excludedByDefault(rel.slice(rel.lastIndexOf('/') + 1));
    let folder = '';
    for (;;) {
      const verdict = this.rulesOf(folder)?.test(rel.slice(folder === '' ? 0 : folder.length + 1) + suffix);
      if (verdict?.ignored) excluded = true;
      else if (verdict?.unignored) excluded = false;
      const next = rel.indexOf('/', folder === '' ? 0 : folder.length + 1);
      if (next < 0) return excluded;
      folder = rel.slice(0, next);
    }
  }

  /** Says what a folder holds, so that no file is looked for in vain. */
  enter(folder: string, names: ReadonlySet<string>): void {
    if (folder !== '')
      this.folders.set(
        folder,
        this.read(
          folder,
          ignoreFileNames.filter((name) => names.has(name)),
        ),
      );
  }

  private rulesOf(folder: string): Ignore | undefined {
    let rules = this.folders.get(folder);
    if (!rules && !this.folders.has(folder)) {
      rules = this.read(folder, folder === '' ? [cloneRules, ...ignoreFileNames] : ignoreFileNames);
      this.folders.set(folder, rules);
    }
    return rules;
  }

  private read(folder: string, names: readonly string[]): Ignore | undefined {
    let rules: Ignore | undefined;
    for (const name of names) {
      const text = readText(join(this.root, folder, name));
      if (text !== undefined) rules = (rules ?? ignore()).add(text);
    }
    return rules;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
