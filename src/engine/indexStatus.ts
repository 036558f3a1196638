/** How the workspace index stands, as the status bar and the CLI show it. */

export type IndexPhase =
  | { readonly phase: 'starting' }
  /** Files of the present run; `total` is 0 while the folders are being walked. */
  | { readonly phase: 'indexing'; readonly done: number; readonly total: number }
  | { readonly phase: 'ready' }
  | { readonly phase: 'paused'; readonly onBattery: boolean }
  | { readonly phase: 'error'; readonly message: string; readonly nextStep: string };

export type IndexStatus = IndexPhase & {
  /** Files that can be found. */
  readonly files: number;
  readonly pages: number;
  /** Binary, generated and too large files. */
  readonly skipped: number;
  /** Files that could not be read. */
  readonly failed: number;
  /** Files whose grammar crashed, took too long or is missing: cut by lines. */
  readonly fallback: number;
  /** Paths of the first of these, relative to their folders. */
  readonly fallbackFiles: readonly string[];
  /** The number of files at which looking for more was given up; 0 when all were seen. */
  readonly cappedAt: number;
  /** How it stands with vectors; terms find everything without them. */
  readonly embeddings: EmbeddingStatus;
  /** The shared index that this workspace reads, when one is set. */
  readonly shared?: SharedIndexStatus;
  /** Bytes of the store's tables at the end of the last run. */
  readonly storeBytes: number;
  /** Process id of the disk process; 0 while there is none. */
  readonly pid: number;
};

export interface EmbeddingStatus {
  /** Unconfirmed: nothing is sent before the person has agreed to what it may cost. */
  readonly state: 'off' | 'embedding' | 'ready' | 'unconfirmed' | 'error';
  readonly model: string;
  /** Where texts are sent to. */
  readonly host: string;
  /** Pages that have vectors, of how many. */
  readonly done: number;
  readonly total: number;
  /** What is to be agreed to. */
  readonly estimate?: EmbeddingEstimate;
  /** With an error. */
  readonly message?: string;
  readonly nextStep?: string;
}

interface EmbeddingEstimate {
  readonly pages: number;
  readonly tokens: number;
  /** Missing where the price is not known. */
  readonly dollars?: number;
}

/** What the person is at. */
export interface Attention {
  /** Absolute paths of the files that are open, the one in front first. */
  readonly paths: readonly string[];
  /** A key was pressed just now. */
  readonly typing: boolean;
  /** Indexing is to rest because the machine runs on battery. */
  readonly onBattery: boolean;
}

/** How it stands with an index that others share. */
export interface SharedIndexStatus {
  readonly uri: string;
  /** Unreachable: everything is indexed here, and it is tried again. */
  readonly state: 'connecting' | 'ready' | 'unreachable';
  /** Why it cannot be reached; empty otherwise. */
  readonly message: string;
}

/** What can be made anew. */
export type RebuildTarget = 'everything' | 'workspace' | 'vectors' | 'messages' | 'notes';

/** One table of the store. */
export interface TableSize {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
}

/** What the person can do to the index. */
export interface IndexControl {
  /** Never throws: trouble is a phase. */
  status(): Promise<IndexStatus>;
  /** @returns a function that stops listening */
  onStatus(listener: (status: IndexStatus) => void): () => void;
  /** @throws DiskUnavailableError */
  pause(): Promise<void>;
  /** @throws DiskUnavailableError */
  resume(): Promise<void>;
  /** @throws DiskUnavailableError */
  rebuild(target: RebuildTarget): Promise<void>;
  /** @throws DiskUnavailableError */
  tableSizes(): Promise<readonly TableSize[]>;
}

/** Who makes vectors of pages and questions. */
export type EmbeddingChoice =
  | { readonly provider: 'none' }
  | {
      readonly provider: 'openai' | 'ollama';
      readonly baseUrl: string;
      readonly model: string;
      /** Held in memory only. */
      readonly apiKey?: string;
      /** The person has agreed to what it may cost; not needed for a server on this machine. */
      readonly confirmed: boolean;
    };
