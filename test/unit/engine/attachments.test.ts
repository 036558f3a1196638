/** What the person attaches to a message: durable with it, shown once, within the window, and back under its address. */
import { describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { ApprovalRequest } from '../../../src/engine/approvals';
import type { AttachmentDraft } from '../../../src/engine/attachments';
import type { EventOf } from '../../../src/engine/events';
import type { RecallMessage } from '../../../src/engine/ports';
import { feedRecall } from '../../../src/engine/recallFeed';
import { numbered, toolTexts } from '../../support/engineChecks';
import { pageInFunction, readFileFunction } from '../../support/fakeFunctions';
import { type MemoryWorld, memoryWorld } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { type Script, ScriptedModel, type ScriptedModelOptions } from '../../support/scriptedModel';

const functions = [readFileFunction, pageInFunction];
const problems: AttachmentDraft = { kind: 'text', label: 'problems', text: 'a.ts:3: it is wrong' };
const lines = (path: string, startLine?: number, endLine?: number): AttachmentDraft => ({
  kind: 'file',
  label: path,
  path,
  ...(startLine ? { startLine } : {}),
  ...(endLine ? { endLine } : {}),
});

function attachedTo(world: Pick<MemoryWorld, 'log'>): EventOf<'interrupt'>[] {
  return world.log.events.filter(
    (event): event is EventOf<'interrupt'> & typeof event =>
      event.type === 'interrupt' && event.kind === 'attached',
  );
}

async function open(
  world: MemoryWorld,
  script: Script = () => ({ text: 'ok' }),
  options?: ScriptedModelOptions,
) {
  const model = new ScriptedModel(script, options);
  return { model, agent: await AgentProcess.open(world.parts, async () => model) };
}

const lastRequest = (model: ScriptedModel) =>
  (model.requests.at(-1)?.request.messages ?? []).map((message) => message.content);

describe('attachments', () => {
  it('shows lines of files and texts after the message, as pages of the person’s', async () => {
    const world = memoryWorld({ functions });
    world.files.set('a.ts', numbered('a', 40));
    const { model, agent } = await open(world);
    expect(await agent.submit('Why? @a.ts:5-8 @problems', [lines('a.ts', 5, 8), problems])).toBe('done');
    const sent = lastRequest(model);
    const asked = sent.findIndex((text) => text.startsWith('Why?'));
    expect(sent[asked + 1]).toContain('    5\ta line 5 with some words in it');
    expect(sent[asked + 1]).not.toContain('a line 9');
    const [, text] = attachedTo(world);
    expect(sent[asked + 2]).toContain('a.ts:3: it is wrong');
    expect(sent[asked + 2]).toContain(`[${text?.stored?.address}: problems`);
    expect(attachedTo(world)).toMatchObject([
      { origin: 'user', pages: [{ path: 'a.ts', startLine: 5, endLine: 8 }] },
      { origin: 'user', stored: { label: 'problems' } },
    ]);
    expect(await agent.stored(text?.stored?.address ?? '')).toBe('a.ts:3: it is wrong');
    expect(agent.memoryReport()).toContain('user');
    await rebuildRequests(world);
  });

  it('is found by recall, whole under its address: the beginning and the end of what is long', async () => {
    const world = memoryWorld({ functions });
    world.files.set('a.ts', numbered('a', 40));
    const log = [
      'npm test',
      ...Array.from({ length: 900 }, (_, i) => `test ${i} passed`),
      '1 failed 🙁: quokka',
    ];
    const terminal: AttachmentDraft = { kind: 'text', label: 'terminal', text: log.join('\n') };
    const { agent } = await open(world);
    await agent.submit('Why?', [lines('a.ts', 5, 8), terminal]);
    const found = (word: string) => world.recalled.filter(({ text }) => text.includes(word));
    const [printed] = found('quokka');
    expect(printed).toMatchObject({ role: 'tool', name: 'attachment' });
    expect(printed?.text).toMatch(/^terminal\nnpm test\ntest 0 passed\n[\s\S]*\n…\n[\s\S]*🙁: quokka$/);
    expect(printed?.text.length).toBeLessThan(6100);
    expect(await agent.stored(printed?.id ?? '')).toBe(log.join('\n'));
    const [file, ...others] = found('a line 5 ').filter(({ name }) => name === 'attachment');
    expect(others).toEqual([]);
    expect(await agent.stored(file?.id ?? '')).toContain('a line 8 ');
    // After a rebuild it is the same.
    const again: RecallMessage[] = [];
    await feedRecall(
      {
        recallSeqs: async () => [],
        archivalNoteIds: async () => [],
        append: async (messages) => void again.push(...messages),
        insertNotes: async () => undefined,
      },
      { sessions: async () => [agent.session], events: () => world.log.read() },
      world.blobs,
    );
    expect(again).toEqual([...world.recalled].sort((a, b) => a.seq - b.seq));
  });

  it('never shows a line twice, and tells when what was attached has changed', async () => {
    const world = memoryWorld({ functions });
    world.files.set('a.ts', numbered('a', 20));
    const { model, agent } = await open(world, (_, step) =>
      step === 0 ? { calls: [{ name: 'read_file', arguments: { path: 'a.ts' } }] } : { text: 'ok' },
    );
    await agent.submit('one', [lines('a.ts', 5, 8), lines('a.ts', 7, 10)]);
    expect(attachedTo(world).map(({ pages }) => pages)).toMatchObject([
      [{ startLine: 5, endLine: 8 }],
      [{ startLine: 9, endLine: 10 }],
    ]);
    const [read] = toolTexts(model.requests[1]?.request.messages ?? []);
    expect(read).not.toContain('a line 6 ');
    world.files.set('a.ts', numbered('a', 20).replace('a line 6', 'another line 6'));
    await agent.submit('two');
    expect(lastRequest(model).find((text) => text.includes('kind="fileChanged"'))).toContain(
      'another line 6',
    );
  });

  it('shows a digest of what is too long; all of it is in reach under its address', async () => {
    const long = Array.from({ length: 3000 }, (_, i) => `warning ${i}: something`).join('\n');
    const world = memoryWorld({ functions });
    world.files.set('big.ts', numbered('big', 3000));
    const drafts: AttachmentDraft[] = [{ kind: 'text', label: 'terminal', text: long }, lines('big.ts')];
    const { model, agent } = await open(
      world,
      (request, step) => {
        const address = /\[(msg:s1\/\d+): terminal/.exec(JSON.stringify(request.messages))?.[1];
        const call = { name: 'page_in', arguments: { address, startLine: 1500, endLine: 1501 } };
        return step === 0 ? { calls: [call] } : { text: 'ok' };
      },
      { windowTokens: 8192 },
    );
    const weights = await agent.weigh(drafts, new AbortController().signal);
    for (const weight of weights)
      expect(weight instanceof Error ? weight : weight.tokens).toBeGreaterThan(
        (weight as { limit: number }).limit,
      );
    expect(await agent.submit('What now?', drafts)).toBe('done');
    expect(model.requests.filter(({ rejected }) => rejected)).toEqual([]);
    const [sent = ''] = lastRequest(model).filter((text) => text.includes('terminal,'));
    expect(sent).toContain('warning 0:');
    expect(sent).toContain('warning 2999:');
    expect(sent).toContain('left out');
    expect(lastRequest(model).at(-1)).toContain('warning 1499: something');
    expect(lastRequest(model).find((text) => text.includes('big line 1 '))).toContain('go on with');
  });

  it('keeps the message when something cannot be attached, and says why', async () => {
    const world = memoryWorld({ functions });
    const asked: ApprovalRequest[] = [];
    world.files.set('.env', 'KEY=secret-value');
    const { model, agent } = await open({
      ...world,
      parts: {
        ...world.parts,
        approver: {
          approve: async (request) => {
            asked.push(request);
            return { allowed: false };
          },
        },
      },
    });
    await agent.submit('Look', [lines('gone.ts'), lines('.env')]);
    expect(asked).toEqual([{ kind: 'secretFile', path: '.env' }]);
    const sent = lastRequest(model).join('\n');
    expect(sent).toContain('Could not attach gone.ts: gone.ts does not exist');
    expect(sent).toContain('Could not attach .env');
    expect(sent).not.toContain('secret-value');
    await agent.submit('Again');
    expect(asked).toHaveLength(1);
  });

  it('delivers each exactly once, after the message, whatever the moment of a crash; requests can be rebuilt', async () => {
    const world = memoryWorld({ functions });
    world.files.set('a.ts', numbered('a', 20));
    const drafts = [lines('a.ts'), problems, lines('gone.ts')];
    const { agent } = await open(world);
    await agent.submit('first', drafts);
    const all = world.sessions.written.length;
    for (let cut = 1; cut <= all; cut++) {
      const after = { ...world, sessions: await world.sessions.cutAfter(cut) };
      const again = memoryWorld({ functions, after });
      const posted = again.log.events.some((event) => event.type === 'event.posted');
      const { agent: resumed } = await open(again);
      await resumed.submit('second');
      const delivered = attachedTo(again).map(({ attached }) => attached?.index);
      expect(delivered, `cut after ${cut}`).toEqual(posted ? [0, 1, 2] : []);
      await rebuildRequests(again);
    }
  });

  it('delivers with the next turn what Stop cut off', async () => {
    const world = memoryWorld({ functions });
    world.files.set('.env', 'KEY=1');
    let stop = () => {};
    const answers = [false, true];
    const { model, agent } = await open({
      ...world,
      parts: {
        ...world.parts,
        approver: {
          approve: async () => {
            const allowed = answers.shift() ?? false;
            if (!allowed) stop();
            return { allowed };
          },
        },
      },
    });
    stop = () => agent.stop();
    expect(await agent.submit('one', [lines('.env')])).toBe('cancelled');
    expect(attachedTo(world)).toEqual([]);
    await agent.submit('two');
    expect(lastRequest(model).join('\n')).toContain('KEY=1');
  });

  it('comes back under its address after it was evicted', async () => {
    const world = memoryWorld({ functions });
    const { model, agent } = await open(
      world,
      (request, step) => {
        if (step !== 1) return { text: 'ok' };
        const address = /(msg:s1\/\d+) \(\d+ tokens\) problems/.exec(JSON.stringify(request.messages))?.[1];
        return { calls: [{ name: 'page_in', arguments: { address } }] };
      },
      { windowTokens: 8192 },
    );
    await agent.submit('one', [problems]);
    await agent.changeWindow({ kind: 'reset', instructions: '' }, new AbortController().signal);
    await agent.submit('two');
    expect(lastRequest(model).at(-1)).toContain('a.ts:3: it is wrong');
    await rebuildRequests(world);
  });
});
