/**
 * What the model knows of a file after an edit of its own: the page it was shown and the edit it wrote. Where all of that
 * is in view, the page's new lines follow from it and nothing has to be read again.
 */
import type { LineRange } from './PageTable';
import type { Hunk } from './textEdit';

/**
 * @param range lines of a page before the edit
 * @param hunks what the edit replaced, in ascending order
 * @returns the lines after it that page and edit tell together; undefined where a hunk is only in part in the page, and
 *   where nothing is left
 */
export function reanchored(range: LineRange, hunks: readonly Hunk[]): LineRange | undefined {
  let { startLine, endLine } = range;
  for (const hunk of hunks) {
    if (hunk.startLine > range.endLine) break;
    const shift = hunk.lines - (hunk.endLine - hunk.startLine + 1);
    if (hunk.endLine < range.startLine) startLine += shift;
    else if (hunk.startLine < range.startLine || hunk.endLine > range.endLine) return undefined;
    endLine += shift;
  }
  return startLine <= endLine ? { startLine, endLine } : undefined;
}
