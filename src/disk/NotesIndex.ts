import type { ArchivalNote, SearchPage } from '../engine/ports';
import { codeTokens, queryTokens } from './codeTokens';
import type { Database } from './Database';
import { literalHits } from './identifierQuery';
import { paginate } from './paginate';
import type { NoteHit, NoteQuery } from './protocol';
import { isOneOf, quote } from './sql';

const candidates = 200;

/** Archival notes: what the model chose to keep outside the window. */
export class NotesIndex {
  constructor(private readonly database: Database) {}

  /** Adds notes, replacing those with the same id. */
  async insert(notes: readonly ArchivalNote[]): Promise<void> {
    const rows = new Map(
      notes.map(({ id, session, time, text }) => [
        id,
        { id, session, time, text, toks: codeTokens(text).join(' ') },
      ]),
    );
    await this.database.notes.upsert('id', [...rows.values()]);
    await this.database.notes.optimiseIfWorth();
  }

  async search(query: NoteQuery): Promise<SearchPage<NoteHit>> {
    const rows = await this.database.notes.searchTerms({
      terms: queryTokens(query.text),
      columns: ['id', 'session', 'time', 'text'],
      limit: candidates,
    });
    const hits = rows.map((row) => ({
      id: String(row.id),
      session: String(row.session),
      time: Number(row.time),
      text: String(row.text),
      score: Math.round(Number(row._score) * 1000) / 1000,
    }));
    hits.sort((a, b) => b.score - a.score || b.time - a.time);
    return paginate(literalHits(query.text, hits), query.page, query.pageSize);
  }

  /** Takes the notes of these sessions out for good. */
  async forget(sessions: readonly string[]): Promise<void> {
    await this.database.notes.delete(isOneOf('session', sessions));
  }

  /** Ids of the notes stored of a session. */
  async ids(session: string): Promise<string[]> {
    const rows = await this.database.notes.rows(['id'], `session = ${quote(session)}`);
    return rows.map((row) => String(row.id));
  }
}
