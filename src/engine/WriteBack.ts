/**
 * Write-back barrier: before messages leave, the person's standing instructions in them become notes, and decisions
 * that were made in them become archival notes. The epoch that evicts them is recorded after these are durable.
 */
import { messageAddress } from './addresses';
import { findDecisions } from './decisions';
import { NoteLimitError } from './errors';
import type { SessionEventBody } from './events';
import type { Clock, ContentHasher, TokenCounter } from './ports';
import type { QueueEntry } from './queueEntries';
import { SessionNotes } from './SessionNotes';
import type { SessionRecorder } from './SessionRecorder';
import type { SessionState } from './SessionState';
import { findStandingInstructions } from './standingInstructions';

interface WriteBackParts {
  readonly state: SessionState;
  readonly recorder: SessionRecorder;
  readonly counter: TokenCounter;
  readonly hash: ContentHasher;
  readonly clock: Clock;
}

export class WriteBack {
  /** Sequence numbers of messages with instructions for which the notes had no room: they stay in the queue. */
  readonly locked = new Set<number>();
  private readonly notes: SessionNotes;

  constructor(private readonly parts: WriteBackParts) {
    const { recorder, counter, hash, clock } = parts;
    this.notes = new SessionNotes('person', recorder, counter, hash, clock);
  }

  /** The notes may have got room: what is locked may leave if it can be pinned now. */
  unlock(): void {
    this.locked.clear();
  }

  /**
   * Pins what the person wants from now on.
   * @returns whether the notes have grown, or a message is locked that was not
   * @throws JournalError
   */
  async pinStanding(leaving: readonly QueueEntry[]): Promise<boolean> {
    let changed = false;
    for (const { event } of leaving) {
      if (event.type !== 'message.user' || event.imported) continue;
      const address = this.addressOf(event);
      const known = this.parts.state.notes.list();
      const missing = findStandingInstructions(event.text).filter(
        (sentence) => !known.some((note) => note.text.includes(sentence)),
      );
      if (missing.length === 0) continue;
      try {
        await this.notes.pin(missing.join('\n'), address);
        changed = true;
      } catch (error) {
        if (!(error instanceof NoteLimitError)) throw error;
        changed ||= !this.locked.has(event.seq);
        this.locked.add(event.seq);
      }
    }
    return changed;
  }

  /** @returns what makes the decisions of dirty messages durable outside of them */
  decisions(leaving: readonly QueueEntry[]): readonly SessionEventBody[] {
    const { state, hash } = this.parts;
    return leaving.flatMap(({ event }): SessionEventBody[] => {
      if (event.type !== 'message.assistant' || event.imported) return [];
      const source = this.addressOf(event);
      if (!state.pages.get(source)?.dirty) return [];
      const text = findDecisions(event.text).join('\n');
      return [{ type: 'archival.inserted', id: hash(`${source} ${text}`).slice(0, ID_DIGITS), text, source }];
    });
  }

  private addressOf(event: QueueEntry['event']): string {
    return messageAddress(event.inherited ?? this.parts.state.session, event.seq);
  }
}

/** As of the notes that the model archives. */
const ID_DIGITS = 8;
