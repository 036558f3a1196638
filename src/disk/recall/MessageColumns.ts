/** What ranking needs to know of each message, in columns: a hundred thousand messages are a few megabytes. */

const firstRows = 1024;

export class MessageColumns {
  /** Messages ever added, those that were replaced included. */
  length = 0;
  time = new Float64Array(firstRows);
  /** Place in the session. */
  seq = new Float64Array(firstRows);
  /** Terms of the message's own text. */
  words = new Int32Array(firstRows);
  /** How much the message says. */
  information = new Float32Array(firstRows);
  /** Character 4-grams. */
  grams = new Int32Array(firstRows);
  /** `cue` values added up. */
  cues = new Uint8Array(firstRows);
  /** 1 until the message is replaced. */
  live = new Uint8Array(firstRows);
  /** 1 for what a tool put out. */
  output = new Uint8Array(firstRows);
  /** Number of the speaker. */
  speaker = new Int32Array(firstRows);
  /** What was said before and after in the same sitting, or -1. */
  previous = new Int32Array(firstRows);
  next = new Int32Array(firstRows);
  sitting = new Int32Array(firstRows);

  /** Adds a row of zeros. @returns its number */
  add(): number {
    if (this.length === this.live.length) this.widen(Math.ceil(this.length * 1.5));
    return this.length++;
  }

  private widen(rows: number): void {
    this.time = widened(this.time, new Float64Array(rows));
    this.seq = widened(this.seq, new Float64Array(rows));
    this.words = widened(this.words, new Int32Array(rows));
    this.information = widened(this.information, new Float32Array(rows));
    this.grams = widened(this.grams, new Int32Array(rows));
    this.cues = widened(this.cues, new Uint8Array(rows));
    this.live = widened(this.live, new Uint8Array(rows));
    this.output = widened(this.output, new Uint8Array(rows));
    this.speaker = widened(this.speaker, new Int32Array(rows));
    this.previous = widened(this.previous, new Int32Array(rows));
    this.next = widened(this.next, new Int32Array(rows));
    this.sitting = widened(this.sitting, new Int32Array(rows));
  }
}

function widened<Values extends { set(old: Values): void }>(old: Values, wider: Values): Values {
  wider.set(old);
  return wider;
}
