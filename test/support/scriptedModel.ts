/**
 * A language model in memory that enforces its window as a provider does and answers by a script. It proves mechanism
 * (what was resident, what was faulted, what it cost), never answer quality.
 */
import { ModelError } from '../../src/engine/errors';
import type { LanguageModel, ModelEvent, ModelProfile, ModelRequest } from '../../src/engine/ports';
import { SUMMARY_TAG } from '../../src/engine/Summarizer';

export interface ScriptedReply {
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly error?: Error;
}

export type Script = (request: ModelRequest, step: number) => ScriptedReply;

export interface ScriptedModelOptions {
  readonly windowTokens?: number;
  /** What the person's setting claims, when that is not true. */
  readonly claimedWindowTokens?: number;
  /** The provider's tokenizer, which is not ours. */
  readonly charsPerToken?: number;
  readonly generative?: boolean;
  readonly reportsUsage?: boolean;
  /** Answers requests for a summary. Default: a short text. */
  readonly summary?: (request: ModelRequest) => ScriptedReply | Promise<ScriptedReply>;
  readonly id?: string;
}

/** Whether a request asks for a summary: in a request made for it, or at the end of the chat. */
export function isSummaryRequest({
  functions,
  messages,
}: Pick<ModelRequest, 'functions' | 'messages'>): boolean {
  return functions.length === 0 || (messages.at(-1)?.content.startsWith(`<${SUMMARY_TAG}>`) ?? false);
}

export class ScriptedModel implements LanguageModel {
  readonly id: string;
  readonly generative: boolean;
  readonly requests: {
    readonly request: ModelRequest;
    readonly tokens: number;
    readonly rejected: boolean;
  }[] = [];
  private steps = 0;

  constructor(
    private readonly script: Script,
    private readonly options: ScriptedModelOptions = {},
  ) {
    this.id = options.id ?? 'scripted';
    this.generative = options.generative ?? true;
  }

  async profile(): Promise<ModelProfile> {
    const { claimedWindowTokens, windowTokens = 32_768 } = this.options;
    return { windowTokens: claimedWindowTokens ?? windowTokens, windowSource: 'setting' };
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent> {
    const windowTokens = this.options.windowTokens ?? 32_768;
    const tokens = this.count(request);
    const rejected = tokens + request.maxOutputTokens > windowTokens;
    this.requests.push({ request, tokens, rejected });
    if (rejected) {
      const told = this.options.claimedWindowTokens === undefined ? {} : { windowTokens };
      throw new ModelError('contextLength', 'The prompt is too long.', 'Shorten it.', told);
    }
    if (isSummaryRequest(request)) {
      const summary = await this.options.summary?.(request);
      if (summary?.error) throw summary.error;
      if (signal.aborted) throw new ModelError('cancelled', 'Cancelled.', 'Send again.');
      yield { type: 'text', text: summary ? (summary.text ?? '') : `summary ${this.requests.length}` };
      yield { type: 'finish', reason: 'stop' };
      return;
    }
    const reply = this.script(request, this.steps++);
    if (reply.text) {
      for (const word of reply.text.split(/(?<= )/)) {
        if (signal.aborted) throw new ModelError('cancelled', 'Cancelled.', 'Send again.');
        yield { type: 'text', text: word };
      }
    }
    if (reply.error) throw reply.error;
    for (const [index, call] of (reply.calls ?? []).entries()) {
      const args = typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments);
      yield { type: 'toolCall', call: { id: `provider_${index}`, name: call.name, arguments: args } };
    }
    const usage = { promptTokens: tokens, completionTokens: 10 };
    yield {
      type: 'finish',
      reason: reply.calls ? 'toolCalls' : 'stop',
      ...(this.options.reportsUsage === false ? {} : { usage }),
    };
  }

  count(request: ModelRequest): number {
    return Math.ceil(JSON.stringify(request).length / (this.options.charsPerToken ?? 3.8));
  }
}
