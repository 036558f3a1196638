import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { isSecretPath } from '../engine/secretFiles';

/** Later files win over earlier ones of the same folder. */
export const ignoreFileNames = ['.gitignore', '.virtualcontextignore'] as const;

/** What is never worth a search unless `.virtualcontextignore` takes it back with `!`. */
const defaults = [
  ...[
    '.git',
    '.hg',
    '.svn',
    'node_modules',
    'bower_components',
    '.venv',
    '__pycache__',
    '.mypy_cache',
    '.pytest_cache',
  ],
  ...['.tox', '.gradle', '.terraform', '.next', '.nuxt', '.turbo', '.cache', '.vscode-test', '.DS_Store'],
  ...[
    'package-lock.json',
    'npm-shrinkwrap.json',
    'pnpm-lock.yaml',
    'bun.lock',
    'go.sum',
    '*.lock',
    '*.lockb',
  ],
  ...['*.min.js', '*.min.css', '*.min.mjs', '*.map', '*.snap', '*.tsbuildinfo'],
  ...['png', 'jpg', 'jpeg', 'gif', 'webp', 'avif', 'bmp', 'ico', 'icns', 'tiff', 'psd', 'svg'].map(
    (end) => `*.${end}`,
  ),
  ...['mp3', 'mp4', 'm4a', 'mov', 'avi', 'mkv', 'webm', 'ogg', 'wav', 'flac', 'pdf'].map((end) => `*.${end}`),
  ...['zip', 'gz', 'tgz', 'bz2', 'xz', 'zst', '7z', 'rar', 'tar', 'jar', 'war', 'whl', 'vsix'].map(
    (end) => `*.${end}`,
  ),
  ...['exe', 'dll', 'so', 'dylib', 'a', 'o', 'obj', 'lib', 'class', 'pyc', 'pyo', 'wasm', 'node', 'bin'].map(
    (end) => `*.${end}`,
  ),
  ...['ttf', 'otf', 'woff', 'woff2', 'eot', 'sqlite', 'sqlite3', 'db', 'parquet', 'arrow', 'onnx'].map(
    (end) => `*.${end}`,
  ),
];

const defaultRules = ignore().add(defaults);

/** The ignore files of one root, read once per walk. */
export class IgnoreRules {
  private readonly folders = new Map<string, Promise<Ignore | undefined>>();

  constructor(private readonly root: string) {}

  /**
   * @param rel `/`-separated path within the root
   * @returns whether the index leaves it out, given that its folder is not left out
   */
  async excludes(rel: string, isFolder: boolean): Promise<boolean> {
    if (!isFolder && isSecretPath(rel)) return true;
    const suffix = isFolder ? '/' : '';
    const name = rel.slice(rel.lastIndexOf('/') + 1);
    let excluded = defaultRules.ignores(name + suffix);
    let folder = '';
    for (;;) {
      const rules = await this.rulesOf(folder);
      const verdict = rules?.test(rel.slice(folder === '' ? 0 : folder.length + 1) + suffix);
      if (verdict?.ignored) excluded = true;
      else if (verdict?.unignored) excluded = false;
      const next = rel.indexOf('/', folder === '' ? 0 : folder.length + 1);
      if (next < 0) return excluded;
      folder = rel.slice(0, next);
    }
  }

  /** Like `excludes`, for a path whose folders have not been looked at. */
  async excludesPath(rel: string): Promise<boolean> {
    for (let next = rel.indexOf('/'); next >= 0; next = rel.indexOf('/', next + 1)) {
      if (await this.excludes(rel.slice(0, next), true)) return true;
    }
    return this.excludes(rel, false);
  }

  private rulesOf(folder: string): Promise<Ignore | undefined> {
    let rules = this.folders.get(folder);
    if (!rules) {
      rules = this.read(folder);
      this.folders.set(folder, rules);
    }
    return rules;
  }

  private async read(folder: string): Promise<Ignore | undefined> {
    const names = folder === '' ? ['.git/info/exclude', ...ignoreFileNames] : ignoreFileNames;
    let rules: Ignore | undefined;
    for (const name of names) {
      const text = await readFile(join(this.root, folder, name), 'utf8').catch(() => undefined);
      if (text !== undefined) rules = (rules ?? ignore()).add(text);
    }
    return rules;
  }
}
