/** Recall and archival storage that hold what a test says, and answer when it says. */
import type {
  ArchivalNote,
  ArchivalStorage,
  CodeHit,
  CodePage,
  RecallHit,
  RecallMessage,
  RecallStorage,
  SearchPage,
} from '../../src/engine/ports';

type NoteHit = ArchivalNote & { readonly score: number };

export class FakeStorage implements RecallStorage, ArchivalStorage {
  messages: readonly RecallHit[] = [];
  notes: readonly NoteHit[] = [];
  code: readonly CodeHit[] = [];
  readonly asked: string[] = [];
  readonly refreshed: string[] = [];
  /** What every search waits for; rejects as a disk that is not there. */
  ready: Promise<unknown> = Promise.resolve();

  async append(_: readonly RecallMessage[]): Promise<void> {}

  async refreshFiles(paths: readonly string[]): Promise<void> {
    this.refreshed.push(...paths);
  }

  async insertNotes(_: readonly ArchivalNote[]): Promise<void> {}

  search(query: { readonly text: string }): Promise<SearchPage<RecallHit>> {
    this.asked.push(query.text);
    return this.answer(this.messages);
  }

  async searchWorkspace(): Promise<CodePage> {
    return { ...(await this.answer(this.code)), exact: true };
  }

  searchNotes(): Promise<SearchPage<NoteHit>> {
    return this.answer(this.notes);
  }

  private async answer<Hit>(hits: readonly Hit[]): Promise<SearchPage<Hit>> {
    await this.ready;
    return { hits, page: 1, pages: 1, total: hits.length };
  }
}

export function codeHit(path: string, text: string, score: number, startLine = 1): CodeHit {
  const endLine = startLine + text.split('\n').length - 1;
  const page = { startLine, endLine, symbol: '', language: 'typescript', hash: '', generation: 1 };
  return { path, text, score, ...page, snippet: [] };
}

export function recallHit(id: string, text: string, score: number): RecallHit {
  return { id, session: 's0', seq: Number(id.split('/')[1]), time: 0, role: 'user', text, score };
}
