/** Run by scripts/testEdits.mjs: `--cases FILE`, default the repository's own. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ownCases } from './ownCases';
import { type EditCase, parseCases, runCases } from './runCases';

const { cases: file } = parseArgs({ options: { cases: { type: 'string' } } }).values;
const verdicts = await runCases(file === undefined ? ownCases() : corpusOf(file));
for (const { name, outcome, remark } of verdicts)
  if (remark !== undefined) process.stdout.write(`${outcome}: ${name}: ${remark}\n`);
const count = (outcome: string) => verdicts.filter((verdict) => verdict.outcome === outcome).length;
process.stdout.write(`exact ${count('exact')}, refused ${count('refused')}, wrong ${count('wrong')}\n`);
process.exitCode = count('wrong') > 0 ? 1 : 0;

function corpusOf(path: string): readonly EditCase[] {
  try {
    return parseCases(readFileSync(path, 'utf8'));
  } catch (error) {
    process.stderr.write(`${path}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
