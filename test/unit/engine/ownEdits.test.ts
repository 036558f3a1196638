import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { rawRange, splitLines } from '../../../src/engine/filePages';
import { reanchored } from '../../../src/engine/reanchored';
import { editText } from '../../../src/engine/textEdit';
import { editFile } from '../../../src/tools/editFile';
import { moveFile } from '../../../src/tools/moveFile';
import { pageIn } from '../../../src/tools/pageIn';
import { readFile } from '../../../src/tools/readFile';
import { eventsOf } from '../../support/engineChecks';
import { memoryWorld, sha256 } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { isSummaryRequest, ScriptedModel, type ScriptedReply } from '../../support/scriptedModel';
import { shownPages } from '../../support/shownPages';

const text = (...lines: string[]) => lines.map((line) => `${line}\n`).join('');
const approver = { approve: async () => ({ allowed: true }) };
const read = (path: string, startLine = 1, endLine = 400) => ({
  name: 'read_file',
  arguments: { path, startLine, endLine },
});
const edit = (path: string, old: string, put: string, all = false) => ({
  name: 'edit_file',
  arguments: { path, old, new: put, replace_all: all },
});

/** A process whose model makes these calls, a step each. @returns its results and the requests it was sent */
async function session(settings: Parameters<typeof memoryWorld>[0] = {}, windowTokens = 32_768) {
  const world = memoryWorld({ functions: [readFile, editFile, pageIn], ...settings });
  let script: ScriptedReply['calls'][] = [];
  const model = new ScriptedModel(
    () => {
      const calls = script.shift();
      return calls ? { calls } : { text: 'done' };
    },
    { windowTokens },
  );
  const agent = await AgentProcess.open({ ...world.parts, approver }, async () => model);
  const steps = async (...calls: ScriptedReply['calls'][]) => {
    const before = eventsOf(world, 'function.result').length;
    script = calls;
    expect(await agent.submit('go')).toBe('done');
    const made = eventsOf(world, 'function.result').slice(before);
    return Promise.all(made.map(({ result }) => world.blobs.get(result)));
  };
  const requests = () =>
    model.requests.filter(({ request }) => !isSummaryRequest(request)).map(({ request }) => request);
  return {
    world,
    agent,
    steps,
    requests,
    content: async (path: string) => (await world.files.read(path)).text,
  };
}

it('leaves the pages of the file current: nothing is read again, refused, or told as changed by others', async () => {
  const { world, steps, content } = await session();
  world.files.set('a.ts', text(...Array.from({ length: 60 }, (_, n) => `line ${n + 1}`)));
  await steps([read('a.ts', 1, 20)], [read('a.ts', 31, 50)]);
  const [first, second, third, again] = await steps(
    [edit('a.ts', 'line 10\n', 'line 10\nline 10.5\n')],
    [edit('a.ts', 'line 40', 'forty')],
    [edit('a.ts', 'line 15\n', '')],
    [read('a.ts', 1, 20), read('a.ts', 31, 50)],
  );
  expect(first).toMatch(/Your page is now \S+#L1-L21@\w+ \(was #L1-L20@\w+\)\nYour page is now \S+#L32-L51@/);
  for (const result of [first, second, third]) expect(result).toContain('Edited a.ts.');
  expect(again).toContain('already in your window, unchanged');
  expect(await content('a.ts')).toContain('line 39\nforty\nline 41\n');
  expect(eventsOf(world, 'page.stale')).toEqual([]);
  expect(eventsOf(world, 'interrupt').filter(({ kind }) => kind === 'fileChanged')).toEqual([]);
  await rebuildRequests(world);
});

it('goes along with a file that is moved: it is edited at its new place without being read there', async () => {
  const { world, steps, content } = await session({ functions: [readFile, editFile, moveFile] });
  world.files.set('a.ts', text('one', 'two', 'three'));
  world.files.set('b.ts', text('b'));
  const move = (from: string, to: string) => ({ name: 'move_file', arguments: { from, to } });
  const [, moved, edited, again] = await steps(
    [read('a.ts', 1, 3)],
    [move('a.ts', 'lib/c.ts')],
    [edit('lib/c.ts', 'two', '2')],
    [read('lib/c.ts', 1, 3)],
  );
  expect(moved).toMatch(/Your page is now file:proj\/lib\/c\.ts#L1-L3@\w+ \(was #L1-L3@\w+\)/);
  expect(edited).toContain('Edited lib/c.ts.');
  expect(again).toContain('already in your window, unchanged');
  expect(await content('lib/c.ts')).toBe(text('one', '2', 'three'));
  const [unseen] = await steps([move('b.ts', 'lib/b.ts')]);
  expect(unseen).not.toContain('Your page');
  expect(eventsOf(world, 'page.stale')).toEqual([]);
  await rebuildRequests(world);
});

it('is shown whole, once, after the next rollover', async () => {
  const { world, agent, steps, requests, content } = await session();
  world.files.set('a.ts', text(...Array.from({ length: 40 }, (_, n) => `line ${n + 1}`)));
  await steps([read('a.ts')], [edit('a.ts', 'line 10', 'line ten')]);
  await steps([edit('a.ts', 'line 20', 'line twenty')]);
  await agent.changeWindow({ kind: 'compact', instructions: '' }, new AbortController().signal);
  await steps();
  const [page, ...more] = shownPages(requests().at(-1)?.messages ?? []);
  expect(more).toEqual([]);
  expect(page?.text).toBe(await content('a.ts'));
  const carried = eventsOf(world, 'epoch.started').at(-1)?.carried;
  expect(carried?.map(({ address }) => address)).toEqual([page?.address]);
});

it('what somebody else changes as well is stale, as ever', async () => {
  const { world, steps, content } = await session();
  world.files.set('a.ts', text('one', 'two', 'three'));
  await steps([read('a.ts')], [edit('a.ts', 'one', '1')]);
  world.files.set('a.ts', (await content('a.ts')).replace('three', 'THREE'));
  const [refused] = await steps([edit('a.ts', 'two', '2')]);
  expect(refused).toContain('Refused: you have not seen these lines as they are now.');
  expect(eventsOf(world, 'page.stale')).toHaveLength(1);
});

it('what saving made of it is not derived, but shown', async () => {
  const { world, steps } = await session();
  world.files.set('a.ts', text('one', 'two', 'three'));
  const { write } = world.files;
  world.files.write = async (path, before, after) => {
    const written = await write.call(world.files, path, before, after);
    world.files.set(path, after.replace('three', '  three'));
    return written;
  };
  const [, edited] = await steps([read('a.ts')], [edit('a.ts', 'two', '2')]);
  expect(edited).not.toContain('Your page');
  expect(edited).toMatch(/^file:proj\/a\.ts#L1-L3@.*\n +1\tone\n +2\t2\n +3\t {2}three/m);
});

it('the page before the edit is served by its address, as superseded', async () => {
  const { world, steps } = await session();
  world.files.set('a.ts', text('one', 'two', 'three'));
  const [shown = ''] = await steps([read('a.ts')], [edit('a.ts', 'two', '2')]);
  const address = /file:\S+@[0-9a-f]{16}/.exec(shown)?.[0] ?? '';
  const [old] = await steps([{ name: 'page_in', arguments: { address } }]);
  expect(old).toMatch(/ 2\ttwo\n[\s\S]*\[superseded: a\.ts has changed since/);
});

it('page and edits after it, as the request shows them, are what the disk holds', async () => {
  const path = fc.constantFrom('a.ts', 'b.ts');
  const at = fc.integer({ min: 1, max: 80 });
  const act = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('read' as const),
        path,
        at,
        length: fc.integer({ min: 20, max: 70 }),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('edit' as const),
        path,
        at,
        length: fc.integer({ min: 1, max: 3 }),
        put: fc.constantFrom('x', 'x\ny', '', 'x\ny\nz\nw', 'shared'),
        all: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('other' as const), path, at }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact' as const) }) },
  );
  let derived = 0;
  let rollovers = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 30 }), async (acts) => {
      const { world, agent, steps, requests, content } = await session({}, 12_000);
      for (const file of ['a.ts', 'b.ts'])
        world.files.set(file, text(...Array.from({ length: 80 }, (_, n) => `${file} line ${n}`)));
      await steps([read('a.ts', 1, 50), read('b.ts', 20, 80)]);
      for (const [index, one] of acts.entries()) {
        if (one.kind === 'compact') {
          await agent.changeWindow({ kind: 'compact', instructions: '' }, new AbortController().signal);
          continue;
        }
        const lines = splitLines(await content(one.path));
        const from = Math.min(one.at, lines.length);
        if (one.kind === 'read') await steps([read(one.path, from, from + one.length)]);
        else if (one.kind === 'other') {
          lines.splice(from - 1, 1, `theirs ${index}\n`);
          world.files.set(one.path, lines.join(''));
        } else {
          const old = lines.slice(from - 1, from - 1 + one.length).join('');
          const put = one.put === '' ? '' : `${one.put} ${one.put === 'shared' ? '' : index}\n`;
          await steps([edit(one.path, old, put, one.all)]);
        }
        await steps();
        for (const page of shownPages(requests().at(-1)?.messages ?? [])) {
          expect(sha256(page.text).slice(0, 16)).toBe(page.hash);
          expect(rawRange(splitLines(await content(page.path)), page)).toBe(page.text);
        }
      }
      derived += eventsOf(world, 'function.result').filter(({ anchors }) => anchors).length;
      rollovers += eventsOf(world, 'epoch.started').length - 1;
      await rebuildRequests(world);
    }),
    { numRuns: 40 },
  );
  expect(derived).toBeGreaterThan(60);
  expect(rollovers).toBeGreaterThan(10);
}, 30_000);

it('new lines of a range are its old lines with the edit made to them', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'ab', 'c'), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(
      lines,
      fc.boolean(),
      fc.array(fc.constantFrom('a', 'b', '\n', 'c'), { minLength: 1, maxLength: 4 }),
      fc.array(fc.constantFrom('a', '\n', 'd'), { maxLength: 4 }),
      fc.nat(11),
      fc.nat(11),
      (content, ended, old, put, first, length) => {
        const before = content.join('\n') + (ended ? '\n' : '');
        const result = editText(before, [{ old: old.join(''), new: put.join(''), replaceAll: true }]);
        if ('kind' in result) return;
        const range = {
          startLine: first + 1,
          endLine: Math.min(splitLines(before).length, first + 1 + length),
        };
        if (range.startLine > range.endLine) return;
        const now = reanchored(range, result.hunks);
        if (!now) return;
        // Hunks in the range, in lines of it; what each is replaced by stands in the text after.
        const expected: string[] = [];
        let shift = 0;
        let next = range.startLine;
        const [was, is] = [splitLines(before), splitLines(result.text)];
        for (const hunk of result.hunks) {
          const grows = hunk.lines - (hunk.endLine - hunk.startLine + 1);
          if (hunk.startLine >= range.startLine && hunk.endLine <= range.endLine) {
            expected.push(...was.slice(next - 1, hunk.startLine - 1));
            expected.push(...is.slice(hunk.startLine - 1 + shift, hunk.startLine - 1 + shift + hunk.lines));
            next = hunk.endLine + 1;
          }
          shift += grows;
        }
        expected.push(...was.slice(next - 1, range.endLine));
        expect(rawRange(is, now)).toBe(expected.join(''));
      },
    ),
    { numRuns: 2000 },
  );
});
