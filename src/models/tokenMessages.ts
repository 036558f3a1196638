/** Messages between `GptTokenCounter` and its worker. */

export interface CountRequest {
  readonly id: number;
  readonly texts: readonly string[];
}

export interface CountReply {
  readonly id: number;
  /** Tokens of each text, in order. */
  readonly counts: readonly number[];
}
