/** A session resumed from its log decides as the one that went on: every field of the state is a fold of the events. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AgentProcess } from '../../../src/engine/AgentProcess';
import type { SessionEvent } from '../../../src/engine/events';
import { memgptPolicy, virtualPolicy } from '../../../src/engine/memoryPolicies';
import { createReplacementPolicy } from '../../../src/engine/replacement/createReplacementPolicy';
import { SessionState } from '../../../src/engine/SessionState';
import { anyActs, anySession } from '../../support/anySession';
import { roughCounter } from '../../support/memoryPorts';

/** What is no part of the state; a page's version is only when its file was looked at last. */
const NOT_STATE: ReadonlySet<string> = new Set(['blobs', 'counter', 'version']);

/** All fields, private ones too, as plain values in the order they are held. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(([key, held]) => [key, plain(held)]);
  if (value instanceof Set || Array.isArray(value)) return [...value].map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(
    ([key, held]) => !NOT_STATE.has(key) && held !== undefined && typeof held !== 'function',
  );
  return Object.fromEntries(fields.map(([key, held]) => [key, plain(held)]));
}

async function* from(events: readonly SessionEvent[]): AsyncIterable<SessionEvent> {
  yield* events;
}

it.each([
  [virtualPolicy, 25],
  [memgptPolicy, 10],
])(
  'is as it was, at any event ($name)',
  async (policy, numRuns) => {
    await fc.assert(
      fc.asyncProperty(anyActs, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), async (acts, cuts) => {
        const { world, agent } = await anySession(acts, policy);
        const { events } = world.log;
        const make = () =>
          new SessionState(
            's1',
            world.blobs,
            roughCounter,
            () => 600,
            createReplacementPolicy(policy.replacement),
          );
        const restored = async (upTo: number) => {
          const state = make();
          await state.restore(from(events.slice(0, upTo)), () => undefined);
          return plain(state);
        };
        const live = make();
        const ends = new Set(cuts.map((cut) => Math.ceil(cut * events.length)));
        for (const event of events) {
          await live.apply(event);
          if (ends.has(event.seq)) expect(await restored(event.seq)).toEqual(plain(live));
        }
        const { state } = agent as AgentProcess & { readonly state: SessionState };
        expect(await restored(events.length)).toEqual(plain(state));
      }),
      { numRuns },
    );
  },
  60_000,
);
