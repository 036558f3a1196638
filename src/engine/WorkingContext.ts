/** Working context: the pinned notes, and the plan. State is folded from note events; the changes of an epoch travel as deltas. */
import { cutText } from './cutText';
import { NoteLimitError, UnknownNoteError } from './errors';
import type { Note, SessionEvent } from './events';
import { Plan, planCost } from './Plan';

interface CountedNote {
  readonly note: Note;
  /** Own tokens of the text. */
  readonly tokens: number;
}

/** A change that the model has not seen. */
interface Change {
  readonly seq: number;
  readonly text: string;
}

export interface NoteDeltas {
  readonly text: string;
  /** Sequence number of the last change in `text`. */
  readonly through: number;
}

/** Own tokens that a note's id and marks add to its text; its source address comes on top. */
const NOTE_OVERHEAD_TOKENS = 12;
/** Addresses are dense: about two characters a token. */
const ADDRESS_CHARS_PER_TOKEN = 2;
/** Notes that a refusal names as those to remove. */
const NAMED_NOTES = 3;

export class WorkingContext {
  readonly plan = new Plan();
  private readonly notes = new Map<string, CountedNote>();
  /** Last text of each removed note: its address goes on naming it. */
  private readonly removed = new Map<string, string>();
  /** What the person changed since the model last saw the notes, by note: only its last change counts. */
  private pending = new Map<string, Change>();
  private lastSeq = 0;

  /** @param limitTokens own tokens all notes may take; asked each time */
  constructor(private readonly limitTokens: () => number) {}

  get limit(): number {
    return this.limitTokens();
  }

  /** Sequence number of the last change: what `render` shows. */
  get through(): number {
    return this.lastSeq;
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

  /** Text of a note that is pinned or was. */
  textOf(id: string): string | undefined {
    return this.notes.get(id)?.note.text ?? this.removed.get(id);
  }

  /** Own tokens of all notes and the plan as rendered. */
  used(): number {
    let sum = this.plan.tokens;
    for (const entry of this.notes.values()) sum += cost(entry);
    return sum;
  }

  /**
   * @param tokens of the new text
   * @param replaces id of the note it takes the place of
   * @param by who reads the refusal
   * @throws NoteLimitError, naming what to remove
   */
  checkRoom(tokens: number, source?: string, replaces?: string, by: Note['by'] = 'model'): void {
    const replaced = replaces === undefined ? undefined : this.notes.get(replaces);
    const free = this.limit - this.used() + (replaced ? cost(replaced) : 0);
    const needed = tokens + overhead(source);
    if (needed <= free) return;
    const largest = [...this.notes.values()].sort((a, b) => cost(b) - cost(a)).slice(0, NAMED_NOTES);
    const named = largest.map((entry) => {
      const line = cutText(firstLine(entry.note.text), 40);
      // People know their notes by what they say.
      return by === 'person'
        ? `“${line}” (${cost(entry)} tokens)`
        : `${entry.note.id} (${cost(entry)} tokens: ${line})`;
    });
    throw new NoteLimitError(
      `The note needs ${needed} tokens but only ${Math.max(0, free)} of ${this.limit} are free.`,
      named.length === 0
        ? by === 'person'
          ? 'Shorten it.'
          : 'Shorten it, or keep it with archival_insert.'
        : `Shorten it, or unpin or shorten another note first; the largest: ${named.join(', ')}.`,
    );
  }

  /**
   * @param tokens of the new plan's items; what is not longer than before always has room
   * @throws NoteLimitError
   */
  checkPlanRoom(tokens: number, by: Note['by']): void {
    const needed = planCost(tokens);
    const free = this.limit - this.used() + this.plan.tokens;
    if (needed <= Math.max(free, this.plan.tokens)) return;
    throw new NoteLimitError(
      `The plan needs ${needed} tokens but only ${Math.max(0, free)} of ${this.limit} are free.`,
      by === 'person' ? 'Shorten it, or remove notes.' : 'Send fewer and shorter items, or unpin notes.',
    );
  }

  /** Folds one event into the state. @param tokens own tokens of the event's note text or plan, where it has one */
  apply(event: SessionEvent, tokens: number): void {
    switch (event.type) {
      case 'note.pinned':
        this.notes.set(event.note.id, { note: event.note, tokens });
        this.remember(event.seq, event.note.by, event.note.id, `pinned ${event.note.id}: ${event.note.text}`);
        return;
      case 'note.edited': {
        const entry = this.notes.get(event.id);
        if (!entry) return;
        // An edited text is the editor's own: it no longer mirrors the place it was taken from.
        this.notes.set(event.id, { note: { id: event.id, text: event.text, by: event.by }, tokens });
        this.remember(event.seq, event.by, event.id, `edited ${event.id}: ${event.text}`);
        return;
      }
      case 'note.unpinned': {
        const text = this.textOf(event.id);
        if (text !== undefined) this.removed.set(event.id, text);
        if (this.notes.delete(event.id)) this.remember(event.seq, event.by, event.id, `removed ${event.id}`);
        return;
      }
      case 'note.stale': {
        const entry = this.notes.get(event.id);
        if (!entry || entry.note.stale) return;
        this.notes.set(event.id, { note: { ...entry.note, stale: true }, tokens: entry.tokens });
        this.addNews(event.seq, event.id, `${event.id} is stale: ${event.reason}`);
        return;
      }
      case 'note.fresh': {
        const entry = this.notes.get(event.id);
        if (!entry?.note.stale) return;
        const { stale: _, ...note } = entry.note;
        this.notes.set(event.id, { note, tokens: entry.tokens });
        this.addNews(event.seq, event.id, `${event.id} is no longer stale: its source is again as it was`);
        return;
      }
      case 'plan.changed':
        this.plan.apply(event, tokens);
        this.lastSeq = event.seq;
        return;
    }
  }

  /** The changes of notes that the model has not seen; undefined when there are none. */
  deltas(): NoteDeltas | undefined {
    const changes = [...this.pending.values()];
    if (changes.length === 0) return undefined;
    return {
      text: changes.map((change) => change.text).join('\n'),
      through: Math.max(...changes.map((change) => change.seq)),
    };
  }

  /** The model is shown every change up to the event `through`: later ones are still to be told. */
  delivered(through: number): void {
    for (const [id, change] of this.pending) if (change.seq <= through) this.pending.delete(id);
    this.plan.delivered(through);
  }

  /** @returns the notes as the head shows them; the same notes give the same bytes */
  render(): string {
    if (this.notes.size === 0) return this.plan.render() || '(no notes are pinned)';
    return [
      ...this.list().map((note) => {
        const marks = [note.by, note.source && `from ${note.source}`, note.stale && 'STALE'].filter(Boolean);
        return `[${note.id}] (${marks.join(', ')})\n${note.text}`;
      }),
      this.plan.render(),
    ]
      .filter(Boolean)
      .join('\n\n');
  }

  /** A change that was not delivered yet is not displaced by news of the note's source. */
  private addNews(seq: number, id: string, news: string): void {
    const before = this.pending.get(id);
    this.remember(seq, 'person', id, before ? `${before.text}\n${news}` : news);
  }

  private remember(seq: number, by: Note['by'], id: string, text: string): void {
    this.lastSeq = seq;
    this.pending.delete(id);
    // The model's own changes stand in its calls already.
    if (by === 'person') this.pending.set(id, { seq, text });
  }
}

function overhead(source: string | undefined): number {
  return NOTE_OVERHEAD_TOKENS + Math.ceil((source?.length ?? 0) / ADDRESS_CHARS_PER_TOKEN);
}

function cost(entry: CountedNote): number {
  return entry.tokens + overhead(entry.note.source);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
