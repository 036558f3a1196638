/** Ends of background commands on their way to the chat that started them, also over a reload of the window. */
import type { Memento } from 'vscode';
import type { OutsideEvent } from '../engine/ports';

const KEY = 'virtualContext.backgroundCommands';

interface Untold {
  readonly session: string;
  readonly text: string;
}

export class BackgroundEnds {
  /** Ended, and their chat was not shown since. */
  private untold: readonly Untold[];
  private running: readonly Untold[] = [];

  /** @param post false: another chat is shown */
  constructor(
    private readonly memento: Memento,
    private readonly post: (session: string, event: OutsideEvent) => Promise<boolean>,
  ) {
    // What ran when it was written has ended with the window.
    this.untold = memento.get<readonly Untold[]>(KEY, []);
  }

  /** These run now: should the window close, their chats are told when they are shown again. */
  async remember(
    commands: readonly { readonly id: string; readonly command: string; readonly session: string }[],
  ): Promise<void> {
    this.running = commands.map(({ id, command, session }) => ({
      session,
      text: `Background command ${id} (${command}) has ended with the window it ran in. Start it again if it is needed.`,
    }));
    await this.save();
  }

  /** A command has ended: its chat goes on with that, or is told when it is shown again. */
  async ended(session: string, text: string): Promise<void> {
    if (await this.post(session, { kind: 'commandFinished', text })) return;
    this.untold = [...this.untold, { session, text }];
    await this.save();
  }

  /** The chat is shown: its next turn hears what has ended meanwhile. @returns what that was */
  async deliver(session: string): Promise<readonly string[]> {
    const due = this.untold.filter((each) => each.session === session);
    if (due.length === 0) return [];
    this.untold = this.untold.filter((each) => each.session !== session);
    for (const { text } of due) await this.post(session, { kind: 'commandFinished', text, quiet: true });
    await this.save();
    return due.map(({ text }) => text);
  }

  private async save(): Promise<void> {
    await this.memento.update(KEY, [...this.untold, ...this.running]);
  }
}
