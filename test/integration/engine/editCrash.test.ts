import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, script, summariser } from '../../support/modelServer/policies';
import { type ModelServer, startModelServer } from '../../support/modelServer/startModelServer';
import { bundleProgram, type Child } from '../journal/childProgram';
import { openRealEngine } from './realEngine';

let home: string;
let server: ModelServer;
let start: (...args: string[]) => Child;

beforeAll(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'vctx-edits-')));
  start = await bundleProgram(join(import.meta.dirname, 'editProgram.ts'), home);
  server = await startModelServer({ window: 16_384, policy: summariser(script) });
});

afterAll(async () => {
  await server.close();
  rmSync(home, { recursive: true, force: true, maxRetries: 10 });
});

const changes = {
  edit: [
    call('read_file', { path: 'a.txt', startLine: 1, endLine: 9 }),
    call('edit_file', { path: 'a.txt', old: 'one', new: 'ONE' }),
  ],
  create: [call('write_file', { path: 'new.txt', text: 'new\n' })],
  move: [call('move_file', { from: 'a.txt', to: 'lib/a.txt' })],
  delete: [call('delete_file', { path: 'a.txt' })],
};
let count = 0;

/** A folder in which the change was made, or about to be, when the process was killed. */
async function killed(change: keyof typeof changes, when: 'before' | 'after') {
  const [folder, store] = [`folder-${count}`, `store-${count++}`].map((name) => join(home, name)) as [
    string,
    string,
  ];
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.txt'), 'one\ntwo\n');
  const child = start(store, folder, server.url, when, changes[change].join(' [[then]] '));
  expect(await child.line()).toBeUndefined();
  const open = () => openRealEngine({ store, folder, url: server.url, session: 'edited' });
  const texts = () =>
    ['a.txt', 'new.txt', 'lib/a.txt'].flatMap((path) =>
      existsSync(join(folder, path)) ? [[path, readFileSync(join(folder, path), 'utf8')]] : [],
    );
  return { open, texts, write: (text: string) => writeFileSync(join(folder, 'a.txt'), text) };
}

const ORIGINAL = [['a.txt', 'one\ntwo\n']];
const made = {
  edit: {
    files: [['a.txt', 'ONE\ntwo\n']],
    waiting: { path: 'a.txt', change: 'edited', editedSince: false },
  },
  create: { files: [...ORIGINAL, ['new.txt', 'new\n']], waiting: { path: 'new.txt', change: 'created' } },
  move: { files: [['lib/a.txt', 'one\ntwo\n']], waiting: { path: 'lib/a.txt', change: 'moved' } },
  delete: { files: [], waiting: { path: 'a.txt', change: 'deleted' } },
};

it.each(Object.keys(changes) as (keyof typeof changes)[])(
  'kill -9 right after %s: it waits for review as the model’s, and can be undone',
  async (change) => {
    const { open, texts } = await killed(change, 'after');
    expect(texts()).toEqual(made[change].files);
    const agent = await open();
    expect(await agent.review.pending()).toEqual([expect.objectContaining(made[change].waiting)]);
    await agent.dispose();
    const again = await open();
    expect(await again.review.undo()).toEqual([]);
    expect(texts()).toEqual(ORIGINAL);
    await again.dispose();
  },
);

it.each(Object.keys(changes) as (keyof typeof changes)[])(
  'kill -9 right before %s: nothing waits, and what is there is the person’s',
  async (change) => {
    const { open, texts, write } = await killed(change, 'before');
    expect(texts()).toEqual(ORIGINAL);
    const agent = await open();
    expect(await agent.review.pending()).toEqual([]);
    await agent.dispose();
    // The intention is settled: what the person does later, were it the same, is theirs.
    write('ONE\ntwo\n');
    const again = await open();
    expect(await again.review.pending()).toEqual([]);
    await again.dispose();
  },
);
