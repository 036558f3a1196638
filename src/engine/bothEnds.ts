/**
 * Beginning and end of a text, at whole lines: what is long says at its beginning what it is, and at its end how it
 * came out.
 */
import { cutText } from './cutText';

/** Share of the beginning. */
const HEAD_SHARE = 0.6;

/** @param chars UTF-16 units, at least 10 @returns at most so many, and a line between */
export function bothEnds(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const start = cutText(text, Math.floor(chars * HEAD_SHARE));
  const from = text.length - Math.floor(chars * (1 - HEAD_SHARE));
  const [headEnd, tailStart] = [start.lastIndexOf('\n'), text.indexOf('\n', from)];
  const head = headEnd > 0 ? start.slice(0, headEnd) : start;
  // Never in the middle of a character.
  const tail = tailStart < 0 ? text.slice(from).replace(/^[\udc00-\udfff]/, '') : text.slice(tailStart + 1);
  return `${head}\n…\n${tail}`;
}
