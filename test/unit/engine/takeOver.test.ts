import { expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { ApprovalRequest } from '../../../src/engine/approvals';
import { EditConflictError } from '../../../src/engine/errors';
import { memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

async function open(allowed = false, mode: 'edit' | 'auto' = 'edit') {
  const asked: ApprovalRequest[] = [];
  const world = memoryWorld({ settings: { mode } });
  const approve = async (request: ApprovalRequest) => {
    asked.push(request);
    return { allowed };
  };
  const model = new ScriptedModel(() => ({ text: 'ok' }));
  const agent = await AgentProcess.open({ ...world.parts, approver: { approve } }, async () => model);
  return { world, agent, asked };
}

it.each(['edit', 'auto'] as const)(
  'writes what the person takes over, where it waits for review and can be undone: %s',
  async (mode) => {
    const { world, agent, asked } = await open(false, mode);
    world.files.set('a.ts', 'one\ntwo\n');
    expect(await agent.takeOver('a.ts', 'one\ntwo\n', 'one\n2\n')).toBe(true);
    expect(asked).toEqual([]);
    expect(await agent.review.pending()).toMatchObject([
      { path: 'a.ts', change: 'edited', added: 1, removed: 1 },
    ]);
    await agent.review.undo('a.ts');
    expect((await world.files.read('a.ts')).text).toBe('one\ntwo\n');
    expect(await agent.takeOver('new.ts', undefined, 'new\n')).toBe(true);
    expect(await agent.review.pending()).toMatchObject([{ path: 'new.ts', change: 'created' }]);
  },
);

it('overwrites nothing that is another by now', async () => {
  const { world, agent } = await open();
  world.files.set('a.ts', 'changed\n');
  await expect(agent.takeOver('a.ts', 'one\n', 'two\n')).rejects.toThrow(EditConflictError);
  expect((await world.files.read('a.ts')).text).toBe('changed\n');
});

it('asks before it writes what editors and agents obey', async () => {
  const refused = await open(false);
  expect(await refused.agent.takeOver('.vscode/settings.json', undefined, '{}')).toBe(false);
  expect(refused.asked).toMatchObject([{ kind: 'edit', path: '.vscode/settings.json', creates: true }]);
  await expect(refused.world.files.read('.vscode/settings.json')).rejects.toThrow();
  const allowed = await open(true);
  expect(await allowed.agent.takeOver('.vscode/settings.json', undefined, '{}')).toBe(true);
});
