/** Everything that can happen to a session, in any order, with one set of rules that must hold. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { memgptPolicy, virtualPolicy } from '../../../src/engine/memoryPolicies';
import type { ModelRequest } from '../../../src/engine/ports';
import { anyActs, anySession } from '../../support/anySession';
import { eventsOf, expectAllStored, expectPaired } from '../../support/engineChecks';
import type { MemoryWorld } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';

function expectPrefixes(world: MemoryWorld, steps: readonly ModelRequest[]): void {
  let step = 0;
  let before: ModelRequest | undefined;
  for (const event of world.log.events) {
    if (event.type === 'epoch.started') before = undefined;
    if (event.type !== 'request.sent' || event.purpose !== 'step') continue;
    const request = steps[step++];
    if (before) {
      expect(request?.functions).toEqual(before.functions);
      expect(request?.messages.slice(0, before.messages.length)).toEqual(before.messages);
    }
    before = request;
  }
}

it.each([
  [virtualPolicy, 120],
  [memgptPolicy, 40],
])(
  'keeps window, pairing, prefix and record, and tells the model every change of the notes ($name)',
  async (policy, numRuns) => {
    await fc.assert(
      fc.asyncProperty(anyActs, async (acts) => {
        const { world, agent, sent, unexpected } = await anySession(acts, policy);
        expect(unexpected).toEqual([]);
        expect(sent.filter(({ rejected }) => rejected)).toEqual([]);
        const steps = await rebuildRequests(world);
        for (const request of steps) expectPaired(request.messages);
        expectPrefixes(world, steps);
        // Head and deltas together say what is pinned now.
        const known = JSON.stringify(steps.at(-1)?.messages);
        for (const note of agent.notes.list().filter(({ by }) => by === 'person'))
          expect(known).toContain(note.text);
        for (const { text } of agent.plan.items) expect(known).toContain(text);
        await expectAllStored(world, (address) => agent.stored(address));
        const spoken = eventsOf(world, 'message.user').length;
        expect(agent.transcript().filter(({ type }) => type === 'userMessage')).toHaveLength(spoken);
      }),
      { numRuns },
    );
  },
  60_000,
);
