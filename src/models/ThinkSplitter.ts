/** Parts the reasoning that local models write before their answer, between `<think>` and `</think>`, from the answer. */

const OPEN = '<think>';
const CLOSE = '</think>';

/** A piece of what a model streams. */
export interface StreamedPiece {
  readonly type: 'text' | 'reasoning';
  readonly text: string;
}

/** Takes the text as it streams in. Only what an answer begins with is reasoning: later tags are quoted. */
export class ThinkSplitter {
  private mode: 'start' | 'reasoning' | 'afterReasoning' | 'text' = 'start';
  /** What may be the beginning of a tag. */
  private held = '';

  add(text: string): StreamedPiece[] {
    if (this.mode === 'text') return piece('text', text);
    this.held += text;
    if (this.mode === 'start') {
      const begun = this.held.trimStart();
      if (begun.length < OPEN.length && OPEN.startsWith(begun)) return [];
      if (!begun.startsWith(OPEN)) return this.release();
      this.mode = 'reasoning';
      this.held = begun.slice(OPEN.length);
    }
    if (this.mode === 'afterReasoning') return this.answer();
    const end = this.held.indexOf(CLOSE);
    if (end >= 0) {
      const reasoning = this.held.slice(0, end);
      this.held = this.held.slice(end + CLOSE.length);
      this.mode = 'afterReasoning';
      return [...piece('reasoning', reasoning), ...this.answer()];
    }
    const sure = this.held.length - partialTag(this.held);
    const reasoning = this.held.slice(0, sure);
    this.held = this.held.slice(sure);
    return piece('reasoning', reasoning);
  }

  /** The stream is over. */
  finish(): StreamedPiece[] {
    if (this.mode === 'reasoning') {
      const rest = this.held;
      this.held = '';
      return piece('reasoning', rest);
    }
    return this.mode === 'afterReasoning' ? [] : this.release();
  }

  /** Line breaks between the reasoning and the answer belong to neither. */
  private answer(): StreamedPiece[] {
    this.held = this.held.trimStart();
    return this.held === '' ? [] : this.release();
  }

  private release(): StreamedPiece[] {
    this.mode = 'text';
    const text = this.held;
    this.held = '';
    return piece('text', text);
  }
}

function piece(type: StreamedPiece['type'], text: string): StreamedPiece[] {
  return text === '' ? [] : [{ type, text }];
}

/** @returns how many characters at the end may be the beginning of the closing tag */
function partialTag(text: string): number {
  for (let length = Math.min(CLOSE.length - 1, text.length); length > 0; length--)
    if (CLOSE.startsWith(text.slice(-length))) return length;
  return 0;
}
