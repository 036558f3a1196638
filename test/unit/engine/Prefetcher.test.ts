import { beforeEach, describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { EventOf, SessionEvent } from '../../../src/engine/events';
import type { EditorState, FileLines } from '../../../src/engine/ports';
import { SessionState } from '../../../src/engine/SessionState';
import { numbered } from '../../support/engineChecks';
import { fakeFunction, readFileFunction } from '../../support/fakeFunctions';
import { type MemoryWorld, memoryWorld, roughCounter } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { ScriptedModel, type ScriptedReply } from '../../support/scriptedModel';

const TEST = 'test/unit/queue.test.ts';

class FakeEditor implements EditorState {
  selected: FileLines | undefined;
  errors: readonly FileLines[] = [];

  selection(): FileLines | undefined {
    return this.selected;
  }

  freshDiagnostics(): readonly FileLines[] {
    return this.errors;
  }
}

/** Changes a file as `edit_file` does, without its checks. */
const editFunction = fakeFunction(
  'edit_file',
  async (args, context) => {
    const edit = { old: String(args.old), new: String(args.new), replaceAll: false };
    return context.changeFile.edit({ path: String(args.path), edits: [edit] });
  },
  false,
);

let editor: FakeEditor;
let world: MemoryWorld;

function newWorld(prefetch = true): void {
  world = memoryWorld({ functions: [readFileFunction, editFunction], settings: { prefetch } });
  world.files.set('src/queue.ts', numbered('const queue', 6));
  world.files.set(TEST, numbered('expect queue', 8));
}

beforeEach(() => {
  editor = new FakeEditor();
  newWorld();
});

function open(model: ScriptedModel): Promise<AgentProcess> {
  const approver = { approve: async () => ({ allowed: true }) };
  return AgentProcess.open({ ...world.parts, editor, approver }, async () => model);
}

async function ask(replies: readonly ScriptedReply[] = []) {
  const model = new ScriptedModel((_, step) => replies[step] ?? { text: 'Done.' });
  const agent = await open(model);
  expect(await agent.submit('Go.')).toBe('done');
  return { agent, model };
}

const isPrefetch = (event: SessionEvent): event is EventOf<'interrupt'> =>
  event.type === 'interrupt' && event.kind === 'prefetch';
const prefetches = () => world.log.events.filter(isPrefetch);
const read = (path: string): ScriptedReply => ({ calls: [{ name: 'read_file', arguments: { path } }] });
const edit: ScriptedReply = {
  calls: [
    {
      name: 'edit_file',
      arguments: { path: 'src/queue.ts', old: 'const queue line 3', new: 'const row line 3' },
    },
  ],
};

describe('Prefetcher', () => {
  it('brings in the test of an edited file, whole, as a page', async () => {
    const { model } = await ask([read('src/queue.ts'), edit, read(TEST)]);
    expect(prefetches()).toMatchObject([
      { source: 'twin', origin: 'prefetch', pages: [{ path: TEST, startLine: 1, endLine: 8 }] },
    ]);
    const last = model.requests[2]?.request.messages.at(-1)?.content ?? '';
    expect(last).toContain('<interrupt kind="prefetch">');
    expect(last).toContain('    8\texpect queue line 8');
    const results = world.log.events.filter((event) => event.type === 'function.result');
    expect(results.at(-1)?.fault).toEqual({ kind: 'minor', tier: 'resident', cause: 'prefetch' });
    expect((await rebuildRequests(world)).map((request) => request.messages)).toEqual(
      model.requests.map(({ request }) => request.messages),
    );
  });

  it('counts as used what the model then names', async () => {
    const { agent } = await ask([read('src/queue.ts'), edit, read(TEST)]);
    await agent.dispose();
    const state = new SessionState('s1', world.blobs, roughCounter, () => 1000);
    await state.restore(world.log.read(), () => undefined);
    expect(state.prefetches.record('twin')).toEqual({ brought: 1, used: 1, wasted: 0, wastedTokens: 0 });
    expect(state.pages.all().find((page) => page.origin === 'prefetch')?.references).toBe(1);
  });

  it('brings in the selection and the lines around new errors, once', async () => {
    editor.selected = { path: 'src/queue.ts', startLine: 2, endLine: 4 };
    world.files.set('src/long.ts', numbered('long', 100));
    editor.errors = [{ path: 'src/long.ts', startLine: 50, endLine: 50 }];
    await ask([read(TEST), read('src/queue.ts')]);
    expect(
      prefetches().map(({ source, pages }) => [source, pages?.[0]?.startLine, pages?.[0]?.endLine]),
    ).toEqual([
      ['selection', 2, 4],
      ['diagnostics', 35, 65],
    ]);
    const results = world.log.events.filter((event) => event.type === 'function.result');
    expect(results.at(-1)?.pages.map((page) => [page.startLine, page.endLine])).toEqual([
      [1, 1],
      [5, 6],
    ]);
  });

  it('keeps to its budget, brings in only whole pages, and nothing secret or resident', async () => {
    world.files.set(TEST, numbered('expect queue and much more', 400));
    world.files.set('.env', 'TOKEN=1\n');
    editor.selected = { path: '.env', startLine: 1, endLine: 1 };
    await ask([read('src/queue.ts'), edit]);
    expect(prefetches()).toEqual([]);
    newWorld();
    await ask([read(TEST), read('src/queue.ts'), edit]);
    expect(prefetches()).toEqual([]);
  });

  it('does nothing when it is turned off', async () => {
    newWorld(false);
    editor.selected = { path: 'src/queue.ts', startLine: 2, endLine: 4 };
    await ask([read('src/queue.ts'), edit]);
    expect(prefetches()).toEqual([]);
  });

  it('turns a source down that brings in what nobody uses', async () => {
    const model = new ScriptedModel(() => ({ text: 'Done.' }));
    const agent = await open(model);
    for (let turn = 1; turn <= 12; turn++) {
      world.files.set(`src/part${turn}.css`, numbered('color', 5));
      editor.selected = { path: `src/part${turn}.css`, startLine: 1, endLine: 5 };
      await agent.submit(`Question ${turn}`);
    }
    expect(prefetches()).toHaveLength(4);
  });
});
