/** What a view remembers by itself across being hidden and window reloads, through VS Code's webview state. */
import type { VsCodeApi } from './HostConnection';

/** Saving waits this long for more changes, ms. */
const DELAY_MS = 200;

export class SavedState<State extends object> {
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param collect the state to save, asked for when it is saved */
  constructor(
    private readonly api: VsCodeApi,
    private readonly collect: () => State,
  ) {
    // Hiding a view destroys its page.
    window.addEventListener('pagehide', () => this.flush());
    document.addEventListener('visibilitychange', () => this.flush());
  }

  /** @returns what was saved last; other versions of the view may have saved other fields */
  load(): Partial<State> {
    const state = this.api.getState();
    return typeof state === 'object' && state !== null ? state : {};
  }

  saveSoon(): void {
    this.timer ??= setTimeout(() => this.flush(), DELAY_MS);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.api.setState(this.collect());
  }
}
