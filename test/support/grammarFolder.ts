import { copyFileSync, globSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';

const modules = resolve(import.meta.dirname, '../../node_modules');

/** What esbuild.js copies into dist/grammars. */
const files = [
  'web-tree-sitter/tree-sitter.wasm',
  '@vscode/tree-sitter-wasm/wasm/tree-sitter-*.wasm',
  'tree-sitter-wasms/out/tree-sitter-{c,html,kotlin,swift}.wasm',
  'tree-sitter-scala/tree-sitter-scala.wasm',
  '@tree-sitter-grammars/tree-sitter-lua/tree-sitter-lua.wasm',
];

// As the disk process runs: the optimising compiler takes gigabytes and seconds for the largest grammars.
setFlagsFromString('--liftoff-only');

/** @returns a new folder with tree-sitter's runtime and all grammars, to be removed by whoever asks for it */
export function grammarFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vctx-grammars-'));
  for (const file of globSync(files, { cwd: modules })) {
    copyFileSync(join(modules, file), join(folder, basename(file)));
  }
  return folder;
}
