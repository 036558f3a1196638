/** Ways in which the server misbehaves on demand. Each fault is spent on one request. */
export type ModelFault =
  | { readonly kind: 'rateLimit'; readonly retryAfterSeconds: number }
  | { readonly kind: 'quota' }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'serverError'; readonly status: number }
  /** The connection is closed without an answer. */
  | { readonly kind: 'reset' }
  /** The connection is closed after so many events of the stream. */
  | { readonly kind: 'cutStream'; readonly afterEvents: number }
  | { readonly kind: 'slowStream'; readonly delayMs: number }
  /** An error sent inside the stream after so many events, as vLLM does. */
  | { readonly kind: 'errorInStream'; readonly afterEvents: number; readonly message: string }
  | { readonly kind: 'noTools' }
  /** The calls of the reply come with arguments that are not JSON. */
  | { readonly kind: 'malformedArguments' }
  /** The reply calls a function that does not exist. */
  | { readonly kind: 'unknownFunction' };

export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** @returns how a fault refuses the request, or undefined when it spoils the answer instead */
export function refusalOf(fault: ModelFault | undefined, authorization: string): Refusal | undefined {
  switch (fault?.kind) {
    case 'rateLimit':
      return {
        status: 429,
        headers: { 'retry-after': String(fault.retryAfterSeconds) },
        error: {
          message: 'Rate limit reached for requests',
          type: 'requests',
          param: null,
          code: 'rate_limit_exceeded',
        },
      };
    case 'quota':
      return refusal(
        429,
        'You exceeded your current quota, please check your plan and billing details.',
        'insufficient_quota',
      );
    case 'unauthorized':
      // Echoes the key, as some gateways do: the client must not pass it on.
      return refusal(
        401,
        `Incorrect API key provided: ${authorization.replace('Bearer ', '')}.`,
        'invalid_api_key',
      );
    case 'serverError':
      return refusal(fault.status, 'The server had an error while processing your request.', null);
    case 'noTools':
      return refusal(400, 'registry.ollama.ai/library/gemma:2b does not support tools', null);
    default:
      return undefined;
  }
}

export function refusal(
  status: number,
  message: string,
  code: string | null,
  param: string | null = null,
): Refusal {
  return {
    status,
    error: { message, type: status >= 500 ? 'server_error' : 'invalid_request_error', param, code },
  };
}
