import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../../src/engine/errors';
import { backOffMs, wait } from '../../../src/models/backOff';

const failure = (kind: ConstructorParameters<typeof ModelError>[0], retryAfterMs?: number) =>
  new ModelError(kind, 'm', 'n', retryAfterMs === undefined ? {} : { retryAfterMs });

describe('backOffMs', () => {
  it('doubles, with jitter downwards, and ends after three repetitions', () => {
    const network = failure('network');
    expect([1, 2, 3, 4].map((attempt) => backOffMs(network, attempt, 0))).toEqual([
      500,
      1_000,
      2_000,
      undefined,
    ]);
    expect(backOffMs(network, 1, 0.999)).toBeGreaterThan(370);
  });

  it('does what the server asks, within half a minute', () => {
    expect(backOffMs(failure('rateLimit', 3_000), 1, 0.5)).toBe(3_000);
    expect(backOffMs(failure('rateLimit', 0), 1, 0.5)).toBe(0);
    expect(backOffMs(failure('rateLimit', 31_000), 1, 0.5)).toBeUndefined();
  });

  it.each(['auth', 'quota', 'contextLength', 'cancelled', 'badResponse'] as const)(
    'never repeats after %s',
    (kind) => {
      expect(backOffMs(failure(kind, 10), 1, 0)).toBeUndefined();
    },
  );
});

describe('wait', () => {
  it('ends at once when cancelled, before or during', async () => {
    await expect(wait(60_000, AbortSignal.abort())).rejects.toMatchObject({ kind: 'cancelled' });
    await expect(wait(60_000, AbortSignal.timeout(20))).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('leaves no listener behind', async () => {
    const stop = new AbortController();
    await wait(1, stop.signal);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });
});
