/**
 * Chat completions of any OpenAI-compatible endpoint. Bundled apart and loaded by dynamic import: nothing but the
 * composition root (lazily) and tests may import this file.
 */
import OpenAI from 'openai';
import type { TokenUsage } from '../engine/chat';
import { ModelError } from '../engine/errors';
import type { LanguageModel, ModelEvent, ModelProfile, ModelRequest } from '../engine/ports';
import { askWindow } from './askWindow';
import { backOffMs, wait } from './backOff';
import { cancelled, classifyModelError, type ErrorOrigin } from './classifyModelError';
import { property } from './fetchJson';
import { ASSUMED_WINDOW_TOKENS, type OpenAIModelOptions } from './modelOptions';
import { type Dialect, requestBody, type StreamingBody } from './requestBody';
import { ThinkSplitter } from './ThinkSplitter';
import { ToolCallJoiner } from './toolCallJoiner';

const PROFILE_LIMIT_MS = 3_000;
/** A request that failed after more than this ran into a time limit (a slow machine reading a long prompt): so would the next. */
const LONGEST_RETRIED_MS = 60_000;

type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk;
type FinishReason = Extract<ModelEvent, { type: 'finish' }>['reason'];

export class OpenAIModel implements LanguageModel {
  readonly id: string;
  readonly generative = true;
  private readonly client: OpenAI;
  private readonly options: OpenAIModelOptions;
  private dialect: Dialect;
  private known: ModelProfile | undefined;
  private functions: boolean | undefined;

  constructor(options: OpenAIModelOptions) {
    this.options = { ...options, baseUrl: options.baseUrl.replace(/\/+$/, '') };
    this.id = `${options.provider}:${options.model}`;
    // OpenAI's reasoning models refuse `max_tokens`; most other servers know nothing else.
    const isOpenAI = options.provider === 'openai';
    const { temperature, reasoningEffort } = options;
    this.dialect = {
      streamOptions: true,
      outputLimit: isOpenAI ? 'max_completion_tokens' : 'max_tokens',
      returnsReasoning: false,
      ...(temperature === undefined ? {} : { temperature }),
      ...(reasoningEffort ? { reasoningEffort } : {}),
    };
    this.client = new OpenAI({
      baseURL: this.options.baseUrl,
      // Given explicitly, all of it: the client would otherwise send what it finds in the environment to any endpoint.
      apiKey: options.apiKey || 'none',
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      defaultHeaders: options.apiKey ? {} : { Authorization: null },
      // The client's own retries neither stop when cancelled nor tell used-up credit from a rate limit.
      maxRetries: 0,
      logLevel: 'off',
    });
  }

  /** What its endpoint told with the window, or by refusing them. */
  get callsFunctions(): boolean | undefined {
    return this.functions;
  }

  /** Learnt from the first refusal of a call without it. */
  get wantsReasoning(): boolean {
    return this.dialect.returnsReasoning;
  }

  /** Asks the endpoint at most once per model, unless its answer may change when the model is loaded. */
  async profile(signal: AbortSignal): Promise<ModelProfile> {
    if (this.known) return this.known;
    const setting = this.options.windowTokens;
    const limit = AbortSignal.timeout(PROFILE_LIMIT_MS);
    try {
      const answer = await askWindow(this.options, AbortSignal.any([signal, limit]));
      const profile = choose(answer?.tokens, setting);
      this.functions = answer?.callsFunctions ?? this.functions;
      if (answer?.final !== false) this.known = profile;
      return profile;
    } catch (error) {
      if (signal.aborted) throw cancelled();
      const failure = classifyModelError(error, this.origin(signal));
      // An endpoint that is down must not look like one with a small window: the queue would be evicted to fit it.
      const refuses = failure.kind === 'network' || (failure.kind === 'auth' && !isScopeMissing(failure));
      if (setting === undefined && refuses && !limit.aborted) throw failure;
      return choose(undefined, setting);
    }
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    for (let attempt = 1; ; attempt++) {
      // The client leaves its listener behind: on the turn's signal they would pile up with every step.
      const own = new AbortController();
      const abort = () => own.abort(signal.reason);
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort);
      const began = performance.now();
      let emitted = false;
      try {
        for await (const event of this.attempt(request, own.signal)) {
          emitted = true;
          yield event;
        }
        return;
      } catch (error) {
        const failure = classifyModelError(error, this.origin(signal));
        if (failure.details.refusesFunctions && request.functions.length > 0) this.functions = false;
        const hopeless = emitted || performance.now() - began > LONGEST_RETRIED_MS;
        const pause = hopeless ? undefined : backOffMs(failure, attempt, Math.random());
        if (pause === undefined) throw failure;
        await wait(pause, signal);
      } finally {
        signal.removeEventListener('abort', abort);
      }
    }
  }

  private async *attempt(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const { stream, isEventStream, dropped } = await this.open(request, signal);
    const calls = new ToolCallJoiner();
    const thinking = new ThinkSplitter();
    if (dropped.length > 0) yield { type: 'notice', text: this.droppedText(dropped) };
    let finish: string | undefined;
    let usage: TokenUsage | undefined;
    let chunks = 0;
    try {
      for await (const chunk of stream) {
        chunks++;
        usage = usageOf(chunk) ?? usage;
        const choice = chunk.choices?.[0];
        if (!choice) continue;
        const { content, tool_calls: fragments } = choice.delta ?? {};
        const reasoning = reasoningOf(choice.delta);
        if (reasoning !== '') yield { type: 'reasoning', text: reasoning };
        if (content) yield* thinking.add(content);
        for (const fragment of fragments ?? []) calls.add(fragment);
        finish = choice.finish_reason ?? finish;
      }
    } catch (error) {
      // The message itself is complete once its end was announced; only the usage is lost.
      if (finish === undefined || signal.aborted) throw error;
    }
    if (signal.aborted) throw cancelled();
    yield* thinking.finish();
    if (finish === undefined) throw this.unfinished(chunks, isEventStream);
    const taken = new Set(request.messages.flatMap((message) => callIds(message)));
    for (const call of calls.finish(taken)) yield { type: 'toolCall', call };
    yield { type: 'finish', reason: finishReason(finish, calls.size > 0), ...(usage && { usage }) };
  }

  /** Sends the request; when the server does not know one of its optional parts, once more without it. */
  private async open(request: ModelRequest, signal: AbortSignal) {
    const dropped: string[] = [];
    // A server that refuses both forms of a parameter must not be asked for ever.
    const tried = new Set([JSON.stringify(this.dialect)]);
    for (;;) {
      const body: StreamingBody = requestBody(this.options.model, request, this.dialect);
      try {
        const { data, response } = await this.client.chat.completions.create(body, { signal }).withResponse();
        const contentType = response.headers.get('content-type') ?? 'text/event-stream';
        return { stream: data, isEventStream: contentType.startsWith('text/event-stream'), dropped };
      } catch (error) {
        const simpler = simplified(this.dialect, error);
        if (!simpler || tried.has(JSON.stringify(simpler))) throw error;
        tried.add(JSON.stringify(simpler));
        if (simpler.temperature !== this.dialect.temperature) dropped.push('temperature');
        if (simpler.reasoningEffort !== this.dialect.reasoningEffort) dropped.push('reasoningEffort');
        this.dialect = simpler;
      }
    }
  }

  private droppedText(settings: readonly string[]): string {
    const names = settings.map((name) => `virtualContext.model.${name}`).join(' and ');
    return `${this.options.model} does not take ${names}: it answers without.`;
  }

  private unfinished(chunks: number, isEventStream: boolean): ModelError {
    if (chunks > 0 || isEventStream) {
      return new ModelError(
        'network',
        'The connection was cut before the answer was complete.',
        'Try again; what arrived is kept.',
      );
    }
    return new ModelError(
      'badResponse',
      `${this.options.baseUrl} answered, but not as a chat completions endpoint does.`,
      'Check the base URL: it usually ends in /v1.',
    );
  }

  private origin(signal: AbortSignal): ErrorOrigin {
    const { baseUrl, model, apiKey } = this.options;
    return { baseUrl, model, signal, ...(apiKey && { apiKey }) };
  }
}

/** A key restricted to chat completions: the list of models is refused, chatting is not. */
function isScopeMissing(failure: ModelError): boolean {
  return /scope|permission/i.test(failure.message);
}

/** The smaller of what the endpoint tells and the person set. */
function choose(told: number | undefined, setting: number | undefined): ModelProfile {
  if (told !== undefined && (setting === undefined || told <= setting)) {
    return { windowTokens: told, windowSource: 'endpoint' };
  }
  if (setting !== undefined) return { windowTokens: setting, windowSource: 'setting' };
  return { windowTokens: ASSUMED_WINDOW_TOKENS, windowSource: 'assumed' };
}

/** A setting of the person's, or its value, is not taken. */
const REFUSED_VALUE =
  /unsupported|unrecognized|unknown|invalid|support|permitted|allowed|extra|only|not a valid|must be/i;
const EFFORT = /reasoning|think/i;

/** @returns a dialect without what the error complains about; undefined when it is about something else */
function simplified(dialect: Dialect, error: unknown): Dialect | undefined {
  if (!(error instanceof OpenAI.APIError) || (error.status !== 400 && error.status !== 422)) return undefined;
  const complaint = `${error.param ?? ''} ${error.message}`;
  if (dialect.streamOptions && /stream_options|include_usage/.test(complaint)) {
    return { ...dialect, streamOptions: false };
  }
  const refused = REFUSED_VALUE.test(complaint);
  if (refused && dialect.temperature !== undefined && /temperature/.test(complaint)) {
    const { temperature: _, ...rest } = dialect;
    return rest;
  }
  if (refused && dialect.reasoningEffort !== undefined && EFFORT.test(complaint)) {
    const { reasoningEffort: _, ...rest } = dialect;
    return rest;
  }
  if (/reasoning_content/.test(complaint)) {
    // Some want it back with every call, others refuse a request that has it.
    const returnsReasoning = /missing|must|required|needs?\b/i.test(complaint);
    return returnsReasoning === dialect.returnsReasoning ? undefined : { ...dialect, returnsReasoning };
  }
  // Not every mention is a complaint about the name: a limit that is too large names it as well.
  if (!/unsupported|unrecognized|unknown|not supported|not permitted|extra|instead/i.test(complaint))
    return undefined;
  if (dialect.outputLimit === 'max_tokens' && /max_tokens/.test(complaint)) {
    return { ...dialect, outputLimit: 'max_completion_tokens' };
  }
  if (dialect.outputLimit === 'max_completion_tokens' && /max_completion_tokens/.test(complaint)) {
    return { ...dialect, outputLimit: 'max_tokens' };
  }
  return undefined;
}

function usageOf({ usage }: Chunk): TokenUsage | undefined {
  // Some servers send zeros until the last chunk.
  if (!usage?.prompt_tokens) return undefined;
  const cached = usage.prompt_tokens_details?.cached_tokens;
  return {
    promptTokens: usage.prompt_tokens,
    completionTokens: usage.completion_tokens ?? 0,
    ...(typeof cached === 'number' && { cachedTokens: cached }),
  };
}

/** Not a part of OpenAI's own protocol: DeepSeek, vLLM and others send the one, OpenRouter and Ollama the other. */
function reasoningOf(delta: unknown): string {
  const text = property(delta, 'reasoning_content') ?? property(delta, 'reasoning');
  return typeof text === 'string' ? text : '';
}

function finishReason(reason: string, hasCalls: boolean): FinishReason {
  if (reason === 'length') return 'length';
  if (reason === 'content_filter') return 'contentFilter';
  // Some servers say `stop` after function calls.
  return hasCalls ? 'toolCalls' : 'stop';
}

function callIds(message: ModelRequest['messages'][number]): string[] {
  return message.role === 'assistant' ? (message.toolCalls ?? []).map((call) => call.id) : [];
}
