import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HeldElsewhereError, JournalError } from '../../../src/engine/errors';
import { ownIdentity } from '../../../src/journal/processIdentity';
import { acquireProcessLock } from '../../../src/journal/processLock';
import { bundleProgram, type Child } from './childProgram';

let programDir: string;
let start: (...args: string[]) => Child;
let dir: string;
let path: string;
const children: Child[] = [];

function spawnChild(...args: string[]): Child {
  const child = start(...args);
  children.push(child);
  return child;
}

beforeAll(async () => {
  programDir = await mkdtemp(join(tmpdir(), 'vc-lock-program-'));
  start = await bundleProgram(join(import.meta.dirname, 'lockProgram.ts'), programDir);
});
afterAll(() => rm(programDir, { recursive: true }));
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vc-lock-'));
  path = join(dir, 'deep', 'lock');
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
  await rm(dir, { recursive: true });
});

describe('acquireProcessLock', () => {
  it('holds against this process and lets go at release', async () => {
    const lock = await acquireProcessLock(path);
    await expect(acquireProcessLock(path)).rejects.toThrow(HeldElsewhereError);
    await lock.release();
    await lock.release();
    const again = await acquireProcessLock(path);
    await again.release();
    expect(await readdir(join(dir, 'deep'))).toEqual([]);
  });

  it('does not release a lock that came after its own', async () => {
    const first = await acquireProcessLock(path);
    await rm(path);
    const second = await acquireProcessLock(path);
    await first.release();
    await expect(acquireProcessLock(path)).rejects.toThrow(HeldElsewhereError);
    await second.release();
  });

  it('holds against a live process and is taken over when that one is killed', async () => {
    const holder = spawnChild('hold', path);
    expect(await holder.line()).toBe('held');
    await expect(acquireProcessLock(path)).rejects.toThrow(
      new RegExp(`held by another running process \\(${holder.process.pid}\\)`),
    );
    await holder.kill();
    const lock = await acquireProcessLock(path);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
    expect(await readdir(join(dir, 'deep'))).toEqual([]);
  });

  it('lets exactly one of many processes take over a stale lock', async () => {
    for (let round = 0; round < 4; round++) {
      const holder = spawnChild('hold', path);
      expect(await holder.line()).toBe('held');
      await holder.kill();
      const at = String(Date.now() + 500);
      const racers = Array.from({ length: 6 }, () => spawnChild('once', path, at));
      const answers = await Promise.all(racers.map((racer) => racer.line()));
      expect(answers.sort()).toEqual(['lost', 'lost', 'lost', 'lost', 'lost', 'won']);
      await Promise.all(racers.map((racer) => racer.kill()));
    }
  }, 60_000);

  it('goes on when a process was killed half-way through a takeover', async () => {
    const dead = { pid: 2 ** 22 + 1, boot: (await ownIdentity()).boot };
    await (await acquireProcessLock(path)).release();
    await writeFile(path, JSON.stringify({ ...dead, token: 't0' }));
    await writeFile(`${path}.after-t0`, JSON.stringify({ ...dead, token: 't1' }));
    await writeFile(`${path}.after-t1`, JSON.stringify({ ...dead, token: 't2' }));
    await writeFile(`${path}.after-unrelated`, JSON.stringify({ ...dead, token: 't9' }));
    const lock = await acquireProcessLock(path);
    expect(await readdir(join(dir, 'deep'))).toEqual(['lock']);
    await lock.release();
  });

  it('respects a live process half-way through a takeover', async () => {
    const own = await ownIdentity();
    await (await acquireProcessLock(path)).release();
    await writeFile(path, JSON.stringify({ ...own, pid: 2 ** 22 + 1, token: 't0' }));
    await writeFile(`${path}.after-t0`, JSON.stringify({ ...own, token: 't1' }));
    await expect(acquireProcessLock(path)).rejects.toThrow(HeldElsewhereError);
  });

  it('takes over after a restart of the machine, even when the pid runs again', async () => {
    await (await acquireProcessLock(path)).release();
    for (const boot of ['11111111-2222-3333-4444-555555555555', `at:${Date.now() - 40 * 86_400_000}`]) {
      await writeFile(path, JSON.stringify({ ...(await ownIdentity()), boot, token: 'old' }));
      await (await acquireProcessLock(path)).release();
    }
  });

  it.runIf(process.platform === 'linux')(
    'takes over from a dead process whose pid was given to another',
    async () => {
      await (await acquireProcessLock(path)).release();
      await writeFile(path, JSON.stringify({ ...(await ownIdentity()), started: '1', token: 'old' }));
      await (await acquireProcessLock(path)).release();
    },
  );

  it('takes over a lock file that a power cut left empty or damaged', async () => {
    await (await acquireProcessLock(path)).release();
    for (const text of ['', '\0\0\0\0', '{"pid":1', '[]']) {
      await writeFile(path, text);
      await (await acquireProcessLock(path)).release();
    }
  });

  it('keeps processes that take, release and get killed apart', async () => {
    const at = String(Date.now() + 400);
    const workers = Array.from({ length: 4 }, () => spawnChild('race', path, at, '40'));
    const answers = Promise.all(workers.map((worker) => worker.line()));
    expect(await answers).toEqual(['done 40', 'done 40', 'done 40', 'done 40']);
    expect(existsSync(path)).toBe(false);
  }, 60_000);

  it('says what to do when the folder cannot be written', async () => {
    await writeFile(join(dir, 'file'), '');
    const attempt = acquireProcessLock(join(dir, 'file', 'lock'));
    await expect(attempt).rejects.toThrow(JournalError);
    await expect(attempt).rejects.toMatchObject({ nextStep: expect.stringContaining('writable') });
  });
});
