import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KnownFile } from '../../../src/disk/Catalog';
import { PageRows } from '../../../src/disk/PageRows';
import { type PageRequest, readPages } from '../../../src/disk/readPages';
import { UnsavedFiles } from '../../../src/disk/UnsavedFiles';

const [one, two] = [Symbol('one'), Symbol('two')];
let root: string;
let read: string[];
let known: KnownFile | undefined;
let reindexed: string[];
let unsaved: UnsavedFiles;
let path: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'unsaved-'));
  path = join(root, 'a.txt');
  [read, reindexed, known] = [[], [], undefined];
  unsaved = new UnsavedFiles({
    reader: {
      // As the thread does it, on this one.
      async read(files: readonly PageRequest[]) {
        const rows = new PageRows();
        read.push(...files.map(({ text = '' }) => text));
        const results = [];
        for (const file of files) results.push(await readPages(file, undefined, rows));
        return { results, bytes: [rows.bytes()] };
      },
      rest: () => undefined,
      stop: () => undefined,
    },
    request: async (wanted) => (wanted === path ? { root, rel: 'a.txt', maxFileBytes: 1000 } : undefined),
    known: () => known,
    reindex: (paths) => reindexed.push(...paths),
  });
});

afterEach(() => {
  unsaved.dispose();
  rmSync(root, { recursive: true });
  vi.useRealTimers();
});

const texts = () => [...unsaved.files().values()].flatMap(({ pages }) => pages.map(({ text }) => text));

describe('UnsavedFiles', () => {
  it('does not cut what was overtaken', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => unsaved.set(one, path, `text ${i}`)));
    expect(texts()).toEqual(['text 19']);
    expect(read.length).toBeLessThanOrEqual(2);
  });

  it('shows what came last, and goes back to the other client', async () => {
    await unsaved.set(one, path, 'of one');
    await unsaved.set(two, path, 'of two');
    await unsaved.set(one, path, 'of one again');
    expect(texts()).toEqual(['of one again']);
    await unsaved.leave(one);
    expect(texts()).toEqual(['of two']);
    await unsaved.leave(two);
    expect(texts()).toEqual([]);
  });

  it('takes a text back that is given up while it is cut', async () => {
    await Promise.all([unsaved.set(one, path, 'text'), unsaved.set(one, path, null)]);
    expect(texts()).toEqual([]);
  });

  it('leaves out what the index does not want, and what is too large for it', async () => {
    await unsaved.set(one, join(root, 'b.txt'), 'text');
    await unsaved.set(one, path, 'x'.repeat(1001));
    expect(texts()).toEqual([]);
    await unsaved.set(one, path, '');
    expect([...unsaved.files().values()].map(({ pages }) => pages)).toEqual([[]]);
  });

  it('keeps no more than it may', async () => {
    await unsaved.set(one, path, 'small');
    await unsaved.set(two, path, 'x'.repeat(17 * 1024 * 1024));
    expect(texts()).toEqual(['small']);
  });

  it('serves what was saved until the index has it, a minute at most', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const save = async (text: string) => {
      await unsaved.set(one, path, text);
      writeFileSync(path, text);
      await unsaved.set(one, path, null);
    };
    await save('text');
    expect(texts()).toEqual(['text']);
    expect(reindexed).toEqual([path]);
    known = { root, rel: 'a.txt', size: 4 } as KnownFile;
    expect(texts()).toEqual([]);
    await save('other');
    expect(texts()).toEqual(['other']);
    vi.setSystemTime(Date.now() + 61_000);
    expect(texts()).toEqual([]);
  });
});
