/**
 * How the server counts: with cl100k, another tokenizer than the client's o200k, so that the client's calibration is
 * really needed. Overheads follow the OpenAI cookbook's counting of messages; schemas are counted as their JSON.
 */
import { countTokens } from 'gpt-tokenizer/encoding/cl100k_base';
import { countPieces } from '../../../src/models/countPieces';
import type { ChatRequest, ChatRequestMessage } from './chatProtocol';

const MESSAGE_OVERHEAD = 4;
const CALL_OVERHEAD = 8;
const TOOL_OVERHEAD = 6;
const REPLY_PRIMING = 3;

/** Texts come again with every request of a session. */
const known = new Map<string, number>();
const MAX_KNOWN = 5000;

export function providerTokens(text: string): number {
  let tokens = known.get(text);
  if (tokens === undefined) {
    tokens = countPieces(text, (piece) => countTokens(piece, { disallowedSpecial: new Set() }));
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(text, tokens);
  }
  return tokens;
}

/** @returns tokens of the whole prompt, messages and schemas apart */
export function promptTokens(request: ChatRequest): {
  readonly messages: number;
  readonly functions: number;
} {
  const messages = request.messages.reduce((sum, message) => sum + messageTokens(message), REPLY_PRIMING);
  const functions = (request.tools ?? []).reduce(
    (sum, tool) => sum + TOOL_OVERHEAD + providerTokens(JSON.stringify(tool.function)),
    0,
  );
  return { messages, functions };
}

function messageTokens(message: ChatRequestMessage): number {
  const calls = (message.tool_calls ?? []).reduce(
    (sum, call) =>
      sum + CALL_OVERHEAD + providerTokens(call.function.name) + providerTokens(call.function.arguments),
    0,
  );
  return MESSAGE_OVERHEAD + providerTokens(message.content ?? '') + calls;
}
