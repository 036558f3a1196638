/** Folders moved by the model: as moves of their files, each of which waits and can be undone. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AgentProcess } from '../../../src/engine/AgentProcess';
import { ScriptedModel, type ScriptedReply } from '../../support/scriptedModel';
import { openRealEngine } from './realEngine';

let home: string;
let agent: AgentProcess;
let model: ScriptedModel;
let steps: NonNullable<ScriptedReply['calls']>[];
const file = (path: string) => join(home, path);

function write(path: string, text: string | Buffer): void {
  mkdirSync(dirname(file(path)), { recursive: true });
  writeFileSync(file(path), text);
}

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'vctx-folder-')));
  write('src/a.ts', 'a\n');
  write('src/deep/b.ts', 'b\n');
  write('src/deep/image.png', Buffer.from([1, 0]));
  write('there/c.ts', 'c\n');
  model = new ScriptedModel(() => {
    const calls = steps.shift();
    return calls ? { calls } : { text: 'done' };
  });
  agent = await openRealEngine({ store: file('store'), folder: home, session: 's1', model });
});

afterEach(async () => {
  await agent.dispose();
  await rm(home, { recursive: true, force: true });
});

/** @returns what the model was told of the last of its calls */
async function made(...calls: { name: string; arguments: object }[]): Promise<string> {
  steps = calls.map((call) => [call]);
  await agent.submit('go');
  return model.requests.at(-1)?.request.messages.findLast(({ role }) => role === 'tool')?.content ?? '';
}
const move = (from: string, to: string) => ({ name: 'move_file', arguments: { from, to } });

it('moves all files with their pages, leaves no empty folders, and is undone', async () => {
  const read = { name: 'read_file', arguments: { path: 'src/deep/b.ts', startLine: 1, endLine: 1 } };
  const result = await made(read, move('src', 'lib/src'));
  expect(result).toContain('Moved the folder src to lib/src: 3 files.');
  expect(result).toMatch(/Your page is now file:\S+lib\/src\/deep\/b\.ts#L1-L1@/);
  expect(existsSync(file('src'))).toBe(false);
  expect(readFileSync(file('lib/src/deep/image.png'))).toEqual(Buffer.from([1, 0]));
  expect((await agent.review.pending()).map(({ path, from }) => [from, path])).toEqual([
    ['src/a.ts', 'lib/src/a.ts'],
    ['src/deep/b.ts', 'lib/src/deep/b.ts'],
    ['src/deep/image.png', 'lib/src/deep/image.png'],
  ]);
  expect(await agent.review.undo()).toEqual([]);
  expect(readFileSync(file('src/deep/b.ts'), 'utf8')).toBe('b\n');
  expect(existsSync(file('lib/src/a.ts'))).toBe(false);
});

it('refuses what it cannot move whole, and moves nothing', async () => {
  expect(await made(move('src', 'there'))).toContain('there is there already: name a folder');
  expect(await made(move('src', 'src/inner'))).toContain('src/inner is in src itself');
  mkdirSync(file('empty'));
  expect(await made(move('empty', 'other'))).toContain('the folder empty holds no files');
  symlinkSync(file('there/c.ts'), file('src/link.ts'));
  expect(await made(move('src', 'lib'))).toContain('src/link.ts is no file');
  write('keys/.env', 'SECRET=1\n');
  expect(await made(move('keys', 'lib'))).toContain('keys/.env looks secret');
  for (let n = 0; n <= 200; n++) write(`many/${n}.txt`, '');
  expect(await made(move('many', 'lib'))).toContain('it holds more than 200 files');
  expect(existsSync(file('lib'))).toBe(false);
  expect(await agent.review.pending()).toEqual([]);
});

it('says how far it came where the person refuses one of the files', async () => {
  write('src/deep/AGENTS.md', 'Be brief.\n');
  const result = await made(move('src', 'lib'));
  expect(result).toContain('Moved 1 of the 4 files of src; the next was not: The person refused this change');
  expect((await agent.review.pending()).map(({ path }) => path)).toEqual(['lib/a.ts']);
  expect(existsSync(file('src/deep/b.ts'))).toBe(true);
});
