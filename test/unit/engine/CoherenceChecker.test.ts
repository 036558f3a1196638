import { beforeEach, expect, it } from 'vitest';
import { CoherenceChecker } from '../../../src/engine/CoherenceChecker';
import type { FilePage, SessionEvent } from '../../../src/engine/events';
import { filePageOf, rawRange, splitLines } from '../../../src/engine/filePages';
import { SessionState } from '../../../src/engine/SessionState';
import { type MemoryWorld, memoryWorld, roughCounter } from '../../support/memoryPorts';
import { newPage, start } from '../../support/newPage';

const never = new AbortController().signal;

let world: MemoryWorld;
let state: SessionState;
let checker: CoherenceChecker;

beforeEach(() => {
  world = memoryWorld();
  state = new SessionState('s1', world.blobs, roughCounter, () => 1000);
  checker = new CoherenceChecker({ ...world.parts, state });
});

async function shownPage(path: string, startLine: number, endLine: number): Promise<FilePage> {
  const snapshot = await world.files.read(path);
  const source = await world.blobs.put(rawRange(splitLines(snapshot.text), { startLine, endLine }));
  return filePageOf(snapshot, { startLine, endLine }, source);
}

function admit(...pages: readonly FilePage[]): void {
  for (const page of pages) state.pages.admit(newPage(page, 1), start);
}

it('reports the pages whose lines changed, with the diff, and only those', async () => {
  world.files.set('a.ts', 'one\ntwo\nthree\n');
  const [first, last] = [await shownPage('a.ts', 1, 1), await shownPage('a.ts', 3, 3)];
  admit(first, last);
  world.files.set('a.ts', 'one\ntwo\nTHREE\n');
  const { events, interrupt } = await checker.checkPages(never);
  expect(events).toEqual([{ type: 'page.stale', address: last.address, reason: 'the file has changed' }]);
  expect(interrupt).toContain('+THREE');
  // The other page has the new version, so that it is not read again and again.
  expect(state.pages.pages()[0]?.version).toBe('2');
});

it('reports a page whose line ends changed, or whose lines moved', async () => {
  world.files.set('a.ts', 'one\ntwo\n');
  admit(await shownPage('a.ts', 2, 2));
  world.files.set('a.ts', 'one\ntwo\r\n');
  expect((await checker.checkPages(never)).events).toHaveLength(1);
  world.files.set('a.ts', 'zero\none\ntwo\n');
  expect((await checker.checkPages(never)).events).toHaveLength(1);
});

it('reports a deleted file once it is marked no more', async () => {
  world.files.set('a.ts', 'one\n');
  const page = await shownPage('a.ts', 1, 1);
  admit(page);
  world.files.delete('a.ts');
  const { interrupt } = await checker.checkPages(never);
  expect(interrupt).toBe(`Stale: ${page.address}: a.ts was deleted, moved or made unreadable.`);
  state.pages.markStale(page.address);
  expect(await checker.checkPages(never)).toEqual({ events: [], interrupt: '' });
});

it('marks a note whose source changed, and leaves those that are not from files', async () => {
  world.files.set('a.ts', 'one\ntwo\n');
  const page = await shownPage('a.ts', 2, 2);
  const pin = (id: string, source: string) =>
    state.apply({
      type: 'note.pinned',
      note: { id, text: 'x', by: 'person', source },
      seq: 1,
      at: 0,
    } as SessionEvent);
  await pin('a1', page.address);
  await pin('b2', 'msg:s1/1');
  expect(await checker.checkNotes(never)).toEqual([]);
  world.files.set('a.ts', 'one\n2\n');
  const expected = { type: 'note.stale', id: 'a1', reason: 'the lines it was taken from have changed' };
  expect(await checker.checkNotes(never)).toEqual([expected]);
  world.files.delete('a.ts');
  expect(await checker.checkNotes(never)).toEqual([
    { ...expected, reason: 'its file can no longer be read' },
  ]);
  await state.apply({ ...expected, seq: 2, at: 0 } as SessionEvent);
  expect(await checker.checkNotes(never)).toEqual([]);
});
