/** A text is put, or read, at the very moment at which the sweep takes it aside. */
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FileBlobStore } from '../../../src/journal/fileBlobStore';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';
import { sweepBlobs } from '../../../src/journal/sweepBlobs';

/** What happens just before and just after a blob is taken aside. */
const moment = vi.hoisted(() => ({
  before: async () => {},
  after: async () => {},
}));

vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof import('node:fs/promises')>();
  return {
    ...real,
    rename: async (from: string, to: string) => {
      const isAside = /[\\/]sweep[\\/][0-9a-f]{64}$/.test(to);
      if (isAside) await moment.before();
      await real.rename(from, to);
      if (isAside) await moment.after();
    },
  };
});

let home: string;
let dir: string;
let hash: string;
let other: FileBlobStore;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'vc-race-'));
  dir = join(home, 'blobs');
  hash = await (await FileBlobStore.open(dir)).put('text');
  await utimes(join(dir, hash.slice(0, 2), hash), 1000, 1000);
  other = await FileBlobStore.open(dir);
  const log = await FileSessionLog.open(join(home, 'sessions'), 's');
  await log.append([{ type: 'session.started', workspace: [], at: 1 }]);
  await log.close();
});
afterEach(async () => {
  Object.assign(moment, { before: async () => {}, after: async () => {} });
  await rm(home, { recursive: true });
});

const sweep = () =>
  sweepBlobs({
    blobs: dir,
    sessions: join(home, 'sessions'),
    maxCheckpointBytes: Number.POSITIVE_INFINITY,
    now: Date.now(),
  });

it('is removed when nothing happens', async () => {
  expect(await sweep()).toEqual({ unnamed: 1, copies: 0 });
  await expect(other.get(hash)).rejects.toMatchObject({ name: 'MissingBlobError' });
});

it.each(['before', 'after'] as const)('stays when it is put just %s', async (when) => {
  moment[when] = async () => void (await other.put('text'));
  await sweep();
  expect(await other.get(hash)).toBe('text');
  expect(await readdir(join(dir, 'sweep'))).toEqual(['last.json']);
  // And the next sweep takes it for new.
  await rm(join(dir, 'sweep', 'last.json'));
  moment.before = async () => {};
  moment.after = async () => {};
  expect(await sweep()).toEqual({ unnamed: 0, copies: 0 });
});

it('can be read while it is aside', async () => {
  let read = '';
  moment.after = async () => {
    read = await other.get(hash);
  };
  await sweep();
  expect(read).toBe('text');
});
