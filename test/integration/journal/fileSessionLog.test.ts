import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HeldElsewhereError, JournalError } from '../../../src/engine/errors';
import type { NewSessionEvent, SessionEvent } from '../../../src/engine/events';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';
import { bundleProgram, type Child } from './childProgram';

let programDir: string;
let start: (...args: string[]) => Child;
let dir: string;
let log: FileSessionLog | undefined;

beforeAll(async () => {
  programDir = await mkdtemp(join(tmpdir(), 'vc-log-program-'));
  start = await bundleProgram(join(import.meta.dirname, 'logProgram.ts'), programDir);
});
afterAll(() => rm(programDir, { recursive: true }));
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vc-log-'));
});
afterEach(async () => {
  await log?.close();
  log = undefined;
  await rm(dir, { recursive: true });
});

function user(text: string): NewSessionEvent {
  return { type: 'message.user', turn: 1, text, tokens: 1, at: 1_700_000_000_000 };
}

async function reopen(): Promise<FileSessionLog> {
  await log?.close();
  log = await FileSessionLog.open(dir, 's1');
  return log;
}

/** Keeps the thread busy. @param ms at least */
function spin(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

async function all(from: FileSessionLog): Promise<SessionEvent[]> {
  const events: SessionEvent[] = [];
  for await (const event of from.read()) events.push(event);
  return events;
}

describe('FileSessionLog', () => {
  it('gives back what was appended, numbered from 1 without gaps, also after reopening', async () => {
    const first = await reopen();
    const appended = await first.append([user('a'), user('line\u2028separator\nnewline \u0000 ü \ud800')]);
    expect(appended.map((event) => event.seq)).toEqual([1, 2]);
    expect(await all(first)).toEqual(appended);
    const second = await reopen();
    const [third] = await second.append([user('c')]);
    expect(third).toEqual({ ...user('c'), seq: 3 });
    expect((await all(second)).slice(0, 2)).toEqual(appended);
    expect(await second.append([])).toEqual([]);
  });

  it('numbers concurrent appends in call order and writes them together', async () => {
    const opened = await reopen();
    const batches = Array.from({ length: 200 }, (_, i) => [user(`${i}a`), user(`${i}b`)]);
    const results = await Promise.all(batches.map((batch) => opened.append(batch)));
    expect(results.flat().map((event) => event.seq)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    expect(await all(opened)).toEqual(results.flat());
  });

  it('numbers events itself, even ones that come from another log', async () => {
    const opened = await reopen();
    const foreign: SessionEvent = { ...user('a'), seq: 77 };
    const [event] = await opened.append([foreign]);
    expect(event?.seq).toBe(1);
    expect((await all(opened))[0]?.seq).toBe(1);
  });

  it('does not see changes made to an event after the call', async () => {
    const opened = await reopen();
    const event = { ...user('before'), text: 'before' };
    const done = opened.append([event as NewSessionEvent]);
    event.text = 'after';
    await done;
    expect(await all(opened)).toMatchObject([{ text: 'before' }]);
  });

  it('is held until it is closed, and refuses appends afterwards', async () => {
    const opened = await reopen();
    await expect(FileSessionLog.open(dir, 's1')).rejects.toThrow(HeldElsewhereError);
    const last = opened.append([user('last')]);
    await opened.close();
    expect(await last).toMatchObject([{ seq: 1 }]);
    await expect(opened.append([user('late')])).rejects.toThrow(JournalError);
    expect(await all(await reopen())).toHaveLength(1);
  });

  it('refuses ids that would leave the folder', async () => {
    for (const id of ['../x', '', 'a/b', '.', '..', 'a\\b']) {
      await expect(FileSessionLog.open(dir, id)).rejects.toThrow(JournalError);
    }
  });

  it('cut anywhere, keeps every event before the cut and goes on', async () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { minLength: 1, maxLength: 6 });
    const tail = fc.constantFrom('', '\0', '\0'.repeat(5000), '\0\0{"se\0\n\0\n');
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.double({ min: 0, max: 1, noNaN: true }),
        tail,
        async (written, where, zeros) => {
          const session = `cut-${run++}`;
          const before = await FileSessionLog.open(dir, session);
          const events = await before.append(written.map(user));
          await before.close();
          const bytes = await readFile(before.path);
          const cut = Math.floor(where * bytes.length);
          await truncate(before.path, cut);
          await appendFile(before.path, zeros);

          const whole = bytes.subarray(0, cut).filter((byte) => byte === 0x0a).length;
          const after = await FileSessionLog.open(dir, session);
          expect(await all(after)).toEqual(events.slice(0, whole));
          const [next] = await after.append([user('next')]);
          expect(next?.seq).toBe(whole + 1);
          expect(await all(after)).toEqual([...events.slice(0, whole), next]);
          await after.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('cut at every single byte, keeps every event before the cut', async () => {
    const opened = await reopen();
    const events = await opened.append([user('one'), user('zwei ü'), user('three')]);
    await opened.close();
    const bytes = await readFile(opened.path);
    for (let cut = bytes.length; cut >= 0; cut--) {
      await writeFile(opened.path, bytes.subarray(0, cut));
      const whole = bytes.subarray(0, cut).filter((byte) => byte === 0x0a).length;
      expect(await all(await reopen())).toEqual(events.slice(0, whole));
    }
  });

  it('names the damaged line and deletes nothing when the damage is not at the end', async () => {
    const opened = await reopen();
    await opened.append([user('one'), user('two'), user('three')]);
    await opened.close();
    const lines = (await readFile(opened.path, 'utf8')).split('\n');
    const damages: readonly [number, string][] = [
      [2, [lines[0], lines[1]?.slice(0, -3), lines[2], ''].join('\n')],
      [2, [lines[0], `\0\0\0${lines[1]?.slice(3)}`, lines[2], ''].join('\n')],
      [2, [lines[0], lines[2], ''].join('\n')],
      [2, [lines[0], '', lines[1], lines[2], ''].join('\n')],
      [3, [lines[0], lines[1], lines[2]?.replace('"seq":3', '"seq":4'), ''].join('\n')],
      [3, [lines[0], lines[1], 'garbage', ''].join('\n')],
      [1, ['null', ''].join('\n')],
    ];
    for (const [line, text] of damages) {
      await writeFile(opened.path, text);
      const attempt = FileSessionLog.open(dir, 's1');
      await expect(attempt).rejects.toThrow(JournalError);
      await expect(attempt).rejects.toThrow(`damaged at line ${line}:`);
      expect(await readFile(opened.path, 'utf8')).toBe(text);
    }
  });

  it('names the damaged line when it is read, where the damage is inside a line that begins and ends well', async () => {
    const opened = await reopen();
    await opened.append([user('one'), user('two'), user('three')]);
    const whole = await readFile(opened.path, 'utf8');
    const text = whole.replace('"two"', '"two');
    await writeFile(opened.path, text);
    const damaged = await reopen();
    await expect(all(damaged)).rejects.toThrow('damaged at line 2:');
    expect(await readFile(opened.path, 'utf8')).toBe(text);
    await writeFile(opened.path, whole.replace('"three"', '"three'));
    await expect(reopen()).rejects.toThrow('damaged at line 3:');
  });

  it('lets others have their turn while a long log is opened and read', async () => {
    const opened = await reopen();
    await opened.append(Array.from({ length: 40_000 }, (_, i) => user(`${i} ${'x'.repeat(300)}`)));
    let turns = 0;
    let going = true;
    const turn = () => {
      turns++;
      if (going) setImmediate(turn);
    };
    setImmediate(turn);
    // A fold that never waits for anything: 2 ms for every 50 events.
    let run = { turns: 0, ms: 0 };
    let longest = 0;
    for await (const event of (await reopen()).read()) {
      if (event.seq % 50 > 0) continue;
      spin(2);
      run = { turns, ms: run.turns === turns ? run.ms + 2 : 2 };
      longest = Math.max(longest, run.ms);
    }
    going = false;
    expect(longest).toBeLessThanOrEqual(12);
  });

  it('after kill -9 holds every acknowledged event once', async () => {
    for (let round = 0; round < 3; round++) {
      const child = start('append', dir, 's1');
      let acknowledged = 0;
      const enough = 60 + round * 31;
      while (acknowledged < enough) acknowledged = Number(await child.line());
      await child.kill();
      for (let line = await child.line(); line !== undefined; line = await child.line()) {
        acknowledged = Number(line);
      }
      const events = await all(await reopen());
      expect(events.length).toBeGreaterThanOrEqual(acknowledged);
      expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
      await log?.close();
      await rm(join(dir, 's1'), { recursive: true });
    }
  }, 60_000);

  it.skipIf(process.platform === 'win32')(
    'survives a write that fails half-way: nothing torn, seq goes on',
    async () => {
      // The file size limit makes the kernel write a part and then refuse, as a full disk does.
      const run = spawnSync(
        'sh',
        [
          '-c',
          'ulimit -f 40; exec "$0" "$@"',
          process.execPath,
          join(programDir, 'program.cjs'),
          'fill',
          dir,
          's1',
          '6000',
        ],
        { encoding: 'utf8' },
      );
      const lines = run.stdout.trim().split('\n');
      const ok = lines.filter((line) => line.startsWith('ok')).length;
      expect(ok).toBeGreaterThan(1);
      expect(lines[ok]).toMatch(
        /^failed The session log .*events\.jsonl could not be written: EFBIG.*Free some space/,
      );
      expect(lines[ok + 1]).toBe(`short ${ok + 1}`);
      const opened = await reopen();
      const events = await all(opened);
      expect(events).toHaveLength(ok + 1);
      expect(events.at(-1)).toMatchObject({ text: 'short' });
      expect((await stat(opened.path)).size).toBe(
        events.reduce((sum, event) => sum + Buffer.byteLength(JSON.stringify(event)) + 1, 0),
      );
    },
  );
});
