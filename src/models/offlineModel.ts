/** The built-in model that needs no network and no key: it follows a policy through the very same engine and functions. */
import type { LanguageModel, ModelEvent, ModelProfile, ModelRequest } from '../engine/ports';
import { newCallId } from './callId';
import { cancelled } from './classifyModelError';
import { decide } from './offlinePolicy';

const DEFAULT_WINDOW_TOKENS = 32_768;
/** One streamed piece, about a line. */
const PIECE = /[\s\S]{1,80}/gu;

export class OfflineModel implements LanguageModel {
  readonly id = 'offline';
  readonly generative = false;

  /** @param windowTokens the window the engine has to manage; there is no model that would limit it */
  constructor(private readonly windowTokens = DEFAULT_WINDOW_TOKENS) {}

  async profile(): Promise<ModelProfile> {
    return { windowTokens: this.windowTokens, windowSource: 'setting' };
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const decision = decide(request);
    if ('calls' in decision) {
      for (const { name, arguments: args } of decision.calls) {
        if (signal.aborted) throw cancelled();
        yield { type: 'toolCall', call: { id: newCallId(), name, arguments: JSON.stringify(args) } };
      }
      yield { type: 'finish', reason: 'toolCalls' };
      return;
    }
    for (const text of pieces(decision.answer)) {
      if (signal.aborted) throw cancelled();
      yield { type: 'text', text };
    }
    yield { type: 'finish', reason: 'stop' };
  }
}

/** Whole characters (no half surrogate pairs); joined, the pieces are the text. */
function pieces(text: string): string[] {
  return text.match(PIECE) ?? [];
}
