/** A run of whole lines of one file, the unit that is indexed and found. */
export interface SourcePage {
  /** 1-based, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
  /** Symbol path such as `QueueManager.flush`, or a heading; empty where there is none. */
  readonly symbol: string;
  /** Names defined on the page, without their containers. */
  readonly names: readonly string[];
}

/** Rough size of a text in a model's tokens; pages are cut by it, nothing is budgeted with it. */
export function estimateTokens(characters: number): number {
  return characters / 3.6;
}

/** Pages aim at this size, tokens by `estimateTokens`. */
export const targetTokens = 300;
/** What is larger is split, as long as it has more than one line. */
export const maxTokens = 400;
/** What is smaller is merged with a neighbour where both fit one page. */
export const smallTokens = 120;
