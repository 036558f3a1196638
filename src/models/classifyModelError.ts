/**
 * The one place that turns what an endpoint, the network or the client library reports into a `ModelError`. Judges by
 * status, error code and, for servers that give neither, by their known wordings. Reads errors by shape, so that it works
 * for the `openai` client (not imported: it is loaded lazily) as well as for plain `fetch`.
 */
import { ModelError, type ModelErrorKind } from '../engine/errors';

export interface ErrorOrigin {
  readonly baseUrl: string;
  readonly model?: string;
  /** Removed from every message. */
  readonly apiKey?: string;
  /** When aborted, whatever went wrong is a cancellation. */
  readonly signal?: AbortSignal;
}

interface Evidence {
  readonly status: number | undefined;
  /** Codes and types the server sent, lower case. */
  readonly codes: readonly string[];
  readonly message: string;
  readonly retryAfterMs: number | undefined;
  /** The code of the operating system or of the HTTP client, e.g. ECONNREFUSED. */
  readonly networkCode: string | undefined;
  readonly isSyntaxError: boolean;
}

const TOO_LONG: readonly RegExp[] = [
  /maximum (context|prompt|model) length/i, // OpenAI, DeepSeek, xAI, vLLM
  /(longer than|exceeds) the (maximum )?model('s)?( maximum)? (context )?length/i, // vLLM
  /exceeds? (the )?(model's |available |maximum |total )*context (size|length|window)/i, // llama.cpp, Ollama, SGLang
  /context (size|length|window) (has been |was |is )?exceeded/i, // llama.cpp
  /tokens exceed context window/i, // llama-cpp-python
  /context (the )?overflows|greater than the context length|reached context length/i, // LM Studio
  /prompt is too long|input is too long|input token count .* exceeds/i, // Anthropic, Bedrock, Gemini
  /reduce the length of the (messages|prompt|input)|request too large/i, // Groq, OpenAI per-minute limits below one request
  /too large for model with \d+ maximum context/i, // Mistral
  /must be <=? ?\d+.*(max_new_tokens|inputs)|max_new_tokens.* must be <=? ?\d+/i, // text-generation-inference, Together
];
const TOLD_WINDOW: readonly RegExp[] = [
  /maximum (?:context|prompt|model) length (?:is|of) ([\d,]+)/i, // OpenAI, DeepSeek, vLLM
  /available context size \(([\d,]+)/i, // llama.cpp
  /too large for model with ([\d,]+) maximum context/i, // Mistral
];
const NO_TOOLS =
  /(not|n't) support (the )?(tool|function)|(tools?|tool use|tool calling|function calling) (is|are) not supported|no endpoints found that support tool use|tool choice requires|tools param requires|requires --jinja/i;
const BAD_KEY =
  /(invalid|incorrect|missing|no) (api[ -]?key|authentication|credentials)|api[ -]?key not valid/i;
const NO_CREDIT =
  /insufficient (quota|balance|credits?|funds)|credit balance|exceeded your current quota|billing/i;
const NETWORK_CODES =
  /^(ECONN|ENOTFOUND|EAI_|ENET|EHOST|EPIPE|ETIMEDOUT|UND_ERR|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;
const NETWORK_WORDS =
  /fetch failed|terminated|socket hang up|premature close|connection error|timed? ?out|network/i;

/** @returns a `ModelError` of the right kind, with a next step; a `ModelError` given is handed back as it is */
export function classifyModelError(error: unknown, origin: ErrorOrigin): ModelError {
  if (origin.signal?.aborted) return cancelled();
  if (error instanceof ModelError) return error;
  const evidence = gather(error);
  const kind = kindOf(evidence);
  const said = redact(evidence.message, origin.apiKey);
  const { message, nextStep } = explain(kind, evidence, said, origin);
  return new ModelError(kind, message, nextStep, {
    ...(evidence.retryAfterMs !== undefined && { retryAfterMs: evidence.retryAfterMs }),
    ...(kind === 'contextLength' && toldWindow(evidence.message)),
    ...(kind === 'badResponse' && NO_TOOLS.test(evidence.message) && { refusesFunctions: true as const }),
    // The original may carry request headers: only its redacted text goes on.
    cause: new Error(said),
  });
}

/** @returns the window that a refusal for length names, where it does */
function toldWindow(message: string): { readonly windowTokens: number } | undefined {
  for (const wording of TOLD_WINDOW) {
    const tokens = Number(wording.exec(message)?.[1]?.replaceAll(',', ''));
    if (tokens > 0) return { windowTokens: tokens };
  }
  return undefined;
}

/** The person or the engine stopped the request. */
export function cancelled(): ModelError {
  return new ModelError('cancelled', 'The request was stopped.', 'Send a message to go on.');
}

/** Whether the same request may well succeed a little later. */
export function isTransient(error: ModelError): boolean {
  return error.kind === 'rateLimit' || error.kind === 'network';
}

function kindOf({
  status,
  codes,
  message,
  retryAfterMs,
  networkCode,
  isSyntaxError,
}: Evidence): ModelErrorKind {
  const has = (...names: string[]) => names.some((name) => codes.includes(name));
  if (has('context_length_exceeded', 'exceed_context_size_error', 'string_above_max_length'))
    return 'contextLength';
  if (TOO_LONG.some((wording) => wording.test(message))) return 'contextLength';
  if (has('insufficient_quota', 'billing_hard_limit_reached') || status === 402) return 'quota';
  if (status === 401 || status === 403 || has('invalid_api_key') || BAD_KEY.test(message)) return 'auth';
  if (status === 413) return 'contextLength';
  if (status === 429 || has('rate_limit_exceeded', 'rate_limit_error')) {
    return NO_CREDIT.test(message) && retryAfterMs === undefined ? 'quota' : 'rateLimit';
  }
  if (status === 407 || status === 408 || status === 409 || (status !== undefined && status >= 500))
    return 'network';
  if (status !== undefined || isSyntaxError) return 'badResponse';
  if (NETWORK_CODES.test(networkCode ?? '') || NETWORK_WORDS.test(message)) return 'network';
  return has('server_error', 'overloaded_error') ? 'network' : 'badResponse';
}

function explain(
  kind: ModelErrorKind,
  { status, message, retryAfterMs, networkCode }: Evidence,
  said: string,
  { baseUrl, model }: ErrorOrigin,
): { message: string; nextStep: string } {
  const host = hostOf(baseUrl);
  switch (kind) {
    case 'auth':
      return {
        message: `${host} refused the API key: ${said}`,
        nextStep: 'Run “Virtual Context: Set API Key”, or check what the key may be used for.',
      };
    case 'quota':
      return {
        message: `The account at ${host} has no credit left: ${said}`,
        nextStep:
          'Check plan and billing at the provider, or choose another model with “Virtual Context: Select Model”.',
      };
    case 'rateLimit':
      return {
        message: `${host} is limiting requests: ${said}`,
        nextStep:
          retryAfterMs === undefined
            ? 'Wait a minute and try again.'
            : `Try again in ${Math.max(1, Math.ceil(retryAfterMs / 1000))} s.`,
      };
    case 'contextLength':
      return {
        message: `The request is longer than the model's context window: ${said}`,
        nextStep:
          'Set the window size in the settings to what the model is really served with, or start a new chat.',
      };
    case 'network':
      return {
        message: networkMessage(status, networkCode, said, host),
        nextStep: networkStep(status, networkCode, baseUrl),
      };
    case 'cancelled':
      return { message: 'The request was stopped.', nextStep: 'Send a message to go on.' };
    case 'badResponse':
      if (NO_TOOLS.test(message)) {
        return {
          message: `${model ?? 'The model'} cannot call functions: ${said}`,
          nextStep: 'Choose a model with tool calling with “Virtual Context: Select Model”.',
        };
      }
      if (status === 404) {
        return {
          message: `${host} does not know ${model ? `the model “${model}”` : 'this address'}: ${said}`,
          nextStep: `Choose a model it offers with “Virtual Context: Select Model”; check the base URL ${baseUrl} (it usually ends in /v1).`,
        };
      }
      return {
        message: `${host} gave an answer that cannot be used: ${said}`,
        nextStep: `Check the base URL ${baseUrl} and the model's name; try again or choose another model.`,
      };
  }
}

function networkMessage(
  status: number | undefined,
  code: string | undefined,
  said: string,
  host: string,
): string {
  if (status !== undefined) return `${host} failed (HTTP ${status}): ${said}`;
  if (code === 'ECONNREFUSED') return `Nothing answers at ${host}.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `The name ${host} cannot be resolved.`;
  return `The connection to ${host} failed: ${said}`;
}

function networkStep(status: number | undefined, code: string | undefined, baseUrl: string): string {
  if (status !== undefined)
    return 'Try again; if it keeps failing, look at the server’s own log or status page.';
  if (code === 'ECONNREFUSED') return `Start the server, or correct the base URL ${baseUrl}.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `Check the network, or correct the base URL ${baseUrl}.`;
  if (/CERT|TLS|SELF_SIGNED|UNABLE_TO/.test(code ?? '')) return 'Check the server’s certificate.';
  return 'Check the network and try again.';
}

function gather(error: unknown): Evidence {
  const outer = asRecord(error);
  const body = asRecord(outer.error);
  // Some servers put the HTTP status of an error that came after the headers into its `code`.
  const inBody = [body.code, body.status, outer.code].map(Number).find((code) => code >= 400 && code < 600);
  const status = typeof outer.status === 'number' ? outer.status : inBody;
  const codes = [outer.code, outer.type, body.code, body.type].filter((code) => typeof code === 'string');
  const chain = causes(error);
  return {
    status,
    codes: codes.map((code) => code.toLowerCase()),
    message: messageOf(error, body, chain),
    retryAfterMs: retryAfterMs(outer.headers),
    networkCode: chain.map((cause) => asRecord(cause).code).findLast((code) => typeof code === 'string'),
    isSyntaxError: error instanceof SyntaxError,
  };
}

function messageOf(error: unknown, body: Record<string, unknown>, chain: readonly unknown[]): string {
  if (typeof body.message === 'string' && body.message !== '') return body.message;
  // `fetch failed` says nothing; its innermost cause does.
  const texts = chain
    .map((cause) => (cause instanceof Error ? cause.message : ''))
    .filter((text) => text !== '');
  return texts.length > 0 ? [...new Set(texts)].join(': ') : String(error);
}

function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  let next = error;
  while (next !== undefined && next !== null && chain.length < 8) {
    chain.push(next);
    // Happy eyeballs reports one error per address tried.
    next = next instanceof AggregateError && next.errors.length > 0 ? next.errors[0] : asRecord(next).cause;
  }
  return chain;
}

/** `Retry-After` (seconds or a date) or `Retry-After-Ms`; undefined when absent or unreadable. */
function retryAfterMs(headers: unknown): number | undefined {
  if (!(headers instanceof Headers)) return undefined;
  const ms = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  if (Number.isFinite(ms)) return Math.max(0, ms);
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const wait = /^\s*\d/.test(text) ? Number.parseFloat(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

/** Without the key, on one line, at most 400 characters: servers echo keys, and whole HTML pages. */
function redact(text: string, apiKey: string | undefined): string {
  const hidden = apiKey ? text.replaceAll(apiKey, '[key]') : text;
  const line = hidden
    .replace(/\b(sk|pk|key)-[\w*.-]{6,}/g, '[key]')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}

function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : baseUrl;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
