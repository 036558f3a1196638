/** What there is to know of a sub-agent from its events: its answer, its cost, where its messages are. */
import { messageAddress } from '../addresses';
import { isQueueEvent, type SessionEvent } from '../events';
import { type Spent, SpentTokens } from '../SpentTokens';
import type { ProcessAccount } from './ProcessAccount';

export class ChildWatch {
  /** The last thing it said. */
  answer = '';
  calls = 0;
  /** Why its turn ended, when there is something to say about it. */
  message: string | undefined;

  private first = 0;
  private last = 0;
  private lastAnswer = 0;
  private readonly spending = new SpentTokens();
  private readonly pinnedIn = new Map<string, number>();

  /** @param onCalls told of the calls it makes, as they are recorded */
  constructor(
    private readonly session: string,
    private readonly account: ProcessAccount,
    private readonly onCalls: (names: readonly string[]) => void = () => undefined,
  ) {}

  /** Its own events, in order. */
  take(event: SessionEvent): void {
    this.spending.apply(event);
    if (isQueueEvent(event)) {
      if (this.first === 0) this.first = event.seq;
      this.last = event.seq;
    }
    switch (event.type) {
      case 'message.assistant':
        this.lastAnswer = event.seq;
        this.calls += event.calls.length;
        if (event.text !== '') this.answer = event.text;
        if (event.calls.length > 0) this.onCalls(event.calls.map(({ name }) => name));
        return;
      case 'response.received':
        // An endpoint that does not tell is charged by our own count.
        this.account.spend(
          event.usage ? event.usage.promptTokens + event.usage.completionTokens : event.ownTokens,
        );
        return;
      case 'note.pinned':
        this.pinnedIn.set(event.note.id, this.lastAnswer);
        return;
      case 'turn.ended':
        this.message = event.message;
        return;
    }
  }

  /** Its own sub-agents included, by model. */
  get spent(): readonly Spent[] {
    return this.spending.ofSession;
  }

  /** Address of all its messages; undefined while there are none. */
  get messages(): string | undefined {
    return this.first === 0 ? undefined : messageAddress(this.session, this.first, this.last);
  }

  /** Address of the message that pinned a note. */
  messageOf(note: string): string {
    return messageAddress(this.session, this.pinnedIn.get(note) ?? this.last);
  }
}
