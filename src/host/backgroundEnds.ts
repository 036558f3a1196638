/** Ends of background commands on their way to the chat that started them, also over a reload of the window. */
import type { OutsideEvent } from '../engine/ports';

interface UntoldEnd {
  readonly session: string;
  readonly text: string;
}

/** Outlives the window, and a kill. */
export interface EndStore {
  /** Replaces what this process has saved; durable when resolved. */
  save(ends: readonly UntoldEnd[]): Promise<void>;
  /** What processes have left that are gone, and whether others have something and still run. */
  takeOver(): Promise<{ readonly ends: readonly UntoldEnd[]; readonly othersRun: boolean }>;
}

/** A window that was reloaded may take a while to end: how often it is looked for, and for how long. */
const LOOK_EVERY_MS = 1000;
const LOOKS = 60;

interface BackgroundEndsParts {
  readonly store: EndStore;
  /** @returns false: another chat is shown */
  readonly post: (session: string, event: OutsideEvent) => Promise<boolean>;
  /** The person sees the chat that hears of these. */
  readonly onTold: (texts: readonly string[]) => void;
  readonly onTrouble: (error: unknown) => void;
}

export class BackgroundEnds {
  /** Ended, and their chat was not shown since. */
  private untold: readonly UntoldEnd[] = [];
  private running: readonly UntoldEnd[] = [];
  private looks = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The chat that was shown last. */
  private shown: string | undefined;
  private delivering: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: BackgroundEndsParts) {}

  /** These run now: should the window go, their chats are told when they are shown again. */
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
    if (await this.parts.post(session, { kind: 'commandFinished', text })) return;
    this.untold = [...this.untold, { session, text }];
    await this.save();
  }

  /**
   * The chat is shown: its next turn hears what has ended meanwhile, here and with windows that are gone. What it cannot be
   * told, since another chat is shown by then, it is told when it is shown again.
   */
  deliver(session: string): Promise<void> {
    clearTimeout(this.timer);
    this.shown = session;
    // One after the other: nothing is told twice.
    const done = this.delivering.then(() => this.tell(session));
    this.delivering = done.catch(() => undefined);
    return done;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.shown = undefined;
  }

  private async tell(session: string): Promise<void> {
    const { ends, othersRun } = await this.parts.store.takeOver();
    this.untold = [...this.untold, ...ends];
    if (othersRun && session === this.shown) this.lookAgain(session);
    const told: UntoldEnd[] = [];
    try {
      for (const end of this.untold.filter((each) => each.session === session)) {
        const event: OutsideEvent = { kind: 'commandFinished', text: end.text, quiet: true };
        if (await this.parts.post(session, event)) told.push(end);
      }
    } finally {
      this.untold = this.untold.filter((each) => !told.includes(each));
      if (told.length > 0 || ends.length > 0) await this.save();
    }
    if (told.length > 0) this.parts.onTold(told.map(({ text }) => text));
  }

  private lookAgain(session: string): void {
    clearTimeout(this.timer);
    if (this.looks++ >= LOOKS) return;
    this.timer = setTimeout(() => {
      this.deliver(session).catch(this.parts.onTrouble);
    }, LOOK_EVERY_MS);
  }

  private save(): Promise<void> {
    return this.parts.store.save([...this.untold, ...this.running]);
  }
}
