/** Changes to working context, by the model's functions or by the person; each is durable before it counts. */
import type { NoteKeeper } from './EngineFunction';
import type { FilePage, Note } from './events';
import type { Clock, ContentHasher, TokenCounter } from './ports';
import type { SessionRecorder } from './SessionRecorder';

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
    return this.recorder.state.notes.list();
  }

  usage(): { readonly used: number; readonly limit: number } {
    const { notes } = this.recorder.state;
    return { used: notes.used(), limit: notes.limit };
  }

  /** @param page the file range the text was taken from, so that its address can be paged in */
  async pin(text: string, source?: string, page?: FilePage): Promise<Note> {
    await this.checkRoom(text);
    const id = this.hash(`${this.clock.now()} ${this.list().length} ${text}`).slice(0, ID_DIGITS);
    const note: Note = { id, text, by: this.by, ...(source === undefined ? {} : { source }) };
    await this.recorder.record({ type: 'note.pinned', note, ...(page ? { page } : {}) });
    return note;
  }

  async edit(id: string, text: string): Promise<Note> {
    this.recorder.state.notes.get(id);
    await this.checkRoom(text, id);
    await this.recorder.record({ type: 'note.edited', id, text, by: this.by });
    return this.recorder.state.notes.get(id);
  }

  async unpin(id: string): Promise<void> {
    this.recorder.state.notes.get(id);
    await this.recorder.record({ type: 'note.unpinned', id, by: this.by });
  }

  private async checkRoom(text: string, replaces?: string): Promise<void> {
    const [tokens] = await this.counter.count([text]);
    this.recorder.state.notes.checkRoom(tokens ?? 0, replaces);
  }
}
