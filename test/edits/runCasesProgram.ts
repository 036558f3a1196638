/** Run by scripts/testEdits.mjs: `--cases FILE`, default the repository's own. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ownCases } from './ownCases';
import { parseCases, runCases } from './runCases';

const { cases: file } = parseArgs({ options: { cases: { type: 'string' } } }).values;
const verdicts = await runCases(file === undefined ? ownCases() : parseCases(readFileSync(file, 'utf8')));
for (const { name, outcome, remark } of verdicts)
  if (remark !== undefined) process.stdout.write(`${outcome}: ${name}: ${remark}\n`);
const count = (outcome: string) => verdicts.filter((verdict) => verdict.outcome === outcome).length;
process.stdout.write(`exact ${count('exact')}, refused ${count('refused')}, wrong ${count('wrong')}\n`);
process.exitCode = count('wrong') > 0 ? 1 : 0;
