import { beforeEach, expect, it } from 'vitest';
import type { SessionEventBody } from '../../../src/engine/events';
import { filePageOf, rawRange, splitLines } from '../../../src/engine/filePages';
import type { ReplacedPage, ReplacementPolicy } from '../../../src/engine/replacement/ReplacementPolicy';
import { SessionState } from '../../../src/engine/SessionState';
import { numbered } from '../../support/engineChecks';
import { type MemoryWorld, memoryWorld, roughCounter } from '../../support/memoryPorts';

/** Notes what it is told. */
class NotingPolicy implements ReplacementPolicy {
  readonly name = 'lru';
  readonly told: (string | readonly [string, ReplacedPage])[] = [];

  admit(key: string, page: ReplacedPage): void {
    this.told.push([key, page]);
  }

  reference(key: string): void {
    this.told.push(key);
  }

  evict(): void {}

  victims(): readonly string[] {
    return [];
  }
}

let world: MemoryWorld;
let policy: NotingPolicy;
let state: SessionState;

beforeEach(() => {
  world = memoryWorld();
  world.files.set('a.ts', numbered('a', 60));
  policy = new NotingPolicy();
  state = new SessionState('s1', world.blobs, roughCounter, () => 1000, policy);
});

async function record(body: SessionEventBody): Promise<void> {
  for (const event of await world.log.append([{ ...body, at: 0 }])) await state.apply(event);
}

async function pagesOf(...ranges: readonly (readonly [number, number])[]) {
  const snapshot = await world.parts.files.read('a.ts', new AbortController().signal);
  return Promise.all(
    ranges.map(async ([startLine, endLine]) => {
      const text = rawRange(splitLines(snapshot.text), { startLine, endLine });
      return filePageOf(snapshot, { startLine, endLine }, await world.blobs.put(text));
    }),
  );
}

it('tells replacement of one use, whatever it showed of a file, and of what all of the file takes', async () => {
  const pages = await pagesOf([1, 10], [21, 30]);
  const result = { turn: 1, callId: 'c', name: 'read_file', isError: false, ms: 1 } as const;
  const shown = await world.blobs.put('shown');
  await record({
    type: 'function.result',
    ...result,
    address: 'tool:s1/1',
    result: shown,
    tokens: 200,
    pages,
  });
  await record({
    type: 'message.assistant',
    turn: 1,
    text: 'a.ts',
    calls: [],
    tokens: 5,
    references: pages.map(({ address }) => address),
  });
  const ahead = await pagesOf([41, 50]);
  await record({
    type: 'interrupt',
    kind: 'prefetch',
    text: '',
    tokens: 50,
    pages: ahead,
    body: shown,
    origin: 'prefetch',
    source: 'twin',
  });
  expect(policy.told).toEqual([
    ['file:a.ts', { tokens: 200, kind: 'file', prefetched: false }],
    'file:a.ts',
    ['file:a.ts', { tokens: 250, kind: 'file', prefetched: true }],
  ]);
});
