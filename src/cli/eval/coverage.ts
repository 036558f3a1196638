import { rougeLRecall } from './rougeL';

/**
 * How much of the facts a text takes up: for each fact the best ROUGE-L recall of a line of the text, averaged. By line,
 * so that words collected from all over the text do not count as a fact.
 * @returns 0-1; 0 for no facts
 */
export function coverage(facts: readonly string[], text: string): number {
  return mean(bestRecalls(facts, text));
}

/** A line with this share of a fact's words, in order, tells the fact; facts of one form share fewer. */
const TOLD = 0.8;

/** @returns the share of the facts that a line of the text tells, 0-1; 0 for no facts */
export function factsTold(facts: readonly string[], text: string): number {
  return mean(bestRecalls(facts, text).map((recall) => (recall >= TOLD ? 1 : 0)));
}

function bestRecalls(facts: readonly string[], text: string): number[] {
  const lines = text.split('\n');
  return facts.map((fact) => Math.max(...lines.map((line) => rougeLRecall(fact, line))));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
