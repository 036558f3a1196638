// npm run test:edits [-- --cases FILE]: makes the edits of a corpus and says of each whether it came out as expected.
// The last line is "exact N, refused N, wrong N". Format of a corpus: test/edits/README.md.

import { join } from 'node:path';
import { installDependencies } from './install.mjs';
import { main, root, run, show } from './run.mjs';

async function testEdits() {
  await installDependencies();
  // Inside node_modules, so that the packages it imports are found.
  const program = join(root, 'node_modules/.cache/virtual-context/edits/runCasesProgram.mjs');
  const options = [
    '--bundle',
    '--platform=node',
    '--format=esm',
    '--packages=external',
    '--log-level=warning',
  ];
  await run('esbuild', ['./test/edits/runCasesProgram.ts', ...options, `--outfile=${program}`]);
  return (await show('node', [program, ...process.argv.slice(2)])) ? 0 : 1;
}

await main(testEdits);
