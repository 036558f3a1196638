import { beforeEach, describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { rewindPoint } from '../../../src/engine/forkPoint';
import { deleteFile } from '../../../src/tools/deleteFile';
import { editFile } from '../../../src/tools/editFile';
import { moveFile } from '../../../src/tools/moveFile';
import { readFile } from '../../../src/tools/readFile';
import { writeFile } from '../../../src/tools/writeFile';
import { type MemoryWorld, memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel, type ScriptedReply } from '../../support/scriptedModel';

const call = (name: string, args: object) => ({ name, arguments: args });
const put = (path: string, text: string) => call('write_file', { path, text });

let world: MemoryWorld;
let first: AgentProcess;
let mode: 'edit' | 'auto';
let next: () => ScriptedReply;

const parts = () => ({ ...world.parts, settings: () => ({ ...world.parts.settings(), mode }) });
const model = async () => new ScriptedModel(() => next());
const open = (session: string) => AgentProcess.open({ ...parts(), log: world.sessions.open(session) }, model);

beforeEach(async () => {
  mode = 'edit';
  world = memoryWorld({ functions: [readFile, editFile, writeFile, moveFile, deleteFile] });
  first = await open('s1');
});

async function turn(agent: AgentProcess, ask: string, ...calls: ScriptedReply['calls'][]): Promise<void> {
  const left = [...calls];
  next = () => {
    const step = left.shift();
    return step ? { calls: step } : { text: 'done' };
  };
  expect(await agent.submit(ask)).toBe('done');
}

/** Goes on before a question, as a rewind does. */
async function before(agent: AgentProcess, ask: string, session: string): Promise<AgentProcess> {
  const asked = agent.transcript().find((event) => event.type === 'userMessage' && event.text === ask);
  const seq = asked?.type === 'userMessage' ? asked.seq : 0;
  const point = await rewindPoint(agent.session, () => world.sessions.lineage(agent.session), seq);
  const log = await world.sessions.fork(session, { ...point, kind: 'session' });
  const branch = await AgentProcess.open({ ...parts(), log }, model);
  await agent.leaveTo(branch, point.through);
  return branch;
}

const content = async (path: string) => (await world.files.read(path)).text;
const waiting = async (agent: AgentProcess) =>
  (await agent.review.pending()).map(({ path, change, chat }) => ({ path, change, ...(chat && { chat }) }));

describe('another chat', () => {
  beforeEach(async () => {
    world.files.set('b.ts', 'b\n');
    world.files.set('c.ts', 'c\n');
    await turn(
      first,
      'one',
      [put('a.ts', 'a\n')],
      [call('move_file', { from: 'b.ts', to: 'lib/b.ts' }), call('delete_file', { path: 'c.ts' })],
    );
  });

  it('takes over what waits, says whose it was, and can undo it; there it waits no longer', async () => {
    const second = await open('s2');
    await first.leaveTo(second);
    expect(await waiting(second)).toEqual([
      { path: 'a.ts', change: 'created', chat: 's1' },
      { path: 'lib/b.ts', change: 'moved', chat: 's1' },
      { path: 'c.ts', change: 'deleted', chat: 's1' },
    ]);
    expect(await waiting(await open('s1'))).toEqual([]);
    // As after a restart.
    const again = await open('s2');
    expect(await again.review.undo()).toEqual([]);
    expect([await content('b.ts'), await content('c.ts')]).toEqual(['b\n', 'c\n']);
    expect(await world.files.version('a.ts')).toBeUndefined();
    expect(await waiting(again)).toEqual([]);
  });

  it('gives back what came from it, as its own', async () => {
    const second = await open('s2');
    await first.leaveTo(second);
    const back = await open('s1');
    await second.leaveTo(back);
    expect(await waiting(back)).toEqual([
      { path: 'a.ts', change: 'created' },
      { path: 'lib/b.ts', change: 'moved' },
      { path: 'c.ts', change: 'deleted' },
    ]);
  });

  it('keeps what waits in it already, and the chat that is left keeps its own of the same file', async () => {
    const second = await open('s2');
    world.files.set('d.ts', 'd\n');
    await turn(second, 'read', [call('read_file', { path: 'a.ts', startLine: 1, endLine: 9 })]);
    await turn(second, 'edit', [
      call('edit_file', { path: 'a.ts', old: 'a\n', new: 'A\n' }),
      put('new.ts', 'n\n'),
    ]);
    await first.leaveTo(second);
    expect(await waiting(second)).toEqual([
      { path: 'a.ts', change: 'edited' },
      { path: 'new.ts', change: 'created' },
      { path: 'lib/b.ts', change: 'moved', chat: 's1' },
      { path: 'c.ts', change: 'deleted', chat: 's1' },
    ]);
    expect(await waiting(await open('s1'))).toEqual([{ path: 'a.ts', change: 'created' }]);
  });

  it('is told nothing of when nothing waits', async () => {
    await first.review.keep();
    const second = await open('s2');
    await first.leaveTo(second);
    const types = world.sessions.open('s2').events.map(({ type }) => type);
    expect(types).not.toContain('changes.taken');
  });

  it('is closed, and keeps what waits, when the next cannot record it', async () => {
    const second = await open('s2');
    world.sessions.open('s2').full = true;
    await expect(first.leaveTo(second)).rejects.toThrow('The disk is full.');
    expect(await waiting(await open('s1'))).toHaveLength(3);
  });
});

describe('going on from before turns that edited', () => {
  beforeEach(async () => {
    await turn(first, 'one', [put('a.ts', 'one\n')]);
    await turn(first, 'two', [
      call('edit_file', { path: 'a.ts', old: 'one\n', new: 'two\n' }),
      put('b.ts', 'b\n'),
    ]);
  });

  it('keeps what they changed reviewable: without them it is what it was before the first', async () => {
    const branch = await before(first, 'two', 's2');
    expect(await waiting(branch)).toEqual([
      { path: 'a.ts', change: 'created', chat: 's1' },
      { path: 'b.ts', change: 'created', chat: 's1' },
    ]);
    await turn(branch, 'three');
    expect(await branch.review.undo()).toEqual([]);
    expect(await world.files.version('a.ts')).toBeUndefined();
    expect(await world.files.version('b.ts')).toBeUndefined();
  });

  it('has a checkpoint of what it was there, also of what need not be reviewed', async () => {
    mode = 'auto';
    await turn(first, 'three', [put('c.ts', 'c\n')]);
    await first.review.keep();
    const branch = await before(first, 'two', 's2');
    expect(await waiting(branch)).toEqual([]);
    const [place] = await branch.checkpoints.list();
    expect(place).toMatchObject({
      why: 'branch',
      files: [{ path: 'a.ts' }, { path: 'b.ts' }, { path: 'c.ts' }],
    });
    await branch.checkpoints.restore(place?.seq ?? 0);
    expect(await content('a.ts')).toBe('one\n');
    expect(await world.files.version('c.ts')).toBeUndefined();
  });

  it('asks again for nothing that was kept or undone since', async () => {
    await first.review.keep('a.ts');
    await first.review.undo('b.ts');
    expect(await waiting(await before(first, 'two', 's2'))).toEqual([]);
  });

  it('after files were put back can have them put forth again, where they wait as before', async () => {
    const [second] = await first.checkpoints.list();
    await first.checkpoints.restore(second?.seq ?? 0);
    const branch = await before(first, 'two', 's2');
    expect(await waiting(branch)).toEqual([{ path: 'a.ts', change: 'created' }]);
    const [undo] = await branch.checkpoints.list();
    expect(undo?.why).toBe('restore');
    await branch.checkpoints.restore(undo?.seq ?? 0);
    expect([await content('a.ts'), await content('b.ts')]).toEqual(['two\n', 'b\n']);
    expect((await waiting(branch)).map(({ path }) => path)).toEqual(['a.ts', 'b.ts']);
  });
});
