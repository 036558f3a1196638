import { maxTokens, type SourcePage } from './Page';
import { mergeSegments, type Segment, splitLines } from './Segment';
import type { SourceText } from './SourceText';

const heading = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/;
const fence = /^ {0,3}(```+|~~~+)/;

/** Pages of a Markdown file: one per section, long sections split, short neighbours joined. Symbol: the headings' path. */
export function markdownChunks(source: SourceText): SourcePage[] {
  const segments: Segment[] = [];
  const open: string[] = [];
  let fenced: string | undefined;
  let current: Segment = { first: 0, last: 0, symbol: '', names: [] };
  const close = (last: number) => {
    const section = { ...current, last };
    segments.push(
      ...(source.tokens(section.first, last) > maxTokens ? splitLines(source, section) : [section]),
    );
  };
  source.lines.forEach((line, i) => {
    const mark = fence.exec(line)?.[1];
    if (fenced === undefined) fenced = mark;
    else if (mark?.startsWith(fenced)) fenced = undefined;
    const match = fenced === undefined ? heading.exec(line) : null;
    if (!match) return;
    if (i > current.first) close(i - 1);
    const level = (match[1] ?? '').length;
    const title = (match[2] ?? '').slice(0, 120);
    open.length = Math.min(open.length, level - 1);
    open[level - 1] = title;
    current = {
      first: i,
      last: i,
      symbol: open.filter((part) => part !== undefined).join(' > '),
      names: [title],
    };
  });
  close(source.lineCount - 1);
  return mergeSegments(source, segments);
}
