import type { ChatHostEvent } from '../webview/protocol';

/** Text is held back at most this long, ms: two frames. */
const HOLD_MS = 32;

/** Joins text that arrives token by token, so that a webview gets tens of messages a second and not hundreds. */
export class TextDeltaBatcher {
  private held = '';
  private kind: 'textDelta' | 'reasoningDelta' = 'textDelta';
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly post: (event: ChatHostEvent) => void) {}

  /** Passes an event on, in order; text possibly a little later. */
  add(event: ChatHostEvent): void {
    if (event.type === 'textDelta' || event.type === 'reasoningDelta') {
      if (event.type !== this.kind) this.flush();
      this.kind = event.type;
      this.held += event.text;
      this.timer ??= setTimeout(() => this.flush(), HOLD_MS);
      return;
    }
    this.flush();
    this.post(event);
  }

  /** Forgets text that is held back: the receiver gets all of it another way. */
  discard(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.held = '';
  }

  private flush(): void {
    const text = this.held;
    this.discard();
    if (text !== '') this.post({ type: this.kind, text });
  }
}
