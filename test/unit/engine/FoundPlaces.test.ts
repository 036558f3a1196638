import { beforeEach, describe, expect, it } from 'vitest';
import { FoundPlaces } from '../../../src/engine/FoundPlaces';
import { SessionState } from '../../../src/engine/SessionState';
import { TieredFaultHandler } from '../../../src/engine/TieredFaultHandler';
import { codeHit, FakeStorage } from '../../support/fakeStorage';
import { type MemoryWorld, memoryWorld, roughCounter } from '../../support/memoryPorts';

const never = new AbortController().signal;
const query = { text: 'q', page: 1, pageSize: 8 };

let world: MemoryWorld;
let storage: FakeStorage;
let found: FoundPlaces;

beforeEach(() => {
  world = memoryWorld();
  storage = new FakeStorage();
  found = new FoundPlaces(storage);
});

async function read(startLine: number, endLine: number): Promise<string> {
  const state = new SessionState('s1', world.blobs, roughCounter, () => 1000);
  const faults = new TieredFaultHandler({ ...world.parts, state, found }, 2000);
  return (await faults.readFile({ path: 'a.ts', startLine, endLine }, never)).text;
}

describe('a place that a search has shown', () => {
  it('is served without a word when it is as it was found, whatever its line ends', async () => {
    world.files.set('a.ts', 'zero\r\none\r\ntwo\r\n');
    storage.code = [codeHit('a.ts', 'one\ntwo', 1, 2)];
    await found.searchWorkspace(query, never);
    expect(await read(2, 3)).not.toContain('older text');
    expect(storage.refreshed).toEqual([]);
  });

  it('is served as it is now when the file moved on: the result says so once, and the index is told', async () => {
    world.files.set('a.ts', 'zero\nnew\none\ntwo\n');
    storage.code = [codeHit('a.ts', 'one\ntwo', 1, 2)];
    await found.searchWorkspace(query, never);
    const text = await read(1, 3);
    expect(text).toContain('    2\tnew\n');
    expect(text).toContain('[the index had an older text of lines 2-3: this is the file as it is now');
    expect(storage.refreshed).toEqual(['a.ts']);
    expect(await read(1, 3)).not.toContain('older text');
  });

  it('may have no lines any more', async () => {
    world.files.set('a.ts', 'zero\n');
    storage.code = [codeHit('a.ts', 'one\ntwo', 1, 2)];
    await found.searchWorkspace(query, never);
    expect(await read(2, 3)).toMatch(/lines 2-3 do not exist\.\n\[the index had an older text of lines 2-3/);
  });

  it('counts by itself: another one of the file may be right', async () => {
    world.files.set('a.ts', 'one\ntwo\nthree\nfour\n');
    storage.code = [codeHit('a.ts', 'one\ntwo', 1, 1), codeHit('a.ts', 'old\nolder', 1, 3)];
    await found.searchWorkspace(query, never);
    expect(await read(1, 2)).not.toContain('older text');
    expect(await read(1, 4)).toContain('older text of lines 3-4');
  });

  it('is a piece of a long line, too', async () => {
    world.files.set('a.ts', `${'x'.repeat(500)} middle ${'y'.repeat(500)}\n`);
    storage.code = [codeHit('a.ts', ' middle ', 1)];
    await found.searchWorkspace(query, never);
    expect(await read(1, 1)).not.toContain('older text');
  });

  it('is known by the newest generation, whichever answer comes last', async () => {
    world.files.set('a.ts', 'new\n');
    storage.code = [{ ...codeHit('a.ts', 'new', 1), generation: 8 }];
    await found.searchWorkspace(query, never);
    storage.code = [{ ...codeHit('a.ts', 'old', 1), generation: 7 }];
    await found.searchWorkspace(query, never);
    expect(await read(1, 1)).not.toContain('older text');
  });
});
