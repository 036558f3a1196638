/** Waiting between two attempts of the same request. */
import type { ModelError } from '../engine/errors';
import { cancelled, isTransient } from './classifyModelError';

const RETRIES = 3;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8_000;
/** A server that asks for more patience than this gets none: the person is told how long to wait instead. */
const LONGEST_ASKED_DELAY_MS = 30_000;

/**
 * Exponential with up to 25 % jitter downwards, or what the server asked for.
 * @param attempt attempts already made, from 1
 * @param random in [0, 1)
 * @returns ms to wait, or undefined when the request must not be repeated
 */
export function backOffMs(error: ModelError, attempt: number, random: number): number | undefined {
  if (!isTransient(error) || attempt > RETRIES) return undefined;
  const asked = error.details.retryAfterMs;
  if (asked !== undefined) return asked <= LONGEST_ASKED_DELAY_MS ? asked : undefined;
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1)) * (1 - random / 4);
}

/** @throws ModelError cancelled, at once, when the signal aborts */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(cancelled());
      return;
    }
    const stop = () => {
      clearTimeout(timer);
      reject(cancelled());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
