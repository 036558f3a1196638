import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { ApprovalRequest } from '../../../src/engine/approvals';
import { EditsForbiddenError } from '../../../src/engine/errors';
import { splitLines } from '../../../src/engine/filePages';
import { editFile } from '../../../src/tools/editFile';
import { moveFile } from '../../../src/tools/moveFile';
import { readFile } from '../../../src/tools/readFile';
import { eventsOf } from '../../support/engineChecks';
import { type MemoryWorld, memoryWorld } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { ScriptedTurns } from '../../support/ScriptedTurns';

const text = (...lines: string[]) => lines.map((line) => `${line}\n`).join('');
const read = (path: string, startLine = 1, endLine = 99) => ({
  name: 'read_file',
  arguments: { path, startLine, endLine },
});
const edit = (path: string, old: string, put: string, more: object = {}) => ({
  name: 'edit_file',
  arguments: { path, old, new: put, ...more },
});

let asked: ApprovalRequest[];
let onApproval: (request: ApprovalRequest) => boolean;
let world: MemoryWorld;
let agent: AgentProcess;
let turns: ScriptedTurns;

beforeEach(async () => {
  asked = [];
  onApproval = () => true;
  const functions = [readFile, editFile, moveFile];
  world = memoryWorld({ functions });
  turns = new ScriptedTurns(world);
  const approver = {
    approve: async (request: ApprovalRequest) => {
      asked.push(request);
      return { allowed: onApproval(request) };
    },
  };
  agent = await AgentProcess.open({ ...world.parts, approver }, async () => turns.model);
});

const steps = (...calls: Parameters<ScriptedTurns['run']>[1]) => turns.run(agent, calls);
const content = async (path: string) => (await world.files.read(path)).text;
const addressIn = (result = '') => /file:\S+@[0-9a-f]{16}/.exec(result)?.[0] ?? '';

describe('an edit of lines the model has seen as they are', () => {
  it('is made, shows the lines anew, and is logged with what it was based on', async () => {
    world.files.set('a.ts', text('one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'));
    const [page, result] = await steps([read('a.ts')], [edit('a.ts', 'four', 'FOUR\nFOUR.5')]);
    expect(await content('a.ts')).toBe(
      text('one', 'two', 'three', 'FOUR', 'FOUR.5', 'five', 'six', 'seven', 'eight'),
    );
    expect(result).toContain('Edited a.ts. It has 1 lines more now.');
    expect(result).toMatch(
      / 2\ttwo\n +3\tthree\n +4\tFOUR\n +5\tFOUR\.5\n +6\tfive\n +7\tsix\nYour page is now /,
    );
    expect(asked).toEqual([]);
    const [event] = eventsOf(world, 'file.edited');
    expect(event?.basedOn).toEqual([addressIn(page)]);
    expect(await world.blobs.get(event?.before ?? '')).toContain('three\nfour\n');
    await rebuildRequests(world);
  });

  it('may follow another edit of the same step', async () => {
    world.files.set('a.ts', text('one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'));
    await steps(
      [read('a.ts')],
      [edit('a.ts', 'two', 'TWO'), edit('a.ts', 'TWO', '2'), edit('a.ts', 'one', '1')],
    );
    expect(await content('a.ts')).toMatch(/^1\n2\nthree\n/);
  });

  it('replaces every place when told to, and only then', async () => {
    world.files.set('a.ts', text('x', 'y', 'x'));
    const [, several] = await steps([read('a.ts')], [edit('a.ts', 'x', 'z')]);
    expect(several).toContain('old occurs 2 times in a.ts, at lines 1, 3.');
    await steps([edit('a.ts', 'x', 'z', { replace_all: true })]);
    expect(await content('a.ts')).toBe(text('z', 'y', 'z'));
  });

  it('may delete text, and a whole file of it', async () => {
    world.files.set('a.ts', text('one', 'two'));
    await steps([read('a.ts')], [edit('a.ts', 'one\n', '')], [edit('a.ts', 'two\n', '')]);
    expect(await content('a.ts')).toBe('');
    await steps([edit('a.ts', '', 'again\n')]);
    expect(await content('a.ts')).toBe('again\n');
  });
});

describe('an edit of anything else is refused with the lines as they are', () => {
  it('when the model has not seen them', async () => {
    world.files.set('a.ts', text('one', 'two', 'three'));
    const [refused, done] = await steps([edit('a.ts', 'two', '2')], [edit('a.ts', 'two', '2')]);
    expect(refused).toMatch(/failed\]\nRefused: you have not seen these lines as they are now\./);
    expect(refused).toMatch(/ 2\ttwo\n/);
    expect(done).toContain('Edited a.ts.');
  });

  it('when they were read in the same step', async () => {
    world.files.set('a.ts', text('one', 'two', 'three'));
    const [, refused] = await steps([read('a.ts'), edit('a.ts', 'two', '2')]);
    expect(refused).toContain('Refused: you have not seen');
    expect(await content('a.ts')).toContain('two');
  });

  it('when the file changed since, also elsewhere in the page', async () => {
    world.files.set('a.ts', text('one', 'two', 'three'));
    const [, refused, done] = await steps([read('a.ts')], () => {
      world.files.set('a.ts', text('one', 'two', 'THREE'));
      return [edit('a.ts', 'two', '2')];
    }, [edit('a.ts', 'two', '2')]);
    expect(refused).toContain('Refused:');
    expect(refused).toContain(' 3\tTHREE');
    expect(done).toContain('Edited');
    expect(await content('a.ts')).toBe(text('one', '2', 'THREE'));
  });

  it('when it changed while the person was looking at the diff', async () => {
    world.files.set('AGENTS.md', text('one', 'two', 'three'));
    onApproval = () => {
      world.files.set('AGENTS.md', text('one', 'two', 'THREE'));
      return true;
    };
    const [, refused] = await steps([read('AGENTS.md')], [edit('AGENTS.md', 'two', '2')]);
    expect(refused).toContain('Refused: the file was changed in the meantime.');
    expect(await content('AGENTS.md')).toBe(text('one', 'two', 'THREE'));
    expect(eventsOf(world, 'file.edited')).toEqual([]);
  });

  it('when the page it names is not what the file says, or is none', async () => {
    world.files.set('a.ts', text('one', 'two', 'three'));
    world.files.set('b.ts', text('two'));
    const [a, b] = await steps([read('a.ts', 1, 2)], [read('b.ts')]);
    world.files.set('a.ts', text('one', 'TWO', 'three'));
    const [old, other, none] = await steps(
      [edit('a.ts', 'three', '3', { based_on: addressIn(a) })],
      [edit('a.ts', 'three', '3', { based_on: addressIn(b) })],
      [edit('a.ts', 'three', '3', { based_on: 'a.ts' })],
    );
    expect(old).toContain('Refused: the file has changed since file:proj/a.ts#L1-L2@');
    expect(other).toContain('Refused: based_on names another file');
    expect(none).toContain('Refused: based_on is not the address');
    expect(await content('a.ts')).toContain('three');
  });
});

it('takes a page that is no longer in the window by its address', async () => {
  world.files.set('a.ts', text('one', 'two'));
  const [page] = await steps([read('a.ts')]);
  const fresh = memoryWorld({ functions: [readFile, editFile], after: world });
  const other = {
    ...fresh.parts,
    log: memoryWorld().log,
    approver: { approve: async () => ({ allowed: true }) },
  };
  agent = await AgentProcess.open(other, async () => turns.model);
  let left = 1;
  turns.next = () =>
    left-- > 0 ? { calls: [edit('a.ts', 'two', '2', { based_on: addressIn(page) })] } : { text: '' };
  await agent.submit('go');
  expect(await content('a.ts')).toBe(text('one', '2'));
});

it('tells the model when the editor holds the change and could not save it', async () => {
  world.files.set('a.ts', text('one', 'two'));
  const [, saved] = await steps([read('a.ts')], [edit('a.ts', 'one', '1')]);
  expect(saved).not.toContain('Not saved');
  world.files.unsaved = true;
  const [unsaved] = await steps([edit('a.ts', 'two', '2')]);
  expect(unsaved).toMatch(/Edited a\.ts\. Not saved: .* the file on disk is as it was/);
});

it('creates a file, and never over another', async () => {
  const [created] = await steps([edit('new.ts', '', 'a\nb\n')]);
  expect(created).toContain('Created new.ts (2 lines).');
  const [refused] = await steps([edit('new.ts', '', 'c\n')]);
  expect(refused).toContain('new.ts exists.');
  onApproval = () => {
    world.files.set('CLAUDE.md', 'theirs\n');
    return true;
  };
  const [late] = await steps([edit('CLAUDE.md', '', 'mine\n')]);
  expect(asked[0]).toMatchObject({ kind: 'edit', creates: true });
  expect(late).toContain('CLAUDE.md has changed in the meantime.');
  expect(await content('CLAUDE.md')).toBe('theirs\n');
});

it('asks before it edits what editors and agents obey, and leaves it as it is when the person refuses', async () => {
  const path = '.vscode/tasks.json';
  world.files.set(path, text('one'));
  onApproval = () => false;
  const [, refused] = await steps([read(path)], [edit(path, 'one', '1')]);
  expect(asked).toEqual([{ kind: 'edit', path, creates: false, diff: expect.stringContaining('-one\n+1') }]);
  expect(refused).toContain(`The person refused this change of ${path}.`);
  onApproval = () => {
    throw new EditsForbiddenError('Not in Restricted Mode.', 'Ask.');
  };
  const [forbidden] = await steps([edit(path, 'one', '1')]);
  expect(forbidden).toContain('Not in Restricted Mode. Ask.');
  expect(await content(path)).toBe(text('one'));
});

it('says what is most like a text that does not occur', async () => {
  world.files.set('a.ts', text('function a(x) {', '  return x + 1;', '}'));
  const [, typo, numbers] = await steps(
    [read('a.ts')],
    [edit('a.ts', '  return x + 2;', 'y')],
    [edit('a.ts', '    2\t  return x + 1;', 'y')],
  );
  expect(typo).toContain('The lines most like it:\n    2\t  return x + 1;');
  expect(numbers).toContain('Leave out the line numbers');
});

it('asks before a file with secrets is edited: a refusal would show it', async () => {
  world.files.set('.env', text('KEY=1'));
  onApproval = () => false;
  const [refused] = await steps([edit('.env', 'KEY=2', 'KEY=3')]);
  expect(refused).toContain('looks like a file with secrets');
  expect(asked).toMatchObject([{ kind: 'secretFile', path: '.env', change: { act: 'edit' } }]);
});

it('never edits from lines that are not as they were shown, whoever edits in between', async () => {
  type Act =
    | { readonly kind: 'read'; readonly from: number; readonly length: number }
    | { readonly kind: 'person' | 'model'; readonly line: number; readonly put: string };
  const line = fc.integer({ min: 1, max: 12 });
  const put = fc.constantFrom('x', 'y\ny2', 'z');
  const act: fc.Arbitrary<Act> = fc.oneof(
    fc.record({ kind: fc.constant('read' as const), from: line, length: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ kind: fc.constantFrom('person' as const, 'model' as const), line, put }),
  );
  let serial = 0;
  let made = 0;
  let refusedEdits = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 25 }), async (acts) => {
      const path = `f${++serial}.ts`;
      world.files.set(path, text(...Array.from({ length: 12 }, (_, i) => `line ${serial} ${i}`)));
      /** What the model was shown last of each line. */
      const shown = new Map<number, string>();
      const look = (result: string) => {
        for (const [, number, line] of result.matchAll(/^ *(\d+)\t(.*)$/gm))
          shown.set(Number(number), line ?? '');
      };
      for (const [index, one] of acts.entries()) {
        if (one.kind === 'read') {
          const [result = ''] = await steps([read(path, one.from, one.from + one.length)]);
          look(result);
        } else if (one.kind === 'person') {
          const lines = splitLines(await content(path));
          lines[Math.min(one.line, lines.length) - 1] = `${one.put} person ${index}\n`;
          world.files.set(path, lines.join(''));
        } else {
          const lines = splitLines(await content(path));
          const at = Math.min(one.line, lines.length);
          const old = lines[at - 1]?.trimEnd() ?? '';
          if (lines.filter((other) => other.includes(old)).length > 1) continue;
          const before = eventsOf(world, 'file.edited').length;
          const [result = ''] = await steps([edit(path, old, `${one.put} model ${index}`)]);
          const edited = eventsOf(world, 'file.edited').length > before;
          // It knew the line by its number and text, or it was not let.
          if (edited) expect(shown.get(at)).toBe(old);
          if (edited) made++;
          else refusedEdits++;
          expect(result.includes('Refused')).toBe(!edited);
          const put = `${one.put} model ${index}`.split('\n');
          if (edited)
            for (const [n, known] of [...shown].sort(([a], [b]) => b - a)) {
              // What follows has moved when a line was added.
              if (n > at) shown.delete(n);
              if (n > at) shown.set(n + put.length - 1, known);
            }
          if (edited) for (const [i, known] of put.entries()) shown.set(at + i, known);
          look(result);
        }
      }
    }),
    { numRuns: 25, seed: 20_261_121 },
  );
  expect(made).toBeGreaterThan(0);
  expect(refusedEdits).toBeGreaterThan(0);
});

it('shows the person what a file says that is moved to where it will be obeyed', async () => {
  world.files.set('x.json', text('{ "command": "evil" }'));
  onApproval = () => false;
  await steps([{ name: 'move_file', arguments: { from: 'x.json', to: '.vscode/tasks.json' } }]);
  const [request] = asked;
  expect(request).toMatchObject({ kind: 'edit', path: '.vscode/tasks.json', creates: true });
  const shown = request?.kind === 'edit' ? request.diff : '';
  expect(shown).toContain('rename to .vscode/tasks.json\n');
  expect(shown).toContain('{ "command": "evil" }');
  expect(await content('x.json')).toContain('evil');
});

it('asks before a file comes to be one with secrets', async () => {
  world.files.set('x.txt', text('KEY=1'));
  onApproval = () => false;
  await steps([{ name: 'move_file', arguments: { from: 'x.txt', to: '.env' } }]);
  expect(asked).toMatchObject([{ kind: 'secretFile', path: '.env', change: { act: 'move' } }]);
});
