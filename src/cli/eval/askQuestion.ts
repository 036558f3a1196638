/** Asks one question in a session of its own, through the whole engine. */
import { ModelError, type ModelErrorKind, VirtualContextError } from '../../engine/errors';
import type { Note } from '../../engine/events';
import type { LanguageModel } from '../../engine/ports';
import type { Place } from '../place';
import { type AgentDisk, withAgent } from '../withAgent';

export interface Answer {
  /** The last text of the turn; empty when there is none. */
  readonly text: string;
  /** Why the turn ended without an answer. */
  readonly failure?: string;
  readonly calls: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
}

/** The endpoint does not answer: no question after it would be answered either. */
class EvalStoppedError extends VirtualContextError {}

const HOPELESS: readonly string[] = ['auth', 'quota', 'rateLimit', 'network'] satisfies ModelErrorKind[];

export function stopped(failure: string): EvalStoppedError {
  return new EvalStoppedError(
    `No answer: ${failure}`,
    'The evaluation was stopped; run it again when that is mended.',
  );
}

export interface Question {
  readonly session: string;
  readonly prompt: string;
  readonly notes: readonly Note[];
}

/** @throws EvalStoppedError when the endpoint refuses; ModelError (cancelled) when the signal aborts; JournalError */
export async function askQuestion(
  place: Place,
  model: LanguageModel,
  disk: AgentDisk,
  { session, prompt, notes }: Question,
  signal: AbortSignal,
): Promise<Answer> {
  const usage = { calls: 0, promptTokens: 0, cachedTokens: 0, completionTokens: 0 };
  let text = '';
  let failure: string | undefined;
  let errorKind: string | undefined;
  await withAgent(
    place,
    session,
    model,
    disk,
    (event) => {
      if (event.type === 'function.result') usage.calls++;
      if (event.type === 'message.assistant' && event.text.trim() !== '') text = event.text;
      if (event.type !== 'response.received' || !event.usage) return;
      usage.promptTokens += event.usage.promptTokens;
      usage.cachedTokens += event.usage.cachedTokens ?? 0;
      usage.completionTokens += event.usage.completionTokens;
    },
    { edits: false, commands: false },
    async (agent) => {
      agent.output.subscribe((event) => {
        if (event.type !== 'turnEnded' || event.reason === 'done') return;
        failure = event.message ?? event.reason;
        errorKind = event.errorKind;
      });
      const stop = () => agent.stop();
      signal.addEventListener('abort', stop, { once: true });
      try {
        if (!signal.aborted) await agent.submit(prompt);
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
    notes,
  );
  if (signal.aborted) throw new ModelError('cancelled', 'Cancelled.', 'Run it again.');
  if (failure !== undefined && errorKind !== undefined && HOPELESS.includes(errorKind)) {
    throw stopped(failure);
  }
  return { text, ...usage, ...(failure === undefined ? {} : { failure }) };
}
