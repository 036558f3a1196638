/** What the session log says of pages: ranges of files, how they came, why, and what an eviction leaves of them. */
import type { BlobHash } from './ports';

/** Who served a look-up: the window itself, the swap cache, or the disk. */
type Tier = 'resident' | 'recall' | 'archival';

/**
 * Why a major fault happened. Cold: never shown before. Capacity: shown before and evicted. Stale: shown before, and the
 * file has changed since. Hint: the engine had pointed at it. A minor fault has the cause `prefetch` when the engine had brought the page.
 */
export type FaultCause = 'cold' | 'capacity' | 'stale' | 'hint' | 'prefetch';

/** Minor: already resident, nothing copied. Major: brought in from recall or archival storage. */
export interface Fault {
  readonly kind: 'minor' | 'major';
  readonly tier: Tier;
  readonly cause?: FaultCause;
}

/** Who brought a page into the window. */
export type PageOrigin = 'fault' | 'prefetch' | 'hint' | 'user';

/** A range of a file as it was shown. */
export interface FilePage {
  /** `file:<folder>/src/a.ts#L10-L80@<16 hex>` */
  readonly address: string;
  /** Workspace path, as functions take it. */
  readonly path: string;
  /** 1-based, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
  /** The raw lines (without line numbers), in the blob store. */
  readonly source: BlobHash;
  /** `FileSnapshot.version` when it was read. */
  readonly version: string;
}

/** A resident page after an edit by the model itself. */
export interface Anchor {
  /** Address of the page before. */
  readonly from: string;
  /** What it says with the edit: derived, and the same bytes as the file has. */
  readonly page: FilePage;
}

/** A file of standing rules. What the head shows of it may be less. */
export interface RulesPage extends FilePage {
  /** Lines of the whole file; the page holds all of them but front matter, unless it is excessively long. */
  readonly lines: number;
  /** Own tokens of the page. */
  readonly tokens: number;
  /** What it holds for, where not for everything: "files below pkg/". */
  readonly scope?: string;
  /** What the file says it is about: for the person, the model is not shown it. */
  readonly description?: string;
  /** Nothing of its scope was touched: it is no part of what the model is told. */
  readonly inactive?: true;
  /** Why it cannot be obeyed as it is written, and what to do. */
  readonly problem?: string;
}

/** Why a page was brought in ahead of need. */
export type PrefetchSource =
  /** The test of an edited file, or the source of an edited test. */
  | 'twin'
  /** The person's, in the editor. */
  | 'selection'
  /** Lines around new errors. */
  | 'diagnostics';

/** Something not resident that the engine points at. */
export interface Hint {
  /** Ranges of files without a hash: the lines as they are when they are asked for. */
  readonly address: string;
  /** What it is, in a few words. */
  readonly line: string;
  readonly tokens: number;
  /** Set when the line shows all of it: it is resident then, as long as the hint is. */
  readonly whole?: true;
}

/** What an eviction leaves behind: enough to write a stub and to fault the page back in. */
export interface EvictedPage {
  readonly address: string;
  /** Sequence number of the queue entry that held it. */
  readonly seq: number;
  readonly kind: 'file' | 'tool' | 'message';
  readonly tokens: number;
  /** One line for the stub, e.g. `src/a.ts:1-40` or the first words of a message. */
  readonly label: string;
}

/** A page that an epoch's head goes on holding although the messages that brought it have left. */
export interface CarriedPage {
  readonly kind: 'file' | 'tool';
  readonly address: string;
  readonly label: string;
  readonly tokens: number;
  /** Raw lines of a file range; text of a result, as shown. */
  readonly blob: BlobHash;
  /** The file range, merged from those that were resident. */
  readonly file?: FilePage;
  /** Addresses of the resident pages it takes the place of; its own when nothing was merged. */
  readonly from: readonly string[];
}
