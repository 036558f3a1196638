import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const modules = resolve(import.meta.dirname, '../../../node_modules');
const sources = resolve(import.meta.dirname, '../../../src/disk');
const require = createRequire(import.meta.url);

export interface DiskBundle {
  /** disk.js, to be given to DiskClient. */
  readonly script: string;
  remove(): void;
}

/** Builds the disk process as esbuild.js does, into a folder of its own, so that tests never run yesterday's build. */
export async function bundleDisk(
  options: { readonly withLance: boolean } = { withLance: true },
): Promise<DiskBundle> {
  const folder = mkdtempSync(join(tmpdir(), 'vctx-test-bundle-'));
  await build({
    entryPoints: [join(sources, 'main.ts'), join(sources, 'indexWorker.ts')],
    entryNames: '[name]',
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['*.node', '@lancedb/lancedb-*'],
    alias: {
      'apache-arrow': require.resolve('apache-arrow'),
      'web-tree-sitter': require.resolve('web-tree-sitter'),
    },
    supported: { 'dynamic-import': false },
    logLevel: 'error',
  });
  const grammars = join(folder, 'grammars');
  mkdirSync(grammars);
  cpSync(join(modules, 'web-tree-sitter/tree-sitter.wasm'), join(grammars, 'tree-sitter.wasm'));
  const wasm = join(modules, '@vscode/tree-sitter-wasm/wasm');
  for (const file of readdirSync(wasm).filter((name) => /^tree-sitter-.*\.wasm$/.test(name))) {
    symlinkSync(join(wasm, file), join(grammars, file));
  }
  if (options.withLance) linkLance(folder);
  return { script: join(folder, 'main.js'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function linkLance(folder: string): void {
  const scope = join(modules, '@lancedb');
  for (const name of readdirSync(scope).filter((entry) => entry.startsWith('lancedb-'))) {
    for (const file of readdirSync(join(scope, name)).filter((entry) => entry.endsWith('.node'))) {
      symlinkSync(join(scope, name, file), join(folder, file));
    }
  }
}
