/** Ends that processes have left to be told, on real files: each is told once, whatever its process' id was. */
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ownIdentity } from '../../../src/journal/processIdentity';
import { UntoldEnds } from '../../../src/journal/untoldEnds';

let home: string;
let folder: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'vctx-ends-'));
  folder = join(home, 'untold');
});
afterEach(() => rm(home, { recursive: true }));

const end = (text: string) => ({ session: 's1', text });
const gone = { pid: 99, boot: 'another' };

async function left(name: string, process: object, ...texts: readonly string[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, JSON.stringify({ process, ends: texts.map(end) }));
  return path;
}

it('a process that is gone is heard of, also one that had the id of this process', async () => {
  await left(`${process.pid}.json`, { ...gone, pid: process.pid }, 'over');
  const ends = new UntoldEnds(folder);
  await ends.save([end('mine')]);
  expect(await ends.takeOver()).toEqual({ ends: [end('over')], othersRun: false });
  expect(await new UntoldEnds(folder).takeOver()).toEqual({ ends: [], othersRun: true });
});

it('what a process has left twice, as it was killed, is told once, and nothing of it stays', async () => {
  await left('a.json', gone, 'over');
  await left('a.json.new', gone, 'over');
  expect(await new UntoldEnds(folder).takeOver()).toEqual({ ends: [end('over')], othersRun: false });
  expect(await readdir(folder)).toEqual([]);
});

it('drafts are nobody’s word: that of a process that runs stays, half of one until it is old', async () => {
  await left('a.json.new', await ownIdentity(), 'over');
  const half = [join(folder, 'b.json.new'), join(folder, 'c.json.new')];
  for (const path of half) await writeFile(path, '{"process":');
  const old = Date.now() / 1000 - 2 * 60 * 60;
  await utimes(half[1] ?? '', old, old);
  expect(await new UntoldEnds(folder).takeOver()).toEqual({ ends: [], othersRun: false });
  expect((await readdir(folder)).sort()).toEqual(['a.json.new', 'b.json.new']);
});

it('while it saves it is no other: nothing waits for it', async () => {
  const ends = new UntoldEnds(folder);
  let saving = true;
  const saved = (async () => {
    for (let n = 0; n < 30; n++) await ends.save([end(String(n))]);
    saving = false;
  })();
  while (saving) expect(await ends.takeOver()).toEqual({ ends: [], othersRun: false });
  await saved;
  await ends.save([]);
  expect(await readdir(folder)).toEqual([]);
});
