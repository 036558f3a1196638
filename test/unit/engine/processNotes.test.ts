import { describe, expect, it } from 'vitest';
import type { ScriptedReply } from '../../support/scriptedModel';

import { call, expectClosed, results, setUp, spawned } from '../../support/subAgents';

describe('the notes of a sub-agent', () => {
  it('are taken over with the message they come from; what is pinned already is not pinned twice', async () => {
    const { world, model, agent } = await setUp({
      go: [{ calls: [spawned('look'), spawned('also')] }],
      look: [
        {
          calls: [
            call('pin_note', { text: 'port 8080' }),
            call('pin_note', { text: 'in a.ts', source: 'msg:s1/3' }),
          ],
        },
      ],
      also: [{ calls: [call('pin_note', { text: 'port 8080' })] }],
    });
    await agent.submit('go');
    expect(agent.notes.list()).toMatchObject([
      { text: 'port 8080', by: 'model', source: expect.stringMatching(/^msg:s1\.1\/\d+$/) },
      { text: 'in a.ts', by: 'model', source: 'msg:s1/3' },
    ]);
    expect(await agent.stored(agent.notes.list()[0]?.source ?? '')).toContain('pin_note');
    const [first, second] = results(model, 'go');
    expect(first).toContain('Notes taken over:\n- pinned ');
    expect(second).not.toContain('Notes taken over');
    await expectClosed(world);
  });

  it('edited and removed by a fork change those here, unless they changed meanwhile: then they are conflicts', async () => {
    let change: () => Promise<void> = async () => undefined;
    const ids: string[] = [];
    const look: ScriptedReply[] = [{}, { text: 'ok' }];
    const { world, model, agent } = await setUp(
      { go: [{ calls: [spawned('look', { context: 'fork' })] }], look },
      { gate: async (task) => (task === 'look' ? change() : undefined) },
    );
    for (const text of ['a', 'b', 'c', 'd', 'e']) ids.push((await agent.notes.pin(text)).id);
    const [a, b, c, d, e] = ids;
    look[0] = {
      calls: [
        call('edit_note', { id: a, text: 'a by the sub-agent' }),
        call('edit_note', { id: b, text: 'b by the sub-agent' }),
        call('unpin_note', { id: c }),
        call('unpin_note', { id: d }),
        call('edit_note', { id: e, text: 'e by the sub-agent' }),
      ],
    };
    change = async () => {
      change = async () => undefined;
      await agent.notes.edit(b ?? '', 'b by the person');
      await agent.notes.edit(d ?? '', 'd by the person');
      await agent.notes.unpin(e ?? '');
    };
    await agent.submit('go');
    expect(agent.notes.list().map(({ text }) => text)).toEqual([
      'a by the sub-agent',
      'b by the person',
      'd by the person',
    ]);
    const [text = ''] = results(model, 'go');
    expect(text).toContain(`Notes taken over:\n- edited ${a}: a by the sub-agent\n- removed ${c}`);
    const conflicts = text.slice(text.indexOf('CONFLICTS, not applied:')).split('\n').slice(1);
    expect(conflicts).toEqual([
      expect.stringContaining(
        `It would change ${b} to "b by the sub-agent". Note ${b} was changed meanwhile to "b by the person".`,
      ),
      expect.stringContaining(`It would remove ${d}. Note ${d} was changed meanwhile`),
      expect.stringContaining(`It would change ${e} to "e by the sub-agent". There is no note ${e}.`),
    ]);
    await expectClosed(world);
  });

  it('that find no room are conflicts', async () => {
    const { model, agent } = await setUp({
      go: [{ calls: [spawned('look')] }],
      look: [{ calls: [call('pin_note', { text: 'x'.repeat(1200) })] }],
    });
    await agent.notes.pin('y'.repeat(1200));
    await agent.submit('go');
    expect(agent.notes.list()).toHaveLength(1);
    expect(results(model, 'go')[0]).toContain('CONFLICTS, not applied:\n- It would pin "xxx');
  });
});
