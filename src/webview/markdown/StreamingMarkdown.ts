/**
 * Markdown of a text that grows: a top-level block is final once another one begins later and two of its lines are
 * complete, so each step parses only the text from the first block that is not. (CommonMark decides blocks line by line,
 * and a line that may still grow can change its mind: `#` begins a heading, `#x` goes on with a paragraph. That a table
 * begins is decided by the line after: `---` makes one of the line before, `---a` does not.) What a late link
 * definition changes in earlier blocks is put right by `finish`.
 */
import { type MarkdownContext, renderBlocks } from './renderMarkdown';

export class StreamingMarkdown {
  private context: MarkdownContext = {};
  private text = '';
  /** HTML of the final blocks. */
  private settled: readonly string[] = [];
  /** Where the first block that is not final begins in `text`. */
  private tail = 0;

  /**
   * @param grown all of the text so far
   * @returns HTML of each block; those that did not change are the same strings
   */
  update(grown: string): readonly string[] {
    const text = normalize(grown);
    if (!text.startsWith(this.text)) this.reset();
    this.text = text;
    const rest = text.slice(this.tail);
    const blocks = renderBlocks(rest, this.context);
    const completeLines = countLineBreaks(rest);
    const open = blocks.findLastIndex((block) => block.line + 1 < completeLines);
    const html = [...this.settled, ...blocks.map((block) => block.html)];
    if (open > 0) {
      this.settled = html.slice(0, this.settled.length + open);
      this.tail += offsetOfLine(rest, blocks[open]?.line ?? 0);
    }
    return html;
  }

  /** @returns HTML of each block of the complete text */
  finish(text: string): readonly string[] {
    this.reset();
    return renderBlocks(normalize(text), {}).map((block) => block.html);
  }

  private reset(): void {
    this.context = {};
    this.text = '';
    this.settled = [];
    this.tail = 0;
  }
}

/** Line ends as the parser sees them; a prefix of a text stays a prefix. */
function normalize(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

function countLineBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let i = 0; i < line; i++) offset = text.indexOf('\n', offset) + 1;
  return offset;
}
