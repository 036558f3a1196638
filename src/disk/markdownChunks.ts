import { maxTokens } from './Page';
import { type Segment, splitLines } from './Segment';
import type { SourceText } from './SourceText';
import type { FoundSymbol, Outline } from './toPages';

const heading = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/;
const fence = /^ {0,3}(```+|~~~+)/;

/** Segments of a Markdown file: one per section, long sections split. Symbol: the headings' path. */
export function markdownChunks(source: SourceText): Outline {
  const segments: Segment[] = [];
  const symbols: FoundSymbol[] = [];
  const open: string[] = [];
  let fenced: string | undefined;
  let current: Segment = { first: 0, last: 0, symbol: '', names: [] };
  const close = (last: number) => {
    const section = { ...current, last };
    segments.push(
      ...(source.tokens(section.first, last) > maxTokens ? splitLines(source, section) : [section]),
    );
  };
  const visit = (line: string, i: number) => {
    const mark = fence.exec(line)?.[1];
    if (fenced === undefined) fenced = mark;
    else if (mark?.startsWith(fenced)) fenced = undefined;
    const match = fenced === undefined ? heading.exec(line) : null;
    if (!match) return;
    if (i > current.first) close(i - 1);
    const level = (match[1] ?? '').length;
    const title = (match[2] ?? '').slice(0, 120);
    open.length = Math.min(open.length, level - 1);
    const container = sectionPath(open);
    open[level - 1] = title;
    symbols.push({ kind: 'definition', name: title, offset: source.lineStart(i), container });
    current = {
      first: i,
      last: i,
      symbol: sectionPath(open),
      names: [title],
    };
  };
  for (let i = 0; i < source.lineCount; i++) visit(source.line(i), i);
  close(source.lineCount - 1);
  return { segments, symbols };
}

/** A document may leave levels out. */
function sectionPath(headings: readonly (string | undefined)[]): string {
  return headings.filter((part) => part !== undefined).join(' > ');
}
