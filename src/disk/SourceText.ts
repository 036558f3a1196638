import { estimateTokens } from './Page';

/** A text cut into lines at `\n` (as tree-sitter and git count them), with sizes of runs of lines. */
export class SourceText {
  readonly lines: readonly string[];
  /** offsets[i]: characters before line i. */
  private readonly offsets: readonly number[];

  constructor(readonly text: string) {
    const lines = text.split('\n');
    // A final line break ends the last line; it does not begin another.
    if (lines.length > 1 && lines.at(-1) === '') lines.pop();
    this.lines = lines;
    const offsets = [0];
    let offset = 0;
    for (const line of lines) {
      offset += line.length + 1;
      offsets.push(offset);
    }
    this.offsets = offsets;
  }

  get lineCount(): number {
    return this.lines.length;
  }

  /** Estimated tokens of lines `first` to `last`, 0-based and inclusive. */
  tokens(first: number, last: number): number {
    return estimateTokens((this.offsets[last + 1] ?? 0) - (this.offsets[first] ?? 0));
  }

  /** Lines `startLine` to `endLine`, 1-based and inclusive, without carriage returns. */
  slice(startLine: number, endLine: number): string {
    return this.lines
      .slice(startLine - 1, endLine)
      .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
      .join('\n');
  }
}
