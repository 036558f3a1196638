/** What a new chat, or one gone on with after a break, begins with: a card that can be dismissed, or a message. */
import type { Memento } from 'vscode';
import { drawOpener, type Opener, openerPrompt } from '../engine/opener';
import type { SessionHistory, TokenCounter } from '../engine/ports';

export type OpenerMode = 'card' | 'message' | 'off';

export interface OpenersParts {
  readonly history: SessionHistory;
  readonly counter: TokenCounter;
  readonly memento: Memento;
  readonly mode: () => OpenerMode;
}

/** Sessions whose card was dismissed, last first. */
const DISMISSED = 'dismissedOpeners';
const REMEMBERED = 20;

export class Openers {
  constructor(private readonly parts: OpenersParts) {}

  /** @returns undefined when there is nothing to show. @throws JournalError */
  async card(session: string): Promise<Opener | undefined> {
    if (this.parts.mode() !== 'card' || this.dismissed().includes(session)) return undefined;
    return this.draw(session);
  }

  /** @returns what the model is told to begin the session with; undefined when it is not to. @throws JournalError */
  async message(session: string): Promise<string | undefined> {
    if (this.parts.mode() !== 'message') return undefined;
    const opener = await this.draw(session);
    return opener && openerPrompt(opener);
  }

  async dismiss(session: string): Promise<void> {
    const others = this.dismissed().filter((id) => id !== session);
    await this.parts.memento.update(DISMISSED, [session, ...others].slice(0, REMEMBERED));
  }

  private draw(session: string): Promise<Opener | undefined> {
    const { history, counter } = this.parts;
    return drawOpener(history, counter, session, Date.now());
  }

  private dismissed(): readonly string[] {
    return this.parts.memento.get<readonly string[]>(DISMISSED, []);
  }
}
