/** The host's end of the message map: validates what a webview sends, runs it, answers with a result or an error. */
import * as z from 'zod';
import { VirtualContextError } from '../engine/errors';
import type { HostMessage, RequestError, RequestMap } from '../webview/protocol';

/** One request's parameters, as they must be, and what it does. */
interface RequestHandler<Params, Result> {
  readonly params: z.ZodType<Params>;
  run(params: Params): Result | Promise<Result>;
}

export type RequestHandlers<Requests extends RequestMap<Requests>> = {
  readonly [M in keyof Requests]: RequestHandler<Requests[M]['params'], Requests[M]['result']>;
};

const message = z.object({
  kind: z.literal('request'),
  id: z.number().int().nonnegative(),
  method: z.string(),
  params: z.unknown(),
});

/** @returns whether a webview asks for the whole state */
export function isLoadRequest(data: unknown): boolean {
  return message.safeParse(data).data?.method === 'load';
}

/**
 * @param data whatever the webview posted
 * @returns the answer to post back, or undefined when the data is no request at all
 */
export async function answerRequest<Requests extends RequestMap<Requests>>(
  handlers: RequestHandlers<Requests>,
  data: unknown,
): Promise<HostMessage<never> | undefined> {
  const request = message.safeParse(data);
  if (!request.success) return undefined;
  const { id, method, params } = request.data;
  try {
    return { kind: 'result', id, result: await run(handlers, method, params) };
  } catch (error) {
    return { kind: 'error', id, error: requestError(error) };
  }
}

function run<Requests extends RequestMap<Requests>>(
  handlers: RequestHandlers<Requests>,
  method: string,
  params: unknown,
): unknown {
  if (!Object.hasOwn(handlers, method)) throw new Error(`There is no request ${method}.`);
  const handler: RequestHandler<unknown, unknown> = handlers[method as keyof Requests];
  const parsed = handler.params.safeParse(params);
  if (!parsed.success) throw new Error(`Request ${method}: ${z.prettifyError(parsed.error)}`);
  return handler.run(parsed.data);
}

function requestError(error: unknown): RequestError {
  if (error instanceof VirtualContextError) return { message: error.message, nextStep: error.nextStep };
  return { message: error instanceof Error ? error.message : String(error), nextStep: '' };
}
