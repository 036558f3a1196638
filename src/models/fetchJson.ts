/** Small JSON requests beside chat completions: what an endpoint tells about itself. */

/** What a server refused with, in the shape `classifyModelError` reads. */
class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly headers: Headers,
    readonly error: unknown,
  ) {
    super(`HTTP ${status}`);
  }
}

export interface JsonRequest {
  readonly apiKey?: string;
  /** Sent as JSON by POST; without it the request is a GET. */
  readonly body?: unknown;
}

/** @throws HttpError when the server refuses, SyntaxError when it does not answer JSON, what `fetch` throws otherwise */
export async function fetchJson(url: string, request: JsonRequest, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, {
    method: request.body === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'application/json',
      ...(request.apiKey && { authorization: `Bearer ${request.apiKey}` }),
      ...(request.body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    signal,
  });
  const text = await response.text();
  if (!response.ok) throw new HttpError(response.status, response.headers, errorIn(text));
  return JSON.parse(text) as unknown;
}

function errorIn(text: string): unknown {
  try {
    const body = JSON.parse(text) as { error?: unknown };
    return typeof body.error === 'string' ? { message: body.error } : body.error;
  } catch {
    return text === '' ? undefined : { message: text };
  }
}

/** A property of a value that came from outside; undefined when there is no such thing. */
export function property(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const name of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[name];
  }
  return current;
}
