import { formatPatch, OMIT_HEADERS, structuredPatch } from 'diff';
import type { TextDiff } from '../engine/ports';
import { signedLines } from './signedLines';

const CONTEXT_LINES = 2;
/** Two texts with nothing in common cost quadratic time; beyond this many changed lines a diff helps nobody. */
const MAX_CHANGED_LINES = 2000;

/** Unified diff without file headers; empty when the texts are equal. */
export const unifiedDiff: TextDiff = (before, after) => {
  if (before === after) return '';
  // A text that comes or goes is shown, however long.
  if (before === '' || after === '') return wholeText(before, after);
  const patch = structuredPatch('', '', before, after, '', '', {
    context: CONTEXT_LINES,
    maxEditLength: MAX_CHANGED_LINES,
  });
  if (patch === undefined) return '(the text has changed throughout)';
  return formatPatch(patch, OMIT_HEADERS).replace(/\n$/, '');
};

function wholeText(before: string, after: string): string {
  const [sign, text] = before === '' ? (['+', after] as const) : (['-', before] as const);
  const lines = signedLines(sign, text);
  const range = `1,${lines.length}`;
  const heading = before === '' ? `@@ -0,0 +${range} @@` : `@@ -${range} +0,0 @@`;
  const end = text.endsWith('\n') ? [] : ['\\ No newline at end of file'];
  return [heading, ...lines, ...end].join('\n');
}
