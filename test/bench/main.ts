/**
 * Measurements that tests do not make: `npm run bench -- COMMAND`. Commands: search, engine, disk.
 * Arguments: the folder of the build, the command, its options. With --json the last line is the result as JSON.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { benchDisk } from './disk/main';
import { benchEngine } from './engine/main';
import { benchSearch } from './search/benchSearch';

const usage = `usage:
  npm run bench -- search [--queries DIR] [--repositories DIR] [--json]
  npm run bench -- engine [PART ...] [--quick] [--seed N] [--traces DIR] [--packages DIR] [--json]
  npm run bench -- disk [PART ...] [--quick] [--seed N] [--repo DIR] [--json]`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      queries: { type: 'string', default: '../shared/queries' },
      repositories: { type: 'string', default: '../repositories' },
      quick: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      traces: { type: 'string', default: '../shared/traces' },
      packages: { type: 'string', default: 'node_modules' },
      repo: { type: 'string', default: 'node_modules' },
      json: { type: 'boolean', default: false },
    },
  });
  const [dist = '', command, ...parts] = positionals;
  const seed = Number(values.seed);
  let result: object;
  if (command === 'search') {
    result = await benchSearch(dist, resolve(values.queries), resolve(values.repositories));
  } else if (command === 'engine' && Number.isInteger(seed)) {
    const [traces, packages] = [resolve(values.traces), resolve(values.packages)];
    result = await benchEngine({ dist, quick: values.quick, seed, traces, packages }, parts);
  } else if (command === 'disk' && Number.isInteger(seed)) {
    result = await benchDisk({ dist, quick: values.quick, seed, repo: resolve(values.repo) }, parts);
  } else throw new Error(usage);
  if (values.json) console.log(JSON.stringify(result));
}

main().catch((error: unknown) => {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
