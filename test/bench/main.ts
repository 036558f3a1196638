/**
 * Measurements that tests do not make: `npm run bench -- COMMAND`. Commands: search.
 * Arguments: the folder of the build, the command, its options. With --json the last line is the result as JSON.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { benchSearch } from './benchSearch';

const usage = 'usage: npm run bench -- search [--queries DIR] [--repositories DIR] [--json]';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      queries: { type: 'string', default: '../shared/queries' },
      repositories: { type: 'string', default: '../repositories' },
      json: { type: 'boolean', default: false },
    },
  });
  const [dist = '', command] = positionals;
  if (command !== 'search') throw new Error(usage);
  const result = await benchSearch(dist, resolve(values.queries), resolve(values.repositories));
  if (values.json) console.log(JSON.stringify(result));
}

main().catch((error: unknown) => {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
