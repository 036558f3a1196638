import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalError } from '../../../src/engine/errors';
import { FileBlobStore } from '../../../src/journal/fileBlobStore';
import { sha256 } from '../../../src/journal/sha256';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vc-blobs-'));
});
afterEach(() => rm(dir, { recursive: true }));

const pathOf = (hash: string) => join(dir, hash.slice(0, 2), hash);

describe('FileBlobStore', () => {
  it('gives back exactly what was put, also from another store on the same folder', async () => {
    const store = await FileBlobStore.open(dir);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        const hash = await store.put(text);
        expect(hash).toBe(sha256(text));
        expect(await store.get(hash)).toBe(text);
        expect(await (await FileBlobStore.open(dir)).get(hash)).toBe(text);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps byte order marks and carriage returns', async () => {
    const store = await FileBlobStore.open(dir);
    const text = '\ufeffa\r\nb\r\n';
    expect(await store.get(await store.put(text))).toBe(text);
  });

  it('stores the same text once, however often and concurrently it is put', async () => {
    const store = await FileBlobStore.open(dir);
    const hashes = await Promise.all(Array.from({ length: 50 }, () => store.put('same')));
    expect(new Set(hashes).size).toBe(1);
    expect((await readdir(dir)).sort()).toEqual([hashes[0]?.slice(0, 2), 'drafts'].sort());
    expect(await readdir(join(dir, 'drafts'))).toEqual([]);
  });

  it('reports damaged and missing blobs, and mends a truncated one when its text is put again', async () => {
    const hash = await (await FileBlobStore.open(dir)).put('precious');
    await writeFile(pathOf(hash), 'pre');
    const store = await FileBlobStore.open(dir);
    await expect(store.get(hash)).rejects.toThrow(/damaged/);
    await store.put('precious');
    expect(await readFile(pathOf(hash), 'utf8')).toBe('precious');
    await writeFile(pathOf(hash), 'preciouS');
    await expect(store.get(hash)).rejects.toThrow(JournalError);
    await rm(pathOf(hash));
    await expect(store.get(hash)).rejects.toThrow(/missing/);
  });

  it('never takes anything but a hash for a path', async () => {
    const store = await FileBlobStore.open(dir);
    for (const hash of ['', '../../etc/passwd', 'ab', `${'a'.repeat(63)}/`]) {
      await expect(store.get(hash)).rejects.toThrow("is not a blob's hash");
    }
  });

  it('throws with a next step when it cannot write, leaves nothing behind, and works again afterwards', async () => {
    const store = await FileBlobStore.open(dir);
    const hash = sha256('text');
    await writeFile(join(dir, hash.slice(0, 2)), 'a file where the folder should be');
    const attempt = store.put('text');
    await expect(attempt).rejects.toThrow(JournalError);
    await expect(attempt).rejects.toMatchObject({ nextStep: expect.stringContaining('Check') });
    expect(await readdir(join(dir, 'drafts'))).toEqual([]);
    await rm(join(dir, hash.slice(0, 2)));
    expect(await store.put('text')).toBe(hash);
    expect(await store.get(hash)).toBe('text');
  });

  it('clears drafts that a killed process left long ago, not those being written', async () => {
    const drafts = join(dir, 'drafts');
    await mkdir(drafts);
    await writeFile(join(drafts, 'old'), '');
    await writeFile(join(drafts, 'fresh'), '');
    await utimes(join(drafts, 'old'), 1000, 1000);
    await FileBlobStore.open(dir);
    expect(await readdir(drafts)).toEqual(['fresh']);
  });
});
