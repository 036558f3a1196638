/** In-memory ports for the functions a model may call. */

import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import type { Approval } from '../../../src/engine/approvals';
import type { FunctionContext, NoteKeeper } from '../../../src/engine/EngineFunction';
import { NoteLimitError, UnknownNoteError } from '../../../src/engine/errors';
import type { Note } from '../../../src/engine/events';
import type {
  ArchivalNote,
  CodeHit,
  DirectoryEntry,
  RecallMessage,
  RecallQuery,
  SearchPage,
} from '../../../src/engine/ports';
import { isSecretPath } from '../../../src/engine/secretFiles';

class MemoryNotes implements NoteKeeper {
  readonly notes: Note[] = [];
  constructor(private readonly limit = 100) {}
  list() {
    return this.notes;
  }
  async pin(text: string, source?: string) {
    const free = this.limit - this.usage().used;
    if (tokensOf(text) > free) throw new NoteLimitError(`only ${free} tokens are free.`, 'Shorten it.');
    const note: Note = { id: `n${this.notes.length + 1}`, text, by: 'model', ...(source ? { source } : {}) };
    this.notes.push(note);
    return note;
  }
  async edit(id: string, text: string) {
    const note: Note = { ...this.find(id), text };
    this.notes[this.notes.indexOf(this.find(id))] = note;
    return note;
  }
  async unpin(id: string) {
    this.notes.splice(this.notes.indexOf(this.find(id)), 1);
  }
  usage() {
    return { used: this.notes.reduce((sum, note) => sum + tokensOf(note.text), 0), limit: this.limit };
  }
  private find(id: string): Note {
    const note = this.notes.find((candidate) => candidate.id === id);
    if (!note) throw new UnknownNoteError(`There is no note ${id}.`, 'Notes now: none.');
    return note;
  }
}

export interface FakeWorld {
  readonly notes: MemoryNotes;
  readonly messages: RecallMessage[];
  readonly archived: ArchivalNote[];
  readonly code: CodeHit[];
  readonly entries: DirectoryEntry[];
  readonly resident: Set<string>;
  /** Everything asked of a port, as `name argument`. */
  readonly asked: string[];
  lastRecallQuery?: RecallQuery;
  approves: boolean;
  /** In place of `approves`. */
  approval?: Approval;
  readonly progress: string[];
  readonly parts: string[];
  /** What the fault handler hands back. */
  fetched: string;
}

export function fakeContext(maxResultTokens = 1000): { context: FunctionContext; world: FakeWorld } {
  const world: FakeWorld = {
    notes: new MemoryNotes(),
    messages: [],
    archived: [],
    code: [],
    entries: [],
    resident: new Set(),
    asked: [],
    approves: true,
    progress: [],
    parts: [],
    fetched: 'fetched text',
  };
  const context: FunctionContext = {
    session: 's1',
    callId: 'call_1',
    address: 'tool:s1/1',
    storePart: async (text) => {
      world.parts.push(text);
      return `part${world.parts.length}`;
    },
    processes: {
      async spawn(request, callId) {
        world.asked.push(`spawn ${callId} ${JSON.stringify(request)}`);
        return { text: world.fetched };
      },
    },
    notes: world.notes,
    plan: {
      async update(items) {
        world.asked.push(`plan ${items.map(({ text, state }) => `${state}: ${text}`).join('; ')}`);
      },
    },
    faults: {
      async readFile(range) {
        world.asked.push(`readFile ${JSON.stringify(range)}`);
        return { text: world.fetched, fault: { kind: 'major', tier: 'archival' }, pages: [] };
      },
      async pageIn(address, slice) {
        world.asked.push(`pageIn ${address} ${JSON.stringify(slice)}`);
        return { text: world.fetched, fault: { kind: 'major', tier: 'recall' } };
      },
      contentOf: async () => world.fetched,
    },
    recall: {
      async append() {},
      async search(query) {
        world.lastRecallQuery = query;
        return pageOf(world.messages, query, (message, i) => ({ ...message, score: 9 - i }));
      },
    },
    archival: {
      async searchWorkspace(query) {
        world.asked.push(`searchWorkspace ${JSON.stringify(query)}`);
        return { ...pageOf(world.code, query, (hit) => hit), exact: true };
      },
      async refreshFiles() {},
      async insertNotes() {},
      async searchNotes(query) {
        return pageOf(world.archived, query, (note, i) => ({ ...note, score: 9 - i }));
      },
    },
    async archive(text) {
      world.archived.push({ id: `a${world.archived.length + 1}`, session: 's1', time: 0, text });
      return `a${world.archived.length}`;
    },
    files: {
      read: () => Promise.reject(new Error('functions read through the fault handler')),
      write: () => Promise.reject(new Error('functions write through changeFile')),
      remove: () => Promise.reject(new Error('functions remove through changeFile')),
      removeEmptyFolders: () => Promise.reject(new Error('functions move through changeFile')),
      readBinary: () => Promise.reject(new Error('functions remove through changeFile')),
      move: () => Promise.reject(new Error('functions move through changeFile')),
      isProtected: async () => false,
      version: async () => undefined,
      async list(path) {
        world.asked.push(`list ${path}`);
        return world.entries;
      },
      isSecret: async (path) => isSecretPath(path),
      fromAddress: (path) => path,
      canonical: (path) => path.replace(/^\.\//, ''),
    },
    changeFile: {
      async edit(edit) {
        world.asked.push(`edit ${JSON.stringify(edit)}`);
        return { text: world.fetched };
      },
      async write(file) {
        world.asked.push(`write ${JSON.stringify(file)}`);
        return { text: world.fetched };
      },
      async move(move) {
        world.asked.push(`move ${JSON.stringify(move)}`);
        return { text: world.fetched };
      },
      async delete(path) {
        world.asked.push(`delete ${path}`);
        return { text: world.fetched };
      },
    },
    async rewriteFile(path, before, after) {
      world.asked.push(`rewriteFile ${path} ${JSON.stringify([before, after])}`);
      return 'saved';
    },
    approver: {
      async approve(request) {
        world.asked.push(`approve ${'path' in request ? request.path : JSON.stringify(request)}`);
        return world.approval ?? { allowed: world.approves };
      },
    },
    progress: (text) => world.progress.push(text),
    clock: { now: () => 0 },
    countTokens: async (text) => tokensOf(text),
    maxResultTokens,
    changeWindow({ kind, instructions }) {
      world.asked.push(`${kind} ${instructions}`);
    },
    isResident: (address) => world.resident.has(address),
    isRangeResident: (path, start, end) => world.resident.has(`${path}:${start}-${end}`),
    signal: new AbortController().signal,
  };
  return { context, world };
}

export function tokensOf(text: string): number {
  return encode(text).length;
}

function pageOf<Item, Hit>(
  items: readonly Item[],
  { page, pageSize }: { readonly page: number; readonly pageSize: number },
  toHit: (item: Item, index: number) => Hit,
): SearchPage<Hit> {
  return {
    hits: items.slice((page - 1) * pageSize, page * pageSize).map(toHit),
    page,
    pages: Math.max(1, Math.ceil(items.length / pageSize)),
    total: items.length,
  };
}
