/** Bytes that grow at the end. */
export class ByteBuffer {
  private bytes = Buffer.allocUnsafeSlow(1 << 14);
  private used = 0;

  get length(): number {
    return this.used;
  }

  /** Appends a text as UTF-8; a lone surrogate becomes U+FFFD. */
  appendText(text: string): void {
    this.reserve(text.length * 3);
    this.used += this.bytes.write(text, this.used);
  }

  /** Appends a part of another buffer, or of this one. */
  appendRange(from: ByteBuffer, start: number, end: number): void {
    if (end <= start) return;
    this.reserve(end - start);
    const { bytes, used } = this;
    // Parts are short: a loop is faster than a call.
    for (let i = start; i < end; i++) bytes[used + i - start] = from.bytes[i] as number;
    this.used += end - start;
  }

  clear(): void {
    this.used = 0;
  }

  /** What is in it, not copied: appending goes on elsewhere. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.used);
    this.bytes = Buffer.allocUnsafeSlow(1 << 14);
    this.used = 0;
    return taken;
  }

  private reserve(more: number): void {
    if (this.used + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.used + more));
    larger.set(this.bytes.subarray(0, this.used));
    this.bytes = larger;
  }
}
