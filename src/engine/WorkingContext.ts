/** Working context: the pinned notes. State is folded from note events; the changes of an epoch travel as deltas. */
import { NoteLimitError, UnknownNoteError } from './errors';
import type { Note, SessionEvent } from './events';

interface CountedNote {
  readonly note: Note;
  readonly tokens: number;
}

/** Own tokens that a note's heading and id add to its text. */
const NOTE_OVERHEAD_TOKENS = 12;

export class WorkingContext {
  private readonly notes = new Map<string, CountedNote>();
  /** What the person changed since the model last saw the notes, oldest first. */
  private pending: string[] = [];

  /** @param limitTokens own tokens all notes may take; asked each time */
  constructor(private readonly limitTokens: () => number) {}

  get limit(): number {
    return this.limitTokens();
  }

  list(): readonly Note[] {
    return [...this.notes.values()].map((entry) => entry.note);
  }

  get(id: string): Note {
    const entry = this.notes.get(id);
    if (!entry) {
      const known = [...this.notes.keys()].join(', ') || 'none';
      throw new UnknownNoteError(`There is no note ${id}.`, `Notes now: ${known}.`);
    }
    return entry.note;
  }

  /** Own tokens of all notes as rendered. */
  used(): number {
    let sum = 0;
    for (const entry of this.notes.values()) sum += entry.tokens + NOTE_OVERHEAD_TOKENS;
    return sum;
  }

  /**
   * @param tokens of the new text
   * @param replaces id of the note it takes the place of
   * @throws NoteLimitError
   */
  checkRoom(tokens: number, replaces?: string): void {
    const released = replaces ? (this.notes.get(replaces)?.tokens ?? 0) + NOTE_OVERHEAD_TOKENS : 0;
    const free = this.limit - this.used() + released;
    const needed = tokens + NOTE_OVERHEAD_TOKENS;
    if (needed > free) {
      throw new NoteLimitError(
        `The note needs ${needed} tokens but only ${Math.max(0, free)} of ${this.limit} are free.`,
        'Shorten it, or unpin or shorten another note first.',
      );
    }
  }

  /** Folds one event into the state. @param tokens own tokens of the event's note text, where it has one */
  apply(event: SessionEvent, tokens: number): void {
    switch (event.type) {
      case 'note.pinned':
        this.notes.set(event.note.id, { note: event.note, tokens });
        this.remember(event.note.by, `pinned ${event.note.id}: ${event.note.text}`);
        return;
      case 'note.edited': {
        const entry = this.notes.get(event.id);
        if (!entry) return;
        // An edited text is the editor's own: it no longer mirrors the place it was taken from.
        this.notes.set(event.id, { note: { id: event.id, text: event.text, by: event.by }, tokens });
        this.remember(event.by, `edited ${event.id}: ${event.text}`);
        return;
      }
      case 'note.unpinned':
        if (this.notes.delete(event.id)) this.remember(event.by, `removed ${event.id}`);
        return;
      case 'note.stale': {
        const entry = this.notes.get(event.id);
        if (!entry) return;
        this.notes.set(event.id, { note: { ...entry.note, stale: true }, tokens: entry.tokens });
        this.remember('person', `${event.id} is stale: ${event.reason}`);
        return;
      }
    }
  }

  /** @returns the text of the changes the model has not seen, and forgets them; undefined when there are none */
  takeDeltas(): string | undefined {
    if (this.pending.length === 0) return undefined;
    const text = this.pending.join('\n');
    this.pending = [];
    return text;
  }

  /** The head now holds every change. */
  folded(): void {
    this.pending = [];
  }

  /** @returns the notes as the head shows them; the same notes give the same bytes */
  render(): string {
    if (this.notes.size === 0) return '(no notes are pinned)';
    return this.list()
      .map((note) => {
        const marks = [note.by, note.source && `from ${note.source}`, note.stale && 'STALE'].filter(Boolean);
        return `[${note.id}] (${marks.join(', ')})\n${note.text}`;
      })
      .join('\n\n');
  }

  private remember(by: Note['by'], change: string): void {
    // The model's own changes stand in its calls already.
    if (by === 'person') this.pending.push(change);
  }
}
