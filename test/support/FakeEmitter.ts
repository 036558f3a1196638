/** What `vscode.EventEmitter` is to those who use it, where vscode is mocked. */
export class FakeEmitter<Event> {
  private readonly listeners = new Set<(event: Event) => void>();

  readonly event = (listener: (event: Event) => void) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  fire(event: Event): void {
    for (const listener of this.listeners) listener(event);
  }

  dispose(): void {
    this.listeners.clear();
  }
}
