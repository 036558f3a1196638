/** The token counter without its worker thread, for tests: o200k on the calling thread. */
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { TokenCounter } from '../../src/engine/ports';
import { countPieces } from '../../src/models/countPieces';

const AS_TEXT = { disallowedSpecial: new Set<string>() };

export const inProcessTokenCounter: TokenCounter = {
  count: async (texts) => texts.map((text) => countPieces(text, (piece) => countTokens(piece, AS_TEXT))),
};
