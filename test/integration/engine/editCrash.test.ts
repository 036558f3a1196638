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
  'delete binary': [call('delete_file', { path: 'image.png' })],
};
const IMAGE = Buffer.from([1, 0, 2, 0xff]);
let count = 0;

/** A folder in which the change was made, or about to be, when the process was killed. */
async function killed(change: keyof typeof changes, when: 'before' | 'after') {
  const [folder, store] = [`folder-${count}`, `store-${count++}`].map((name) => join(home, name)) as [
    string,
    string,
  ];
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.txt'), 'one\ntwo\n');
  writeFileSync(join(folder, 'image.png'), IMAGE);
  const child = start(store, folder, server.url, when, changes[change].join(' [[then]] '));
  expect(await child.line()).toBeUndefined();
  const open = () => openRealEngine({ store, folder, url: server.url, session: 'edited' });
  const texts = () =>
    ['a.txt', 'new.txt', 'lib/a.txt', 'image.png'].flatMap((path) =>
      existsSync(join(folder, path)) ? [[path, readFileSync(join(folder, path), 'latin1')]] : [],
    );
  return { open, texts, write: (text: string) => writeFileSync(join(folder, 'a.txt'), text) };
}

const TEXT = ['a.txt', 'one\ntwo\n'];
const BINARY = ['image.png', IMAGE.toString('latin1')];
const ORIGINAL = [TEXT, BINARY];
const made = {
  edit: {
    files: [['a.txt', 'ONE\ntwo\n'], BINARY],
    waiting: { path: 'a.txt', change: 'edited', editedSince: false },
  },
  create: { files: [TEXT, ['new.txt', 'new\n'], BINARY], waiting: { path: 'new.txt', change: 'created' } },
  move: { files: [['lib/a.txt', 'one\ntwo\n'], BINARY], waiting: { path: 'lib/a.txt', change: 'moved' } },
  delete: { files: [BINARY], waiting: { path: 'a.txt', change: 'deleted' } },
  'delete binary': { files: [TEXT], waiting: { path: 'image.png', change: 'deleted', removed: 0 } },
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
