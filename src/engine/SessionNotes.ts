/** Changes to working context, by the model's functions or by the person; each is durable before it counts. */
import type { NoteKeeper } from './EngineFunction';
import { NoteChangedError } from './errors';
import type { Note } from './events';
import type { FilePage } from './pages';
import type { Clock, ContentHasher, TokenCounter } from './ports';
import type { SessionRecorder } from './SessionRecorder';
import type { WorkingContext } from './WorkingContext';

/** Hex digits of a note's id: short enough for a model to copy, long enough for thousands of notes. */
const ID_DIGITS = 6;

export class SessionNotes implements NoteKeeper {
  constructor(
    private readonly by: Note['by'],
    private readonly recorder: SessionRecorder,
    private readonly counter: TokenCounter,
    private readonly hash: ContentHasher,
    private readonly clock: Clock,
  ) {}

  list(): readonly Note[] {
    return this.notes.list();
  }

  usage(): { readonly used: number; readonly limit: number } {
    return { used: this.notes.used(), limit: this.notes.limit };
  }

  /** @param page the file range the text was taken from, so that its address can be paged in */
  async pin(text: string, source?: string, page?: FilePage): Promise<Note> {
    const tokens = await this.count(text);
    const id = this.hash(`${this.clock.now()} ${this.list().length} ${text}`).slice(0, ID_DIGITS);
    const note: Note = { id, text, by: this.by, ...(source === undefined ? {} : { source }) };
    await this.recorder.recordWhen(() => this.notes.checkRoom(tokens, source, undefined, this.by), {
      type: 'note.pinned',
      note,
      ...(page ? { page } : {}),
    });
    return note;
  }

  /**
   * @param expected what it must read still
   * @throws NoteChangedError | UnknownNoteError | NoteLimitError
   */
  async edit(id: string, text: string, expected?: string): Promise<Note> {
    const tokens = await this.count(text);
    const check = () => {
      this.checkUnchanged(id, expected);
      this.notes.checkRoom(tokens, undefined, id, this.by);
    };
    await this.recorder.recordWhen(check, { type: 'note.edited', id, text, by: this.by });
    return { id, text, by: this.by };
  }

  /**
   * @param expected what it must read still
   * @throws NoteChangedError | UnknownNoteError
   */
  async unpin(id: string, expected?: string): Promise<void> {
    const check = () => this.checkUnchanged(id, expected);
    await this.recorder.recordWhen(check, { type: 'note.unpinned', id, by: this.by });
  }

  private checkUnchanged(id: string, expected: string | undefined): void {
    const { text } = this.notes.get(id);
    if (expected === undefined || text === expected) return;
    throw new NoteChangedError(`Note ${id} was changed meanwhile to "${text}"`, 'Edit it as it is now.');
  }

  private get notes(): WorkingContext {
    return this.recorder.state.notes;
  }

  private async count(text: string): Promise<number> {
    const [tokens] = await this.counter.count([text]);
    return tokens ?? 0;
  }
}
