/** Counts o200k tokens in a worker thread (bundled to dist/tokenWorker.js): loading the vocabulary takes 100 ms and 30 MB. */
import { parentPort } from 'node:worker_threads';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { countPieces } from './countPieces';
import type { CountReply, CountRequest } from './tokenMessages';

// Text that looks like a special token is data like any other; by default the tokenizer refuses it.
const AS_TEXT = { disallowedSpecial: new Set<string>() };

parentPort?.on('message', ({ id, texts }: CountRequest) => {
  const counts = texts.map((text) => countPieces(text, (piece) => countTokens(piece, AS_TEXT)));
  parentPort?.postMessage({ id, counts } satisfies CountReply);
});
