import { beforeEach, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { deleteFile } from '../../../src/tools/deleteFile';
import { editFile } from '../../../src/tools/editFile';
import { moveFile } from '../../../src/tools/moveFile';
import { readFile } from '../../../src/tools/readFile';
import { spawn } from '../../../src/tools/spawn';
import { writeFile } from '../../../src/tools/writeFile';
import { type MemoryWorld, memoryWorld } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { ScriptedTurns } from '../../support/ScriptedTurns';
import type { ScriptedReply } from '../../support/scriptedModel';

const text = (...lines: string[]) => lines.map((line) => `${line}\n`).join('');
const call = (name: string, args: object) => ({ name, arguments: args });
const read = (path: string) => call('read_file', { path, startLine: 1, endLine: 99 });
const put = (path: string, whole: string) => call('write_file', { path, text: whole });

let world: MemoryWorld;
let agent: AgentProcess;
let turns: ScriptedTurns;

beforeEach(async () => {
  const functions = [readFile, editFile, writeFile, moveFile, deleteFile, spawn];
  world = memoryWorld({ functions });
  turns = new ScriptedTurns(world);
  agent = await AgentProcess.open(world.parts, async () => turns.model);
});

const steps = (...calls: Parameters<ScriptedTurns['run']>[1]) => turns.run(agent, calls);
const content = async (path: string) => (await world.files.read(path)).text;
const pending = async () =>
  (await agent.review.pending()).map(({ path, change, from }) => ({
    path,
    change,
    ...(from ? { from } : {}),
  }));

it('several edits of a call are made together, against the text as it was read', async () => {
  world.files.set('a.ts', text('one', 'two', 'three'));
  const edits = [
    { old: 'three', new: 'one' },
    { old: 'one', new: 'three' },
  ];
  const [, done] = await steps([read('a.ts')], [call('edit_file', { path: 'a.ts', edits })]);
  expect(done).toContain('Edited a.ts in 2 places.');
  expect(await content('a.ts')).toBe(text('three', 'two', 'one'));
  const [refused] = await steps([
    call('edit_file', {
      path: 'a.ts',
      edits: [
        { old: 'two', new: '2' },
        { old: 'nowhere', new: 'x' },
      ],
    }),
  ]);
  expect(refused).toContain('Edit 2 of 2: old does not occur in a.ts');
  expect(refused).toContain('None of the edits was made.');
  expect(await content('a.ts')).toContain('two');
});

it('says what it took a loose quotation to mean, and shows the lines', async () => {
  world.files.set('a.ts', text('if (x) {', '    a();  ', '}'));
  const edits = [{ old: '  a();\n', new: '  b();\n' }];
  const [, done] = await steps([read('a.ts')], [call('edit_file', { path: 'a.ts', edits })]);
  expect(done).toContain(
    'Edit 1: old is lines 2-2 but for indentation and trailing blanks; new was indented like them.',
  );
  expect(done).toContain('    2\t    b();');
});

it('takes edits as models write them too, and says how else', async () => {
  world.files.set('a.ts', text('one', 'two'));
  await steps([read('a.ts')], [call('edit_file', { path: 'a.ts', old: 'one', new: '1' })]);
  await steps([call('edit_file', { path: 'a.ts', edits: JSON.stringify([{ old: 'two', new: '2' }]) })]);
  expect(await content('a.ts')).toBe(text('1', '2'));
  const [none, wrong] = await steps([
    call('edit_file', { path: 'a.ts' }),
    call('edit_file', { path: 'a.ts', edits: [{ old: '1', replace: 'x' }] }),
  ]);
  expect(none).toContain(
    '"edits" is missing. Expected edit_file(path: string, edits: [{ old: string, new: string',
  );
  expect(wrong).toContain('edits.0.new');
});

it('a hand edit in the middle of a turn has the stale edit refused, and it is redone on the new text', async () => {
  world.files.set('a.ts', text('one', 'two', 'three'));
  const edit = call('edit_file', { path: 'a.ts', edits: [{ old: 'two', new: 'TWO' }] });
  const [, refused, redone] = await steps([read('a.ts')], () => {
    world.files.set('a.ts', text('one by hand', 'two', 'three'));
    return [edit];
  }, [edit]);
  expect(refused).toContain('Refused: you have not seen these lines as they are now.');
  expect(refused).toContain('    1\tone by hand');
  expect(redone).toContain('Edited a.ts.');
  expect(await content('a.ts')).toBe(text('one by hand', 'TWO', 'three'));
  await agent.review.undo();
  expect(await content('a.ts')).toBe(text('one by hand', 'two', 'three'));
});

it('write_file creates, and replaces only what was seen whole as it is, with the line ends it has', async () => {
  const [created] = await steps([put('new.ts', 'a\n')]);
  expect(created).toContain('Created new.ts (1 lines).');
  world.files.set('crlf.ts', 'one\r\ntwo\r\nthree\r\n');
  const [unseen] = await steps([put('crlf.ts', 'x\n')]);
  expect(unseen).toContain('Refused: you have not seen these lines as they are now.');
  const [done] = await steps([put('crlf.ts', 'one\n2\nthree\n')]);
  expect(done).toContain('Edited crlf.ts.');
  expect(await content('crlf.ts')).toBe('one\r\n2\r\nthree\r\n');
  const [same] = await steps([put('crlf.ts', 'one\n2\nthree\n')]);
  expect(same).toContain('has this text already');
  world.files.set('long.ts', text(...Array.from({ length: 80 }, (_, n) => `line ${n}`)));
  const part = call('read_file', { path: 'long.ts', startLine: 1, endLine: 40 });
  const [, half] = await steps([part], [put('long.ts', 'x\n')]);
  expect(half).toContain('   41\tline 40');
});

it('moves and deletes, for review as for edits', async () => {
  world.files.set('a.ts', text('one', 'two'));
  world.files.set('b.ts', text('b'));
  world.files.set('c.ts', text('c'));
  await steps([call('move_file', { from: 'a.ts', to: 'lib/a.ts' }), call('delete_file', { path: 'b.ts' })]);
  expect(await pending()).toEqual([
    { path: 'lib/a.ts', change: 'moved', from: 'a.ts' },
    { path: 'b.ts', change: 'deleted' },
  ]);
  await steps(
    [read('lib/a.ts')],
    [call('edit_file', { path: 'lib/a.ts', edits: [{ old: 'two', new: 'TWO' }] })],
  );
  const [taken] = await steps([call('move_file', { from: 'lib/a.ts', to: 'c.ts' })]);
  expect(taken).toContain('c.ts is there already');
  expect(await agent.review.undo()).toEqual([]);
  expect(await content('a.ts')).toBe(text('one', 'two'));
  expect(await content('b.ts')).toBe(text('b'));
  expect(await world.files.version('lib/a.ts')).toBeUndefined();
  expect(await pending()).toEqual([]);
  await rebuildRequests(world);
});

it('takes a file that was moved and then deleted as missing where it came from', async () => {
  world.files.set('a.ts', text('one'));
  await steps([call('move_file', { from: 'a.ts', to: 'b.ts' })], [call('delete_file', { path: 'b.ts' })]);
  expect(await pending()).toEqual([{ path: 'a.ts', change: 'deleted' }]);
  const [checkpoint] = await agent.checkpoints.list();
  await agent.checkpoints.restore(checkpoint?.seq ?? 0);
  expect(await content('a.ts')).toBe(text('one'));
  expect(await pending()).toEqual([]);
});

it('moved back, nothing waits; created and deleted, neither', async () => {
  world.files.set('a.ts', text('one'));
  await steps(
    [call('move_file', { from: 'a.ts', to: 'b.ts' })],
    [call('move_file', { from: 'b.ts', to: 'a.ts' })],
  );
  await steps([put('n.ts', 'n\n')], [call('delete_file', { path: 'n.ts' })]);
  expect(await pending()).toEqual([]);
});

it('what a sub-agent edits waits in the chat of the person, and goes back with its checkpoint', async () => {
  world.files.set('a.ts', text('one'));
  const inner: ScriptedReply[] = [
    { calls: [read('a.ts')] },
    { calls: [call('edit_file', { path: 'a.ts', edits: [{ old: 'one', new: '1' }] })] },
    { text: 'edited' },
  ];
  const outer: ScriptedReply[] = [{ calls: [call('spawn', { task: 'edit a.ts', context: 'fresh' })] }];
  turns.next = () => outer.shift() ?? inner.shift() ?? { text: 'done' };
  expect(await agent.submit('go')).toBe('done');
  expect(await content('a.ts')).toBe(text('1'));
  expect(await pending()).toEqual([{ path: 'a.ts', change: 'edited' }]);
  const [checkpoint] = await agent.checkpoints.list();
  expect(checkpoint?.files).toEqual([{ path: 'a.ts', added: 1, removed: 1 }]);
  await agent.checkpoints.restore(checkpoint?.seq ?? 0);
  expect(await content('a.ts')).toBe(text('one'));
});
