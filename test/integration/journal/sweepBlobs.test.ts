/** What the sweep takes out of a blob store and what it leaves, on real files. */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NewSessionEvent } from '../../../src/engine/events';
import { FileBlobStore } from '../../../src/journal/fileBlobStore';
import { acquireProcessLock } from '../../../src/journal/processLock';
import { listTrash, trashSession } from '../../../src/journal/sessionTrash';
import { checkpoint, DAY, edited, kept, SweptStore, started, stored, UNLIMITED } from './SweptStore';

let disk: SweptStore;
let store: FileBlobStore;
beforeEach(async () => {
  disk = await SweptStore.make();
  store = await FileBlobStore.open(disk.blobs);
});
afterEach(async () => {
  vi.useRealTimers();
  await disk.remove();
});

describe('texts that no log names', () => {
  it('go when they are old, and only they', async () => {
    const lost = await store.put('lost');
    const named = await store.put('named');
    const deleted = await store.put('of a deleted chat');
    await disk.age(8);
    const fresh = await store.put('fresh');
    await disk.record('s', started, stored(named));
    await disk.record('gone', started, stored(deleted));
    await trashSession(disk.sessions, 'gone', Date.now());
    expect(await disk.sweep()).toEqual({ unnamed: 1, copies: 0 });
    expect(await disk.areThere([lost, named, deleted, fresh])).toEqual([false, true, true, true]);
    await expect(store.get(lost)).rejects.toThrow(/missing/);
  });

  it('stay when they were put again, by a store that has known them long', async () => {
    const hash = await store.put('again');
    await disk.record('s', started);
    await disk.age(8);
    await (await FileBlobStore.open(disk.blobs)).put('again');
    expect(await disk.sweep()).toEqual({ unnamed: 0, copies: 0 });
    expect(await store.get(hash)).toBe('again');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * DAY });
    await disk.age(8);
    // It was there two days ago: that says nothing of today.
    await store.put('again');
    await disk.sweep();
    expect(await store.get(hash)).toBe('again');
  });

  it('stay when there is no session at all, or a log that cannot be read', async () => {
    const hash = await store.put('all that is left');
    await disk.age(30);
    expect(await disk.sweep()).toEqual({ unnamed: 0, copies: 0 });
    await rm(join(disk.blobs, 'sweep'), { recursive: true });
    await disk.record('s', started);
    await mkdir(join(disk.sessions, 't', 'events.jsonl'), { recursive: true });
    await expect(disk.sweep()).rejects.toMatchObject({ name: 'JournalError' });
    expect(await disk.areThere([hash])).toEqual([true]);
  });

  it('stay when a damaged or torn line names them', async () => {
    const [one, two] = [await store.put('one'), await store.put('two')];
    await disk.age(30);
    await disk.record('s', started);
    await mkdir(join(disk.sessions, 't'));
    await writeFile(
      join(disk.sessions, 't', 'events.jsonl'),
      `{"seq":9,"type":"file.edited","x":"${one}"\n{"${two}`,
    );
    await disk.sweep();
    expect(await disk.areThere([one, two])).toEqual([true, true]);
  });
});

it('sweeps a store once a day, and never two at once', async () => {
  await disk.record('s', started);
  await store.put('lost');
  await disk.age(8);
  const lock = await acquireProcessLock(join(disk.blobs, 'sweep', 'lock'));
  expect(await disk.sweep()).toBeUndefined();
  await lock.release();
  expect(await disk.sweep()).toEqual({ unnamed: 1, copies: 0 });
  expect(await disk.sweep()).toBeUndefined();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + DAY });
  expect(await disk.sweep()).toEqual({ unnamed: 0, copies: 0 });
});

it('puts back what a killed sweep has left aside', async () => {
  const hash = await store.put('needed');
  await disk.record('s', started, stored(hash));
  await mkdir(join(disk.blobs, 'sweep'));
  await rename(disk.pathOf(hash), join(disk.blobs, 'sweep', hash));
  expect(await (await FileBlobStore.open(disk.blobs)).get(hash)).toBe('needed');
  await disk.age(30);
  await disk.sweep();
  expect(await disk.areThere([hash])).toEqual([true]);
  expect(await readdir(join(disk.blobs, 'sweep'))).toEqual(['last.json']);
});

describe('copies of files that only checkpoints need', () => {
  /** Three turns edit one file, each text of 1,000 bytes; all are kept. */
  async function threeTurns(): Promise<string[]> {
    const texts = await Promise.all(['a', 'b', 'c', 'd'].map((letter) => store.put(letter.repeat(1000))));
    const [a = '', b = '', c = '', d = ''] = texts;
    await disk.record(
      's',
      started,
      ...[checkpoint(1, 10), edited('f', a, b, 11), kept('f', 12)],
      ...[checkpoint(2, 20), edited('f', b, c, 21), kept('f', 22)],
      ...[checkpoint(3, 30), edited('f', c, d, 31), kept('f', 32)],
    );
    await disk.age(8);
    return texts;
  }
  const whatIsLeft = async (texts: readonly string[]) => {
    const there = await disk.areThere(texts);
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
    await disk.sweep(limit);
    expect(await whatIsLeft(texts)).toBe(expected);
  });

  it('stay for a week', async () => {
    const texts = await threeTurns();
    await disk.age(6);
    await disk.sweep(0);
    expect(await whatIsLeft(texts)).toBe('abcd');
  });

  it('stay when a request is rebuilt from them, in whichever chat', async () => {
    const texts = await threeTurns();
    await disk.record('other', started, stored(texts[1] ?? ''));
    await disk.sweep(0);
    expect(await whatIsLeft(texts)).toBe('b');
  });

  it('stay while a change waits for review, in a chat or in one that goes on from where it did', async () => {
    const texts = await threeTurns();
    // After its sixth event the second edit waits.
    await disk.fork('f', 's', 6);
    await disk.fork('deeper', 'f', 7);
    await rm(join(disk.sessions, 'f'), { recursive: true });
    await disk.sweep(0);
    expect(await whatIsLeft(texts)).toBe('');
    expect(await listTrash(disk.sessions)).toEqual([]);
  });

  it('of a fork wait as they did where it began', async () => {
    const texts = await threeTurns();
    await disk.fork('f', 's', 6);
    await disk.sweep(0);
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
    await disk.record('s', edited('f', c, d, 40), left);
    await disk.sweep(0);
    // The log that has taken them may have been read before it did.
    expect(await whatIsLeft(texts)).toBe(expected);
  });

  it('stay where they were taken over, and where a crash has left a change undecided', async () => {
    const texts = await threeTurns();
    const [a = '', b = '', c = '', d = ''] = texts;
    const pending = [{ path: 'f', baseline: a, last: b }];
    await disk.record('t', started, { type: 'changes.taken', from: 's', changed: [], pending, at: 50 });
    await disk.record('u', started, {
      type: 'file.editing',
      kind: 'write',
      path: 'f',
      before: c,
      after: d,
      basedOn: [],
      at: 50,
    });
    await disk.sweep(0);
    expect(await whatIsLeft(texts)).toBe('abcd');
  });

  it('of a sub-agent are reviewed where it was started', async () => {
    const texts = await threeTurns();
    await disk.fork('p', 's', 0, 'process');
    await disk.record('p', edited('f', texts[0] ?? '', texts[1] ?? '', 40));
    await disk.sweep(0);
    expect(await whatIsLeft(texts)).toBe('');
  });

  it('are as young as the checkpoint at which they waited', async () => {
    const [a = '', b = '', x = '', y = ''] = await Promise.all(
      ['a', 'b', 'x', 'y'].map((letter) => store.put(letter.repeat(1000))),
    );
    await disk.record(
      's',
      started,
      ...[checkpoint(1, 10), edited('f', a, b, 11)],
      ...[checkpoint(2, 20), edited('g', x, y, 21)],
      ...[checkpoint(3, 30), kept('f', 31), kept('g', 32)],
    );
    await disk.age(8);
    await disk.sweep(4000);
    expect(await disk.areThere([a, b, x, y])).toEqual([true, true, true, true]);
  });
});
