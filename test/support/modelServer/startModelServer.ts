/**
 * A real HTTP server on loopback that speaks OpenAI chat completions, enforces a context window and records every
 * request. It proves mechanism (paging, budgets, retries, protocol), never answer quality: its “model” is a policy of a
 * few lines of TypeScript.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatRequest, Completion, Policy, PolicyReply, ReasoningField } from './chatProtocol';
import { streamEvents, wholeCompletion } from './completionEvents';
import { type ModelFault, type Refusal, refusal, refusalOf } from './faults';
import { promptTokens, providerTokens } from './providerTokens';

export interface ModelServerOptions {
  /** Tokens, prompt and output together, counted by the server. */
  readonly window: number;
  readonly policy: Policy;
  /** Name under which the model is listed; any name is served. */
  readonly model?: string;
  /** Further entries of `/v1/models`. */
  readonly alsoListed?: readonly ({ readonly id: string } & Readonly<Record<string, unknown>>)[];
  /** Whether `/v1/models` tells the window (as `max_model_len`). Default: true. */
  readonly tellsWindow?: boolean;
  /** Requests without this key are refused. Default: any key, or none. */
  readonly apiKey?: string;
  /** Body parameters that the server refuses as unknown, e.g. `stream_options`. */
  readonly unknownParameters?: readonly string[];
  /** How it tells what was thought. Default: `reasoning_content`. */
  readonly reasoningField?: ReasoningField;
  /** Refuses calls that come back without what was thought before them, as DeepSeek does. */
  readonly wantsReasoning?: boolean;
  /** Models that refuse requests with functions, as Ollama's do that were not trained for calls. */
  readonly withoutFunctions?: readonly string[];
}

/** One request to `/v1/chat/completions`, in the order of arrival. */
interface RecordedRequest {
  readonly body: ChatRequest;
  /** Of the header. */
  readonly authorization: string;
  /** The bytes of the body. */
  readonly raw: Buffer;
  /** Prompt tokens as the server counts them, schemas included. */
  readonly promptTokens: number;
  /** Output the request asked for. */
  readonly maxOutputTokens: number;
  readonly cachedTokens: number;
  /** Why it was refused for length: it was longer than the window. */
  readonly overWindow: boolean;
  /** HTTP status; 0 for a connection that was closed without an answer. */
  status: number;
  /** The client went away before the answer was complete. */
  abandoned: boolean;
}

export interface ModelServer {
  /** Base URL, ending in `/v1`. */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** Queues faults; each is spent on one of the next requests. */
  misbehave(...faults: ModelFault[]): void;
  close(): Promise<void>;
}

export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const service = new ModelService(options);
  const server = createServer((request, response) => {
    service.handle(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendRefusal(response, refusal(500, `policy failed: ${String(error)}`, null));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests: service.requests,
    misbehave: (...faults) => void service.faults.push(...faults),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

class ModelService {
  readonly requests: RecordedRequest[] = [];
  readonly faults: ModelFault[] = [];
  private nextCall = 1;

  constructor(private readonly options: ModelServerOptions) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await bodyOf(request);
    if (request.method === 'GET' && request.url === '/v1/models') {
      const { window, model = 'test-model', tellsWindow = true, alsoListed = [] } = this.options;
      const entry = { id: model, object: 'model', created: 0, owned_by: 'test' };
      sendJson(response, 200, {
        object: 'list',
        data: [{ ...entry, ...(tellsWindow && { max_model_len: window }) }, ...alsoListed],
      });
    } else if (request.method === 'POST' && request.url === '/v1/chat/completions') {
      await this.complete(raw, request.headers.authorization ?? '', response);
    } else {
      sendRefusal(
        response,
        refusal(404, `Unknown request URL: ${request.method} ${request.url}.`, 'unknown_url'),
      );
    }
  }

  private async complete(raw: Buffer, authorization: string, response: ServerResponse): Promise<void> {
    const body = JSON.parse(raw.toString('utf8')) as ChatRequest;
    const tokens = promptTokens(body);
    const prompt = tokens.messages + tokens.functions;
    const maxOutputTokens = body.max_completion_tokens ?? body.max_tokens ?? 0;
    const record: RecordedRequest = {
      body,
      authorization,
      raw,
      promptTokens: prompt,
      maxOutputTokens,
      cachedTokens: this.cachedTokens(raw, prompt),
      overWindow: prompt + maxOutputTokens > this.options.window,
      status: 200,
      abandoned: false,
    };
    this.requests.push(record);
    const fault = this.faults.shift();
    if (fault?.kind === 'reset') {
      record.status = 0;
      response.destroy();
      return;
    }
    const refused =
      refusalOf(fault, authorization) ??
      this.refuse(body, authorization, tokens, maxOutputTokens, record.overWindow);
    if (refused) {
      record.status = refused.status;
      sendRefusal(response, refused);
      return;
    }
    const completion = this.completion(spoilt(await this.options.policy(body), body, fault), record, fault);
    if (body.stream) await stream(response, completion, record, fault);
    else sendJson(response, 200, wholeCompletion(completion, body.model));
  }

  private refuse(
    body: ChatRequest,
    authorization: string,
    tokens: ReturnType<typeof promptTokens>,
    maxOutputTokens: number,
    overWindow: boolean,
  ): Refusal | undefined {
    const { apiKey, unknownParameters = [], window } = this.options;
    if (apiKey !== undefined && authorization !== `Bearer ${apiKey}`) {
      return refusalOf({ kind: 'unauthorized' }, authorization);
    }
    const unknown = unknownParameters.find((name) => name in body);
    if (unknown) return refusal(400, `Unrecognized request argument supplied: ${unknown}`, null, unknown);
    if (this.options.withoutFunctions?.includes(body.model) && body.tools?.length) {
      return refusalOf({ kind: 'noTools' }, authorization);
    }
    const bare = body.messages.findIndex((m) => m.tool_calls?.length && m.reasoning_content === undefined);
    if (this.options.wantsReasoning && bare >= 0) {
      return refusal(
        400,
        `Missing \`reasoning_content\` field in the assistant message at message index ${bare}`,
        null,
      );
    }
    if (!overWindow) return undefined;
    const { messages, functions } = tokens;
    const total = messages + functions + maxOutputTokens;
    const parts = [`${messages} in the messages`];
    if (functions > 0) parts.push(`${functions} in the functions`);
    if (maxOutputTokens > 0) parts.push(`${maxOutputTokens} in the completion`);
    const message =
      `This model's maximum context length is ${window} tokens. However, you requested ${total} tokens ` +
      `(${parts.join(', ')}). Please reduce the length of the messages${functions > 0 ? ', functions' : ''} or completion.`;
    return refusal(400, message, 'context_length_exceeded', 'messages');
  }

  /** The provider's prefix cache: what begins like an earlier, accepted request is not computed again. */
  private cachedTokens(raw: Buffer, prompt: number): number {
    const accepted = this.requests.filter(({ status }) => status === 200);
    const shared = Math.max(0, ...accepted.map((earlier) => commonPrefix(earlier.raw, raw)));
    return Math.floor((prompt * shared) / Math.max(1, raw.length));
  }

  private completion(reply: PolicyReply, record: RecordedRequest, fault: ModelFault | undefined): Completion {
    const calls = (reply.calls ?? []).map((call) => ({
      id: `call_${this.nextCall++}`,
      name: call.name,
      arguments: fault?.kind === 'malformedArguments' ? '{"path": "src/' : JSON.stringify(call.arguments),
    }));
    const whole = reply.text ?? '';
    const text = record.maxOutputTokens > 0 ? clipToTokens(whole, record.maxOutputTokens) : whole;
    const completionTokens =
      providerTokens(text) + calls.reduce((sum, call) => sum + providerTokens(call.name + call.arguments), 0);
    const finished = calls.length > 0 ? 'tool_calls' : 'stop';
    const { reasoning } = reply;
    const { reasoningField: field = 'reasoning_content' } = this.options;
    return {
      text,
      ...(reasoning === undefined ? {} : { reasoning: { field, text: reasoning } }),
      calls,
      finishReason: text.length < whole.length ? 'length' : finished,
      usage: {
        prompt_tokens: record.promptTokens,
        completion_tokens: completionTokens,
        total_tokens: record.promptTokens + completionTokens,
        prompt_tokens_details: { cached_tokens: record.cachedTokens },
      },
    };
  }
}

/** Makes sure that a fault about calls has a call to spoil. */
function spoilt(reply: PolicyReply, body: ChatRequest, fault: ModelFault | undefined): PolicyReply {
  if (fault?.kind === 'unknownFunction') return { calls: [{ name: 'no_such_function', arguments: {} }] };
  if (fault?.kind !== 'malformedArguments' || reply.calls?.length) return reply;
  return { calls: [{ name: body.tools?.[0]?.function.name ?? 'read_file', arguments: {} }] };
}

async function stream(
  response: ServerResponse,
  completion: Completion,
  record: RecordedRequest,
  fault: ModelFault | undefined,
): Promise<void> {
  response.on('close', () => {
    record.abandoned = !response.writableFinished;
  });
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const events = streamEvents(
    completion,
    record.body.model,
    record.body.stream_options?.include_usage === true,
  );
  for (const [index, event] of events.entries()) {
    if (fault?.kind === 'cutStream' && index === fault.afterEvents) {
      response.destroy();
      return;
    }
    if (fault?.kind === 'errorInStream' && index === fault.afterEvents) {
      response.end(
        `data: ${JSON.stringify({ error: { message: fault.message, type: 'BadRequestError', code: 400 } })}\n\n`,
      );
      return;
    }
    if (response.destroyed) return;
    response.write(`data: ${JSON.stringify(event)}\n\n`);
    // Lets the bytes out, so that a cut stream has really begun and each event arrives by itself.
    await sleep(fault?.kind === 'slowStream' ? fault.delayMs : 0);
  }
  response.end('data: [DONE]\n\n');
}

function clipToTokens(text: string, maxTokens: number): string {
  if (providerTokens(text) <= maxTokens) return text;
  let clipped = text;
  while (clipped !== '' && providerTokens(clipped) > maxTokens)
    clipped = clipped.slice(0, Math.floor(clipped.length * 0.9));
  return clipped;
}

/** Bytes compared at once: most of two prompts of a session are the same. */
const BLOCK = 4096;

function commonPrefix(a: Buffer, b: Buffer): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length + BLOCK <= limit && a.compare(b, length, length + BLOCK, length, length + BLOCK) === 0)
    length += BLOCK;
  while (length < limit && a[length] === b[length]) length++;
  return length;
}

function sendRefusal(response: ServerResponse, { status, headers = {}, error }: Refusal): void {
  sendJson(response, status, { error }, headers);
}

function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
