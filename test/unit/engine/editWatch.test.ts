import { expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { EditWatch, WatchEdits } from '../../../src/engine/editWatch';
import type { OutsideEvent } from '../../../src/engine/ports';
import { eventsOf } from '../../support/engineChecks';
import { fakeFunction } from '../../support/fakeFunctions';
import { memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

/** Every edit leads to the problem, until there have been `broken` of them. */
function watching(broken: number) {
  const told: string[] = [];
  const watchEdits: WatchEdits = (post: (event: OutsideEvent) => Promise<void>): EditWatch => {
    let left = broken;
    let due = false;
    return {
      before: () => void told.push('before'),
      edited(path) {
        told.push(`edited ${path}`);
        due = true;
      },
      async settled() {
        told.push('settled');
        if (!due || left === 0) return false;
        due = false;
        left -= 1;
        await post({ kind: 'diagnosticsChanged', text: 'a.ts:1: error: broken' });
        return true;
      },
      dispose: () => void told.push('disposed'),
    };
  };
  return { watchEdits, told };
}

const edit = fakeFunction(
  'edit',
  async (_, context) => context.changeFile.write({ path: 'a.ts', text: 'x' }),
  false,
);

async function turn(broken: number) {
  const { watchEdits, told } = watching(broken);
  const world = memoryWorld({ functions: [edit] });
  const parts = { ...world.parts, watchEdits, approver: { approve: async () => ({ allowed: true }) } };
  const model = new ScriptedModel((_, step) =>
    step === 0 ? { calls: [{ name: 'edit', arguments: {} }] } : { text: `answer ${step}` },
  );
  const agent = await AgentProcess.open(parts, async () => model);
  const end = await agent.submit('do it');
  await agent.dispose();
  return { world, told, model, end };
}

it('keeps a turn from ending before the model has heard what its edit has broken', async () => {
  const { world, told, model, end } = await turn(1);
  expect(told).toEqual(['before', 'edited a.ts', 'settled', 'settled', 'disposed']);
  expect(end).toBe('done');
  expect(eventsOf(world, 'turn.started')).toHaveLength(1);
  expect(eventsOf(world, 'message.assistant').map(({ text }) => text)).toEqual(['', 'answer 1', 'answer 2']);
  expect(model.requests[2]?.request.messages.at(-1)?.content).toContain('a.ts:1: error: broken');
});

it('lets a turn end when nothing was broken', async () => {
  const { world, told } = await turn(0);
  expect(told).toEqual(['before', 'edited a.ts', 'settled', 'disposed']);
  expect(eventsOf(world, 'message.assistant')).toHaveLength(2);
});
