// npm run bench -- search|engine|disk [OPTIONS]: see test/bench/main.ts.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installDependencies } from './install.mjs';
import { main, root, run, show } from './run.mjs';

async function bench() {
  await installDependencies();
  const dist = mkdtempSync(join(tmpdir(), 'vctx-bench-'));
  // Inside node_modules, so that the packages it imports are found.
  const folder = join(root, 'node_modules/.cache/virtual-context/bench');
  try {
    await run('node', ['esbuild.js', '--production', '--outdir', dist]);
    const options = ['--bundle', '--platform=node', '--format=esm', '--packages=external'];
    const programs = ['./test/bench/main.ts', './test/bench/disk/floorProgram.ts'];
    await run('esbuild', [...programs, ...options, '--out-extension:.js=.mjs', `--outdir=${folder}`]);
    const vectors = ['--bundle', '--platform=node', '--format=cjs', '--packages=external'];
    const vectorsProgram = join(folder, 'vectorsProgram.cjs');
    await run('esbuild', ['./test/bench/disk/vectorsProgram.ts', ...vectors, `--outfile=${vectorsProgram}`]);
    const succeeded = await show('node', [join(folder, 'main.mjs'), dist, ...process.argv.slice(2)]);
    return succeeded ? 0 : 1;
  } finally {
    rmSync(dist, { recursive: true });
  }
}

await main(bench);
