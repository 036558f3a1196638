/** What the sweep takes out of a blob store and what it never does, on real files, beside others that put and read. */
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChangeLedger } from '../../../src/engine/changes/ChangeLedger';
import type { PendingChange } from '../../../src/engine/changes/changeEvents';
import type { NewSessionEvent } from '../../../src/engine/events';
import { FileBlobStore } from '../../../src/journal/fileBlobStore';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';
import { acquireProcessLock } from '../../../src/journal/processLock';
import { listSessions, readLineage } from '../../../src/journal/sessionFiles';
import { listTrash, restoreSession, trashSession } from '../../../src/journal/sessionTrash';
import { sha256 } from '../../../src/journal/sha256';
import { type Swept, sweepBlobs } from '../../../src/journal/sweepBlobs';
import { bundleProgram } from './childProgram';

const DAY = 24 * 60 * 60_000;
const UNLIMITED = Number.POSITIVE_INFINITY;

let home: string;
let dir: string;
let sessions: string;
let store: FileBlobStore;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'vc-sweep-'));
  dir = join(home, 'blobs');
  sessions = join(home, 'sessions');
  store = await FileBlobStore.open(dir);
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(home, { recursive: true });
});

const pathOf = (hash: string) => join(dir, hash.slice(0, 2), hash);
const isThere = (hash: string) =>
  stat(pathOf(hash)).then(
    () => true,
    () => false,
  );

async function blobFiles(): Promise<string[]> {
  const names = await readdir(dir, { recursive: true });
  return names.filter((name) => /[0-9a-f]{64}$/.test(name)).map((name) => join(dir, name));
}

/** All texts that are there now were put so long ago. */
async function age(days: number): Promise<void> {
  const at = (Date.now() - days * DAY) / 1000;
  for (const path of await blobFiles()) await utimes(path, at, at);
}

async function record(id: string, ...events: NewSessionEvent[]): Promise<void> {
  const log = await FileSessionLog.open(sessions, id);
  await log.append(events);
  await log.close();
}

const fork = async (id: string, from: string, through: number, kind: 'session' | 'process' = 'session') =>
  (await FileSessionLog.fork(sessions, id, { from, through, kind }, 1)).close();

const sweep = (maxCheckpointBytes = UNLIMITED): Promise<Swept | undefined> =>
  sweepBlobs({ blobs: dir, sessions, maxCheckpointBytes, now: Date.now() });

const started: NewSessionEvent = { type: 'session.started', workspace: ['w'], at: 1 };
const stored = (text: string): NewSessionEvent => ({ type: 'attachment.stored', label: 'a', text, at: 1 });
const checkpoint = (turn: number, at: number): NewSessionEvent => ({ type: 'checkpoint.created', turn, at });
const edited = (path: string, before: string, after: string, at: number): NewSessionEvent => {
  return { type: 'file.edited', path, before, after, basedOn: [], at };
};
const kept = (path: string, at: number): NewSessionEvent => {
  return { type: 'file.reviewed', path, decision: 'kept', at };
};

describe('texts that no log names', () => {
  it('go when they are old, and only they', async () => {
    const lost = await store.put('lost');
    const named = await store.put('named');
    const deleted = await store.put('of a deleted chat');
    await age(8);
    const fresh = await store.put('fresh');
    await record('s', started, stored(named));
    await record('gone', started, stored(deleted));
    await trashSession(sessions, 'gone', Date.now());
    expect(await sweep()).toEqual({ unnamed: 1, copies: 0 });
    expect(await Promise.all([lost, named, deleted, fresh].map(isThere))).toEqual([false, true, true, true]);
    await expect(store.get(lost)).rejects.toThrow(/missing/);
  });

  it('stay when they were put again, by a store that has known them long', async () => {
    const hash = await store.put('again');
    await record('s', started);
    await age(8);
    await (await FileBlobStore.open(dir)).put('again');
    expect(await sweep()).toEqual({ unnamed: 0, copies: 0 });
    expect(await store.get(hash)).toBe('again');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * DAY });
    await age(8);
    // It was there two days ago: that says nothing of today.
    await store.put('again');
    await sweep();
    expect(await store.get(hash)).toBe('again');
  });

  it('stay when there is no session at all, or a log that cannot be read', async () => {
    const hash = await store.put('all that is left');
    await age(30);
    expect(await sweep()).toEqual({ unnamed: 0, copies: 0 });
    await rm(join(dir, 'sweep'), { recursive: true });
    await record('s', started);
    await mkdir(join(sessions, 't', 'events.jsonl'), { recursive: true });
    await expect(sweep()).rejects.toMatchObject({ name: 'JournalError' });
    expect(await isThere(hash)).toBe(true);
  });

  it('stay when a damaged or torn line names them', async () => {
    const [one, two] = [await store.put('one'), await store.put('two')];
    await age(30);
    await record('s', started);
    await mkdir(join(sessions, 't'));
    await writeFile(
      join(sessions, 't', 'events.jsonl'),
      `{"seq":9,"type":"file.edited","x":"${one}"\n{"${two}`,
    );
    await sweep();
    expect(await Promise.all([one, two].map(isThere))).toEqual([true, true]);
  });
});

it('sweeps a store once a day, and never two at once', async () => {
  await record('s', started);
  await store.put('lost');
  await age(8);
  const lock = await acquireProcessLock(join(dir, 'sweep', 'lock'));
  expect(await sweep()).toBeUndefined();
  await lock.release();
  expect(await sweep()).toEqual({ unnamed: 1, copies: 0 });
  expect(await sweep()).toBeUndefined();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + DAY });
  expect(await sweep()).toEqual({ unnamed: 0, copies: 0 });
});

it('puts back what a killed sweep has left aside', async () => {
  const hash = await store.put('needed');
  await record('s', started, stored(hash));
  await mkdir(join(dir, 'sweep'));
  await rename(pathOf(hash), join(dir, 'sweep', hash));
  expect(await (await FileBlobStore.open(dir)).get(hash)).toBe('needed');
  await age(30);
  await sweep();
  expect(await isThere(hash)).toBe(true);
  expect(await readdir(join(dir, 'sweep'))).toEqual(['last.json']);
});

describe('copies of files that only checkpoints need', () => {
  /** Three turns edit one file, each text of 1,000 bytes; all are kept. */
  async function threeTurns(): Promise<string[]> {
    const texts = await Promise.all(['a', 'b', 'c', 'd'].map((letter) => store.put(letter.repeat(1000))));
    const [a = '', b = '', c = '', d = ''] = texts;
    await record(
      's',
      started,
      ...[checkpoint(1, 10), edited('f', a, b, 11), kept('f', 12)],
      ...[checkpoint(2, 20), edited('f', b, c, 21), kept('f', 22)],
      ...[checkpoint(3, 30), edited('f', c, d, 31), kept('f', 32)],
    );
    await age(8);
    return texts;
  }
  const whatIsLeft = async (texts: readonly string[]) => {
    const there = await Promise.all(texts.map(isThere));
    return texts.flatMap((_, n) => (there[n] ? ['abcd'[n]] : [])).join('');
  };

  it.each([
    [UNLIMITED, 'abcd'],
    [4000, 'abcd'],
    [3999, 'bcd'],
    [2500, 'cd'],
    [0, ''],
  ])('of %d bytes the oldest go first', async (limit, expected) => {
    const texts = await threeTurns();
    await sweep(limit);
    expect(await whatIsLeft(texts)).toBe(expected);
  });

  it('stay for a week', async () => {
    const texts = await threeTurns();
    await age(6);
    await sweep(0);
    expect(await whatIsLeft(texts)).toBe('abcd');
  });

  it('stay when a request is rebuilt from them, in whichever chat', async () => {
    const texts = await threeTurns();
    await record('other', started, stored(texts[1] ?? ''));
    await sweep(0);
    expect(await whatIsLeft(texts)).toBe('b');
  });

  it('stay while a change waits for review, in a chat or in one that goes on from where it did', async () => {
    const texts = await threeTurns();
    // After its sixth event the second edit waits.
    await fork('f', 's', 6);
    await fork('deeper', 'f', 7);
    await rm(join(sessions, 'f'), { recursive: true });
    await sweep(0);
    expect(await whatIsLeft(texts)).toBe('');
    expect(await listTrash(sessions)).toEqual([]);
  });

  it('of a fork wait as they did where it began', async () => {
    const texts = await threeTurns();
    await fork('f', 's', 6);
    await sweep(0);
    expect(await whatIsLeft(texts)).toBe('bc');
  });

  it.each([
    ['lately', 1, 'cd'],
    ['long ago', 8, ''],
  ])('of changes that were handed over %s', async (_, days, expected) => {
    const texts = await threeTurns();
    const [, , c = '', d = ''] = texts;
    const at = Date.now() - days * DAY;
    const left: NewSessionEvent = { type: 'changes.left', to: 'elsewhere', paths: ['f'], at };
    await record('s', edited('f', c, d, 40), left);
    await sweep(0);
    // The log that has taken them may have been read before it did.
    expect(await whatIsLeft(texts)).toBe(expected);
  });

  it('stay where they were taken over, and where a crash has left a change undecided', async () => {
    const texts = await threeTurns();
    const [a = '', b = '', c = '', d = ''] = texts;
    const pending = [{ path: 'f', baseline: a, last: b }];
    await record('t', started, { type: 'changes.taken', from: 's', changed: [], pending, at: 50 });
    await record('u', started, {
      type: 'file.editing',
      kind: 'write',
      path: 'f',
      before: c,
      after: d,
      basedOn: [],
      at: 50,
    });
    await sweep(0);
    expect(await whatIsLeft(texts)).toBe('abcd');
  });

  it('of a sub-agent are reviewed where it was started', async () => {
    const texts = await threeTurns();
    await fork('p', 's', 0, 'process');
    await record('p', edited('f', texts[0] ?? '', texts[1] ?? '', 40));
    await sweep(0);
    expect(await whatIsLeft(texts)).toBe('');
  });

  it('are as young as the checkpoint at which they waited', async () => {
    const [a = '', b = '', x = '', y = ''] = await Promise.all(
      ['a', 'b', 'x', 'y'].map((letter) => store.put(letter.repeat(1000))),
    );
    await record(
      's',
      started,
      ...[checkpoint(1, 10), edited('f', a, b, 11)],
      ...[checkpoint(2, 20), edited('g', x, y, 21)],
      ...[checkpoint(3, 30), kept('f', 31), kept('g', 32)],
    );
    await age(8);
    await sweep(4000);
    expect(await Promise.all([a, b, x, y].map(isThere))).toEqual([true, true, true, true]);
  });
});

/** One act of a window, a person or the clock. */
type Act =
  | { readonly kind: 'note' | 'edit' | 'keep' | 'hold'; readonly session: number; readonly text: number }
  | { readonly kind: 'name' | 'trash' | 'restore' | 'fork'; readonly session: number }
  | { readonly kind: 'sweep'; readonly limit: number; readonly texts: readonly number[] }
  | { readonly kind: 'days'; readonly days: number };

const session = fc.nat(2);
const text = fc.nat(7);
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constantFrom('note', 'edit', 'keep', 'hold'), session, text }),
  fc.record({ kind: fc.constantFrom('name', 'trash', 'restore', 'fork'), session }),
  fc.record({
    kind: fc.constant('sweep' as const),
    limit: fc.constantFrom(0, 20, UNLIMITED),
    texts: fc.array(text, { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('days' as const), days: fc.integer({ min: 1, max: 9 }) }),
);

it('never takes what is named, waits or was just put, whatever two windows do', {
  timeout: 180_000,
}, async () => {
  const begun = Date.now();
  let removed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 40 }), async (acts) => {
      await rm(home, { recursive: true });
      const stores = [await FileBlobStore.open(dir), await FileBlobStore.open(dir)];
      // Files are written at the real time, which is later: they are dated once an act is over.
      vi.useFakeTimers({ toFake: ['Date'], now: begun - 1000 * DAY });
      const date = async () => {
        for (const path of await blobFiles())
          if ((await stat(path)).mtimeMs > begun - DAY)
            await utimes(path, Date.now() / 1000, Date.now() / 1000);
      };
      /** Put, and not yet named by a log. */
      let held: { readonly hash: string; readonly at: number }[] = [];
      /** Named beside changes. */
      const needed = new Map<string, string>();
      let puts = 0;
      let chats = 0;
      const put = (n: number) => (stores[puts++ % 2] as FileBlobStore).put(`text ${n} of a few words`);
      for (const now of acts) {
        const ids = (await listSessions(sessions)).map(({ id }) => id).sort();
        const id = 'session' in now ? (ids[now.session % ids.length] ?? `s${chats++}`) : '';
        if (ids.length === 0 && id !== '') await record(id, started);
        if (now.kind === 'days') vi.setSystemTime(Date.now() + now.days * DAY);
        if (now.kind === 'hold') held.push({ hash: await put(now.text), at: Date.now() });
        if (now.kind === 'note') {
          const hash = await put(now.text);
          needed.set(hash, id);
          await record(id, stored(hash));
        }
        if (now.kind === 'name') {
          for (const { hash } of held) {
            needed.set(hash, id);
            await record(id, stored(hash));
          }
          held = [];
        }
        if (now.kind === 'edit') {
          const [before, after] = [await put(now.text), await put(now.text + 1)];
          await record(id, checkpoint(1, Date.now()), edited(`f${now.text}`, before, after, Date.now()));
        }
        if (now.kind === 'keep') await record(id, kept(`f${now.text}`, Date.now()));
        if (now.kind === 'trash') await trashSession(sessions, id, Date.now());
        if (now.kind === 'restore') {
          const [first] = await listTrash(sessions);
          if (first) await restoreSession(sessions, first.id);
        }
        if (now.kind === 'fork') {
          let through = 0;
          for await (const event of readLineage(sessions, id)) through = event.seq;
          await fork(`s${chats++}`, id, through);
        }
        if (now.kind === 'sweep') {
          const [swept, ...hashes] = await Promise.all([sweep(now.limit), ...now.texts.map(put)]);
          removed += (swept?.unnamed ?? 0) + (swept?.copies ?? 0);
          held.push(...hashes.map((hash) => ({ hash, at: Date.now() })));
        }
        await date();
        // A call may wait for the person; it does not wait for longer than this.
        held = held.filter(({ at }) => Date.now() - at <= 5 * DAY);
        const other = await FileBlobStore.open(dir);
        for (const { hash } of held) expect(sha256(await other.get(hash))).toBe(hash);
        for (const hash of needed.keys()) expect(sha256(await other.get(hash))).toBe(hash);
        for (const hash of await waiting()) expect(sha256(await other.get(hash))).toBe(hash);
      }
      vi.useRealTimers();
    }),
    { numRuns: 25 },
  );
  expect(removed).toBeGreaterThan(0);
});

async function waiting(): Promise<readonly string[]> {
  const hashes: string[] = [];
  for (const { id } of await listSessions(sessions)) {
    const ledger = new ChangeLedger();
    for await (const event of readLineage(sessions, id)) ledger.apply(event);
    hashes.push(...[...ledger.pending.values()].flatMap(textsOf));
  }
  return hashes;
}

function textsOf({ baseline, last }: PendingChange): readonly string[] {
  return [baseline, last].filter((hash) => hash !== undefined);
}

it('after kill -9 at any moment all that is named or was put since can be read', {
  timeout: 120_000,
}, async () => {
  const program = await bundleProgram(join(import.meta.dirname, 'sweepProgram.ts'), home);
  await record('s', started);
  let swept = 0;
  for (let round = 0; round < 10; round++) {
    const names = Array.from({ length: 300 }, (_, n) => `text ${round} ${n}`);
    const writer = await FileBlobStore.open(dir);
    const hashes = await Promise.all(names.map((name) => writer.put(name)));
    const named = hashes.slice(0, 40);
    await record('s', ...named.map(stored));
    await age(8);
    const before = (await blobFiles()).length;
    const child = program(dir, sessions);
    expect(await child.line()).toBe('ready');
    // Another window, which does not know that they are there, puts some of them.
    const other = await FileBlobStore.open(dir);
    const put: string[] = [];
    const end = Date.now() + 40 + round * 20;
    for (let n = 299; n > 40 && Date.now() < end; n -= 3) put.push(await other.put(names[n] ?? ''));
    await child.kill();
    swept += before - (await blobFiles()).length;
    const reader = await FileBlobStore.open(dir);
    for (const hash of [...named, ...put]) expect(sha256(await reader.get(hash))).toBe(hash);
  }
  expect(swept).toBeGreaterThan(0);
});
