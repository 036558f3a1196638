import { expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { ApprovalRequest } from '../../../src/engine/approvals';
import { eventsOf, toolTexts } from '../../support/engineChecks';
import { fakeFunction } from '../../support/fakeFunctions';
import { memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

const rewrite = fakeFunction(
  'rewrite',
  async ({ path, before }, context) => ({
    text: await context.rewriteFile(String(path), String(before), 'new\n'),
  }),
  false,
);

async function run(path: string, before: string, allowed: boolean) {
  const asked: ApprovalRequest[] = [];
  const world = memoryWorld({ functions: [rewrite] });
  world.files.write(path, undefined, 'old\n');
  const approve = async (request: ApprovalRequest) => {
    asked.push(request);
    return { allowed, words: 'leave it' };
  };
  const model = new ScriptedModel((_, step) =>
    step === 0 ? { calls: [{ name: 'rewrite', arguments: { path, before } }] } : { text: 'ok' },
  );
  const agent = await AgentProcess.open({ ...world.parts, approver: { approve } }, async () => model);
  await agent.submit('do it');
  const pending = await agent.review.pending();
  const result = toolTexts(model.requests.at(-1)?.request.messages ?? []).at(-1) ?? '';
  return { asked, world, pending, result };
}

it('changes lines that the model has not seen, to be reviewed like its edits', async () => {
  const { asked, world, pending, result } = await run('a.ts', 'old\n', false);
  expect(result).toContain('saved');
  expect(asked).toEqual([]);
  expect(eventsOf(world, 'file.edited')).toMatchObject([{ path: 'a.ts', basedOn: [] }]);
  expect(pending.map(({ path }) => path)).toEqual(['a.ts']);
});

it('asks before what editors and agents obey', async () => {
  const refused = await run('AGENTS.md', 'old\n', false);
  expect(refused.asked).toMatchObject([{ kind: 'edit', path: 'AGENTS.md', creates: false }]);
  expect(refused.result).toContain('They say: leave it');
  expect(eventsOf(refused.world, 'file.edited')).toEqual([]);
  expect((await run('AGENTS.md', 'old\n', true)).result).toContain('saved');
});

it('touches no file that is another by now', async () => {
  const { world, result } = await run('a.ts', 'older\n', true);
  expect(result).toContain('failed');
  expect(eventsOf(world, 'file.edited')).toEqual([]);
});
