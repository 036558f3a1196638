/** The corpus that the repository brings: cases by hand, and cases made from sources of npm packages. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../src/cli/eval/Random';
import { madeCases } from './madeCases';
import { type EditCase, parseCases } from './runCases';

const ROUNDS = 14;
const SEED = 5;

/** Run from the repository's root. */
export function ownCases(): readonly EditCase[] {
  const random = new Random(SEED);
  const byHand = parseCases(readFileSync(join(process.cwd(), 'test/edits/cases.json'), 'utf8'));
  return [...byHand, ...madeCases(ROUNDS, () => random.next())];
}
