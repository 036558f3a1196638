/** A name that a page defines, or one that it calls or uses as a type. */
export interface PageSymbol {
  readonly kind: 'definition' | 'reference';
  readonly name: string;
  /** 1-based. */
  readonly line: number;
  /** Symbol path around it, such as `QueueManager.flush`; empty at the top level. */
  readonly container: string;
}

/** A run of bytes of one file, the unit that is indexed and found: whole lines, unless one line is too long for a page. */
export interface SourcePage {
  /** 1-based, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
  /** Characters of the first line that are on pages before; 0 unless the line is cut. */
  readonly startColumn: number;
  /** Bytes of the file, its byte order mark included: from the first up to, not including, the last. */
  readonly startByte: number;
  readonly endByte: number;
  /** First 16 hex digits of the SHA-256 of these bytes. */
  readonly hash: string;
  /** Without carriage returns at line ends and without the last line break. */
  readonly text: string;
  /** Of the page: the script of a Vue file, the cell of a notebook may differ from their file. */
  readonly language: string;
  /** Symbol path such as `QueueManager.flush`, or a heading; empty where there is none. */
  readonly symbol: string;
  /** Names defined on the page, without their containers. */
  readonly names: readonly string[];
  readonly symbols: readonly PageSymbol[];
}

/** How a file was cut: along its syntax, by lines because nothing knows its syntax, or by lines because the grammar failed. */
export type ParseState = 'syntax' | 'lines' | 'fallback';

/** Rough size of a text in a model's tokens; pages are cut by it, nothing is budgeted with it. */
export function estimateTokens(utf8Bytes: number): number {
  return utf8Bytes / 3.6;
}

/** Pages aim at this size, tokens by `estimateTokens`. */
export const targetTokens = 300;
/** No page is larger. */
export const maxTokens = 400;
/** What is smaller is merged with a neighbour where both fit one page. */
export const smallTokens = 120;
