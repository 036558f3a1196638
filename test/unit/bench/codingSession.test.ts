import { expect, it } from 'vitest';
import { memgptPolicy, virtualPolicy } from '../../../src/engine/memoryPolicies';
import { CodingSession } from '../../bench/engine/codingSession';
import { runSession } from '../../bench/engine/runSession';
import type { Trace } from '../../bench/engine/traces';

const trace: Trace = {
  name: 'made-up',
  commits: Array.from({ length: 60 }, (_, i) => ({
    time: i,
    files: [`src/a${i % 7}.ts`, `src/b${i % 11}.ts`].slice(0, 1 + (i % 2)),
  })),
};

it('plans the same session for the same seed', () => {
  const plan = (seed: number) => {
    const session = new CodingSession(trace, seed);
    return Array.from({ length: 20 }, () => session.next());
  };
  expect(plan(1)).toEqual(plan(1));
  expect(plan(1)).not.toEqual(plan(2));
});

it('gives every way to manage the window the same work, and counts what each one makes of it', async () => {
  const options = { trace, seed: 1, turns: 12, windowTokens: 24_000 };
  const residentLimit = Number.POSITIVE_INFINITY;
  const runs = [
    await runSession({ ...options, settings: { policy: virtualPolicy, residentLimit } }),
    await runSession({ ...options, settings: { policy: memgptPolicy, residentLimit } }),
    await runSession({ ...options, settings: undefined }),
  ];
  const needed = runs.map(
    ({ model: { needs } }) => needs.resident + needs.cold + needs.stale + needs.capacity,
  );
  expect(new Set(needed).size).toBe(1);
  for (const { model } of runs) {
    expect(model.refused).toBe(0);
    expect(model.gaveUp).toBe(0);
    expect(model.needs.resident).toBeGreaterThan(10);
    expect(model.needs.capacity).toBeGreaterThan(0);
  }
  expect(runs[0]?.rollovers).toBeGreaterThan(0);
  expect(runs[0]?.model.summaries).toBeGreaterThan(0);
});
