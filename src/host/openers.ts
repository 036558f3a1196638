/** The card of a new chat, or of one gone on with after a break: what was going on, until the person dismisses it. */
import type { Memento } from 'vscode';
import { drawOpener, type Opener } from '../engine/opener';
import type { SessionHistory, TokenCounter } from '../engine/ports';

export type OpenerMode = 'card' | 'off';

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
    const { history, counter, mode } = this.parts;
    if (mode() !== 'card' || session === '' || this.dismissed().includes(session)) return undefined;
    return drawOpener(history, counter, session, Date.now());
  }

  async dismiss(session: string): Promise<void> {
    const others = this.dismissed().filter((id) => id !== session);
    await this.parts.memento.update(DISMISSED, [session, ...others].slice(0, REMEMBERED));
  }

  private dismissed(): readonly string[] {
    return this.parts.memento.get<readonly string[]>(DISMISSED, []);
  }
}
