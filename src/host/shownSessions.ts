/** Remembers which sessions the windows of this workspace show, last opened first. */
import type { Memento } from 'vscode';

const KEY = 'sessions';
const REMEMBERED = 4;

export class ShownSessions {
  constructor(private readonly memento: Memento) {}

  list(): readonly string[] {
    return this.memento.get<readonly string[]>(KEY, []);
  }

  async remember(session: string): Promise<void> {
    const others = this.list().filter((id) => id !== session);
    await this.memento.update(KEY, [session, ...others].slice(0, REMEMBERED));
  }

  async forget(session: string): Promise<void> {
    await this.memento.update(
      KEY,
      this.list().filter((id) => id !== session),
    );
  }
}
