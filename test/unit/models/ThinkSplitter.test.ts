import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ThinkSplitter } from '../../../src/models/ThinkSplitter';

/** What comes out of a text that streams in cut at these places. */
function split(text: string, cuts: readonly number[] = []) {
  const splitter = new ThinkSplitter();
  const places = [...new Set([0, ...cuts.map((cut) => cut % (text.length + 1)), text.length])].sort(
    (a, b) => a - b,
  );
  const pieces = places.slice(1).flatMap((end, i) => splitter.add(text.slice(places[i], end)));
  pieces.push(...splitter.finish());
  const joined = (type: 'text' | 'reasoning') =>
    pieces.flatMap((piece) => (piece.type === type ? [piece.text] : [])).join('');
  return { text: joined('text'), reasoning: joined('reasoning') };
}

it.each([
  ['<think>\nHm.\n</think>\n\nYes.', 'Yes.', '\nHm.\n'],
  [' \n<think>a < b</thin</think>x', 'x', 'a < b</thin'],
  ['No tags <think>here</think>.', 'No tags <think>here</think>.', ''],
  ['<thinking is fun', '<thinking is fun', ''],
  ['<think>cut off', '', 'cut off'],
  ['<think></think>Only this.', 'Only this.', ''],
  ['<thi', '<thi', ''],
  ['', '', ''],
])('parts %j', (whole, text, reasoning) => {
  expect(split(whole)).toEqual({ text, reasoning });
});

it('parts a stream the same wherever it is cut', () => {
  const part = fc.constantFrom('<think>', '</think>', '<thi', 'nk>', '<', '\n', 'word ', '/think>');
  const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.array(fc.nat()), (whole, cuts) => {
      expect(split(whole, cuts)).toEqual(split(whole));
    }),
  );
});
