/** What the sweep never takes, whatever others do beside it and whenever it is killed. */
import { rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ChangeLedger } from '../../../src/engine/changes/ChangeLedger';
import type { PendingChange } from '../../../src/engine/changes/changeEvents';
import { FileBlobStore } from '../../../src/journal/fileBlobStore';
import { listSessions, readLineage } from '../../../src/journal/sessionFiles';
import { listTrash, restoreSession, trashSession } from '../../../src/journal/sessionTrash';
import { sha256 } from '../../../src/journal/sha256';
import { bundleProgram } from './childProgram';
import { checkpoint, DAY, edited, kept, SweptStore, started, stored, UNLIMITED } from './SweptStore';

let disk: SweptStore;
beforeEach(async () => {
  disk = await SweptStore.make();
});
afterEach(async () => {
  vi.useRealTimers();
  await disk.remove();
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
      await rm(disk.home, { recursive: true });
      const stores = [await FileBlobStore.open(disk.blobs), await FileBlobStore.open(disk.blobs)];
      // Files are written at the real time, which is later: they are dated once an act is over.
      vi.useFakeTimers({ toFake: ['Date'], now: begun - 1000 * DAY });
      const date = async () => {
        for (const path of await disk.blobFiles())
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
        const ids = (await listSessions(disk.sessions)).map(({ id }) => id).sort();
        const id = 'session' in now ? (ids[now.session % ids.length] ?? `s${chats++}`) : '';
        if (ids.length === 0 && id !== '') await disk.record(id, started);
        if (now.kind === 'days') vi.setSystemTime(Date.now() + now.days * DAY);
        if (now.kind === 'hold') held.push({ hash: await put(now.text), at: Date.now() });
        if (now.kind === 'note') {
          const hash = await put(now.text);
          needed.set(hash, id);
          await disk.record(id, stored(hash));
        }
        if (now.kind === 'name') {
          for (const { hash } of held) {
            needed.set(hash, id);
            await disk.record(id, stored(hash));
          }
          held = [];
        }
        if (now.kind === 'edit') {
          const [before, after] = [await put(now.text), await put(now.text + 1)];
          await disk.record(id, checkpoint(1, Date.now()), edited(`f${now.text}`, before, after, Date.now()));
        }
        if (now.kind === 'keep') await disk.record(id, kept(`f${now.text}`, Date.now()));
        if (now.kind === 'trash') await trashSession(disk.sessions, id, Date.now());
        if (now.kind === 'restore') {
          const [first] = await listTrash(disk.sessions);
          if (first) await restoreSession(disk.sessions, first.id);
        }
        if (now.kind === 'fork') {
          let through = 0;
          for await (const event of readLineage(disk.sessions, id)) through = event.seq;
          await disk.fork(`s${chats++}`, id, through);
        }
        if (now.kind === 'sweep') {
          const [swept, ...hashes] = await Promise.all([disk.sweep(now.limit), ...now.texts.map(put)]);
          removed += (swept?.unnamed ?? 0) + (swept?.copies ?? 0);
          held.push(...hashes.map((hash) => ({ hash, at: Date.now() })));
        }
        await date();
        // A call may wait for the person; it does not wait for longer than this.
        held = held.filter(({ at }) => Date.now() - at <= 5 * DAY);
        const other = await FileBlobStore.open(disk.blobs);
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
  for (const { id } of await listSessions(disk.sessions)) {
    const ledger = new ChangeLedger();
    for await (const event of readLineage(disk.sessions, id)) ledger.apply(event);
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
  const program = await bundleProgram(join(import.meta.dirname, 'sweepProgram.ts'), disk.home);
  await disk.record('s', started);
  let swept = 0;
  // On a slow disk nothing may be swept yet when it is killed: then it is given longer.
  for (let round = 0; round < 10 || (swept === 0 && round < 40); round++) {
    const names = Array.from({ length: 300 }, (_, n) => `text ${round} ${n}`);
    const writer = await FileBlobStore.open(disk.blobs);
    const hashes = await Promise.all(names.map((name) => writer.put(name)));
    const named = hashes.slice(0, 40);
    await disk.record('s', ...named.map(stored));
    await disk.age(8);
    const before = (await disk.blobFiles()).length;
    const child = program(disk.blobs, disk.sessions);
    expect(await child.line()).toBe('ready');
    // Another window, which does not know that they are there, puts some of them.
    const other = await FileBlobStore.open(disk.blobs);
    const put: string[] = [];
    const end = Date.now() + 40 + round * 20;
    for (let n = 299; n > 40 && Date.now() < end; n -= 3) put.push(await other.put(names[n] ?? ''));
    await child.kill();
    swept += before - (await disk.blobFiles()).length;
    const reader = await FileBlobStore.open(disk.blobs);
    for (const hash of [...named, ...put]) expect(sha256(await reader.get(hash))).toBe(hash);
  }
  expect(swept).toBeGreaterThan(0);
});
