/** What client and disk process say to each other: JSON-RPC over a local socket. Loaded by the extension: types and names only. */
import { NotificationType, ParameterStructures, RequestType, RequestType0 } from 'vscode-jsonrpc/node';
import type {
  Attention,
  EmbeddingChoice,
  EmbeddingStatus,
  IndexStatus,
  RebuildTarget,
  TableSize,
} from '../engine/indexStatus';
import type {
  ArchivalNote,
  CodePage,
  RecallHit,
  RecallMessage,
  RecallQuery,
  SearchPage,
} from '../engine/ports';
import type { SharedLocation } from './sharedLocation';

export type {
  Attention,
  EmbeddingChoice,
  EmbeddingStatus,
  IndexPhase,
  IndexStatus,
} from '../engine/indexStatus';

/** Client and process of different versions do not talk; goes up with every incompatible change of this file. */
export const protocolVersion = 7;

/** Exit status of a disk process that found the store held by another one. */
export const heldElsewhereStatus = 75;

export interface WorkspaceRoot {
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
}

export interface IndexOptions {
  /** Larger files are not indexed. */
  readonly maxFileBytes: number;
  /** No more files than this are indexed; 200,000 unless it is given. */
  readonly maxFiles?: number;
}

export interface OpenWorkspaceParams {
  readonly roots: readonly WorkspaceRoot[];
  readonly options: IndexOptions;
  readonly paused: boolean;
  /** An index that others share: files that are as in there are not indexed here. */
  readonly shared?: SharedLocation;
}

export interface PublishParams {
  readonly location: SharedLocation;
  /** Absolute path of a folder that is indexed here. */
  readonly path: string;
  /** Its name in the shared index. */
  readonly root: string;
}

/** Files that publishing wrote, removed, and left. */
export interface Published {
  readonly added: number;
  readonly removed: number;
  readonly unchanged: number;
}

export interface CodeQuery {
  readonly text: string;
  readonly glob?: string;
  /** Pages unless it is given; each file by its best page. */
  readonly results?: 'pages' | 'files';
  /** Counts all that matches, however much it is; otherwise what was looked at. */
  readonly count?: boolean;
  /** Adds to each hit why it stands where it stands. */
  readonly explain?: boolean;
  readonly page: number;
  readonly pageSize: number;
}

export interface UnsavedText {
  /** Absolute. */
  readonly path: string;
  /** What an editor shows; null: it was saved, or given up. */
  readonly text: string | null;
}

export interface NoteQuery {
  readonly text: string;
  readonly page: number;
  readonly pageSize: number;
}

export type NoteHit = ArchivalNote & { readonly score: number };

/** What a failed request carries besides its message. */
export interface FailureData {
  readonly nextStep: string;
  /** It is the query that is wrong, not the index. */
  readonly badQuery?: boolean;
}

const one = ParameterStructures.byName;

export const requests = {
  hello: new RequestType0<{ readonly protocol: number; readonly status: IndexStatus }, void>('hello'),
  openWorkspace: new RequestType<OpenWorkspaceParams, null, FailureData>('workspace/open', one),
  filesChanged: new RequestType<{ readonly paths: readonly string[] }, null, FailureData>(
    'workspace/filesChanged',
    one,
  ),
  overlay: new RequestType<UnsavedText, null, FailureData>('workspace/overlay', one),
  reconcile: new RequestType0<null, FailureData>('workspace/reconcile'),
  chooseEmbeddings: new RequestType<EmbeddingChoice, EmbeddingStatus, FailureData>(
    'workspace/embeddings',
    one,
  ),
  attend: new RequestType<Attention, null, FailureData>('workspace/attention', one),
  searchWorkspace: new RequestType<CodeQuery, CodePage, FailureData>('workspace/search', one),
  rebuild: new RequestType<{ readonly target: RebuildTarget }, null, FailureData>('index/rebuild', one),
  publish: new RequestType<PublishParams, Published, FailureData>('index/publish', one),
  tableSizes: new RequestType0<TableSize[], FailureData>('index/tables'),
  pause: new RequestType0<null, FailureData>('index/pause'),
  resume: new RequestType0<null, FailureData>('index/resume'),
  appendMessages: new RequestType<{ readonly messages: readonly RecallMessage[] }, null, FailureData>(
    'recall/append',
    one,
  ),
  searchMessages: new RequestType<RecallQuery, SearchPage<RecallHit>, FailureData>('recall/search', one),
  messageSeqs: new RequestType<{ readonly session: string }, number[], FailureData>('recall/seqs', one),
  forgetSessions: new RequestType<{ readonly sessions: readonly string[] }, null, FailureData>(
    'recall/forget',
    one,
  ),
  insertNotes: new RequestType<{ readonly notes: readonly ArchivalNote[] }, null, FailureData>(
    'notes/insert',
    one,
  ),
  searchNotes: new RequestType<NoteQuery, SearchPage<NoteHit>, FailureData>('notes/search', one),
  noteIds: new RequestType<{ readonly session: string }, string[], FailureData>('notes/ids', one),
};

/** The process tells every client how indexing goes. */
export const statusChanged = new NotificationType<IndexStatus>('index/status', one);
