import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/engine/addresses';
import type { FunctionOutcome } from '../../../src/engine/EngineFunction';
import type { SessionEvent, SessionEventBody } from '../../../src/engine/events';
import { rawRange, splitLines } from '../../../src/engine/filePages';
import { SessionState } from '../../../src/engine/SessionState';
import { TieredFaultHandler } from '../../../src/engine/TieredFaultHandler';
import type { Slice } from '../../../src/engine/textSlices';
import { numbered } from '../../support/engineChecks';
import { epochStarted } from '../../support/epochStarted';
import { type MemoryWorld, memoryWorld, roughCounter } from '../../support/memoryPorts';

const never = new AbortController().signal;

let world: MemoryWorld;
let state: SessionState;
let other: SessionEvent[];

beforeEach(() => {
  world = memoryWorld();
  state = new SessionState('s1', world.blobs, roughCounter, () => 1000);
  other = [];
});

function handler(maxTokens = 2000): TieredFaultHandler {
  async function* events(session: string) {
    yield* session === 's1' ? world.log.events : session === 's0' ? other : [];
  }
  const history = { sessions: async () => ['s1', 's0'], events, lineage: events };
  return new TieredFaultHandler({ ...world.parts, history, state }, maxTokens);
}

/** Records an event in this session as the engine does. */
async function record(body: SessionEventBody): Promise<void> {
  for (const event of await world.log.append([{ ...body, at: 0 }])) await state.apply(event);
}

/** Enters a result into the queue. @returns its text */
async function admit({ text, pages = [], fault, isError = false }: FunctionOutcome): Promise<string> {
  state.calls++;
  await record({
    type: 'function.result',
    turn: 1,
    callId: `call_${state.calls}`,
    name: 'read_file',
    address: `tool:s1/${state.calls}`,
    result: await world.blobs.put(text),
    tokens: Math.ceil(text.length / 4),
    isError,
    pages,
    ms: 1,
    ...(fault ? { fault } : {}),
  });
  return text;
}

/** Evicts everything that is resident. */
async function evictAll(): Promise<void> {
  const pages = state.pages
    .pages()
    .map(({ address, seq }) => ({ address, seq, kind: 'file', tokens: 1, label: '' }) as const);
  await record(await epochStarted(world.blobs, { epoch: state.epoch + 1, evicted: pages }));
}

describe('readFile', () => {
  it('serves any file in pages that are its bytes, whatever its lines look like', async () => {
    const line = fc.oneof(
      fc.string({ maxLength: 60 }).map((s) => s.replace(/[\r\n]/g, '')),
      fc.constant('x'.repeat(9000)),
      fc.constant(''),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 80 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 96, max: 900 }),
        async (lines, end, terminated, limit) => {
          world = memoryWorld();
          state = new SessionState('s1', world.blobs, roughCounter, () => 1000);
          const whole = lines.join(end) + (terminated ? end : '');
          fc.pre(whole !== '');
          world.files.set('a.ts', whole);
          const count = splitLines(whole).length;
          let startLine: number | undefined = 1;
          const served: string[] = [];
          while (startLine !== undefined) {
            const outcome = await handler(limit).readFile({ path: 'a.ts', startLine }, never);
            expect(outcome.fault).toEqual({ kind: 'major', tier: 'archival' });
            for (const page of outcome.pages ?? []) served.push(await world.blobs.get(page.source));
            await admit(outcome);
            const next: string | undefined = /go on with startLine: (\d+)\]$/.exec(outcome.text)?.[1];
            if (next === undefined) expect(outcome.pages?.at(-1)?.endLine).toBe(count);
            startLine = next === undefined ? undefined : Number(next);
          }
          expect(served.join('')).toBe(whole);
          const again = await handler(limit).readFile({ path: 'a.ts' }, never);
          expect(again.fault).toEqual({ kind: 'minor', tier: 'resident' });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('says what is the matter with empty files and lines that do not exist', async () => {
    world.files.set('empty.ts', '');
    world.files.set('a.ts', 'one\ntwo\n');
    expect((await handler().readFile({ path: 'empty.ts' }, never)).text).toBe('empty.ts is empty (0 lines).');
    expect(await handler().readFile({ path: 'a.ts', startLine: 3 }, never)).toMatchObject({
      isError: true,
      text: expect.stringContaining('has 2 lines'),
    });
    await expect(handler().readFile({ path: 'gone.ts' }, never)).rejects.toThrow('gone.ts does not exist.');
  });

  it('does not count lines as resident that have changed since, before anyone has said so', async () => {
    world.files.set('a.ts', 'one\ntwo\n');
    await admit(await handler().readFile({ path: 'a.ts' }, never));
    world.files.set('a.ts', 'one\nTWO\n');
    const outcome = await handler().readFile({ path: 'a.ts' }, never);
    expect(outcome.text).toContain('    2\tTWO');
  });

  it('names recall as the tier that served a page which was evicted before', async () => {
    world.files.set('a.ts', 'one\n');
    await admit(await handler().readFile({ path: 'a.ts' }, never));
    await evictAll();
    expect((await handler().readFile({ path: 'a.ts' }, never)).fault).toEqual({
      kind: 'major',
      tier: 'recall',
    });
  });

  it('tells lines that a note of the same lines had held from those never shown, once they are shown', async () => {
    world.files.set('a.ts', numbered('a', 20));
    const first = await handler().readFile({ path: 'a.ts' }, never);
    const [page] = first.pages ?? [];
    await record({
      type: 'note.pinned',
      note: { id: 'n', text: 'a', by: 'person' },
      ...(page ? { page } : {}),
    });
    expect(state.shownOf('a.ts')).toEqual([]);
    await admit(first);
    expect(state.shownOf('a.ts')).toEqual([page]);
  });

  it('goes on with the next read when one fails', async () => {
    world.files.set('a.ts', 'one\n');
    const faults = handler();
    const [gone, read] = await Promise.allSettled(
      ['gone.ts', 'a.ts'].map((path) => faults.readFile({ path }, never)),
    );
    expect([gone?.status, read?.status]).toEqual(['rejected', 'fulfilled']);
  });
});

describe('pageIn', () => {
  it('brings a page back as it was shown, resident again; a second time it is a minor fault', async () => {
    const whole = 'one\r\ntwo\r\nlast without end';
    world.files.set('a.ts', whole);
    const outcome = await handler().readFile({ path: 'a.ts' }, never);
    const shown = await admit(outcome);
    const address = outcome.pages?.[0]?.address ?? '';
    await evictAll();
    const back = await handler().pageIn(address, {}, never);
    expect(back.text.split('\n').slice(1)).toEqual(shown.split('\n').slice(1));
    expect(back.fault).toEqual({ kind: 'major', tier: 'recall', cause: 'capacity' });
    expect(await handler().contentOf(address, never)).toBe(whole);
    await admit(back);
    expect(handler().isResident(address)).toBe(true);
    expect((await handler().pageIn(address, {}, never)).fault).toEqual({ kind: 'minor', tier: 'resident' });
  });

  it('brings in only the lines that are not resident by another page', async () => {
    world.files.set('a.ts', numbered('a', 30));
    const outcome = await handler().readFile({ path: 'a.ts', startLine: 1, endLine: 20 }, never);
    await admit(outcome);
    const address = outcome.pages?.[0]?.address ?? '';
    await evictAll();
    await admit(await handler().readFile({ path: 'a.ts', startLine: 11, endLine: 30 }, never));
    const back = await handler().pageIn(address, {}, never);
    expect(back.text).toContain('a line 10 ');
    expect(back.text).not.toContain('a line 11 ');
    expect(back.pages?.map(({ startLine, endLine }) => [startLine, endLine])).toEqual([[1, 10]]);
  });

  it('serves a page that is longer than what is admitted in parts, and keeps room for the diff', async () => {
    world.files.set('a.ts', numbered('a', 200));
    const outcome = await handler(4000).readFile({ path: 'a.ts' }, never);
    const shown = await admit(outcome);
    const address = outcome.pages?.[0]?.address ?? '';
    await evictAll();
    world.files.set('a.ts', numbered('b', 200));
    let text = '';
    for (let page: number | undefined = 1; page !== undefined; ) {
      const part: FunctionOutcome = await handler(400).pageIn(address, { page }, never);
      expect(part.text.length / 4).toBeLessThan(400 * 1.25);
      expect(part.text).toContain('[superseded: a.ts has changed since');
      expect(part.text).toContain('-a line 1');
      expect(part.pages).toBeUndefined();
      const end = part.text.lastIndexOf('\n[page');
      text += part.text.slice(0, end < 0 ? part.text.indexOf('\n[superseded') : end).replace(/\n?$/, '\n');
      const next = /go on with page: (\d+)\]/.exec(part.text)?.[1];
      page = next === undefined ? undefined : Number(next);
    }
    const body = (all: string) => all.split('\n').filter((line) => /^ *\d+\t/.test(line));
    expect(body(text)).toEqual(body(shown));
    expect(await handler().pageIn(address, { page: 999 }, never)).toMatchObject({ isError: true });
  });

  it('serves what it can of a page that is longer than what is admitted as a page of its own, and says where it goes on', async () => {
    const whole = numbered('a', 200);
    world.files.set('a.ts', whole);
    const outcome = await handler(4000).readFile({ path: 'a.ts' }, never);
    await admit(outcome);
    const address = outcome.pages?.[0]?.address ?? '';
    await evictAll();
    const served: string[] = [];
    let slice: Slice = {};
    for (let more = true; more; ) {
      const part = await handler(400).pageIn(address, slice, never);
      expect(part.fault).toEqual({ kind: 'major', tier: 'recall', cause: 'capacity' });
      await admit(part);
      for (const page of part.pages ?? []) {
        expect(handler().isResident(page.address)).toBe(true);
        served.push(await world.blobs.get(page.source));
      }
      const rest = /go on with page_in\("([^"]+)", startLine: (\d+), endLine: (\d+)\)\]$/.exec(part.text);
      more = rest !== null;
      if (rest) expect(rest[1]).toBe(address);
      slice = { startLine: Number(rest?.[2]), endLine: Number(rest?.[3]) };
    }
    expect(served.length).toBeGreaterThan(3);
    expect(served.join('')).toBe(whole);
    expect(state.stats.figures().faults).toMatchObject({ capacity: served.length });
    // Now all of it is there, under other addresses.
    expect((await handler(400).pageIn(address, {}, never)).fault?.kind).toBe('minor');
  });

  it('tells why a page was asked for, also where no line of it becomes resident', async () => {
    const long = Array.from({ length: 300 }, (_, i) => `word${i}`).join(' ');
    world.files.set('a.ts', `${long.slice(0, 1900)}\n`);
    const outcome = await handler().readFile({ path: 'a.ts' }, never);
    await admit(outcome);
    const address = outcome.pages?.[0]?.address ?? '';
    await evictAll();
    const part = await handler(200).pageIn(address, {}, never);
    expect(part.text).toContain('go on with page: ');
    expect(part).toMatchObject({ fault: { cause: 'capacity' } });
    expect(part.pages).toBeUndefined();
    world.files.set('a.ts', 'another\n');
    expect((await handler().pageIn(address, {}, never)).fault?.cause).toBe('stale');
    world.files.delete('a.ts');
    expect((await handler().pageIn(address, {}, never)).fault?.cause).toBe('stale');
  });

  it('serves lines of a page: those not in the window with their numbers, a superseded one as it was', async () => {
    world.files.set('a.ts', numbered('a', 60));
    const outcome = await handler().readFile({ path: 'a.ts', startLine: 11, endLine: 50 }, never);
    await admit(outcome);
    const address = outcome.pages?.[0]?.address ?? '';
    const slice = { startLine: 20, endLine: 22 };
    expect((await handler().pageIn(address, slice, never)).fault?.kind).toBe('minor');
    await evictAll();
    const part = await handler().pageIn(address, slice, never);
    expect(part.pages).toMatchObject([{ path: 'a.ts', startLine: 20, endLine: 22 }]);
    world.files.set('a.ts', numbered('b', 60));
    const { text, pages } = await handler().pageIn(address, slice, never);
    expect(text).toMatch(/^a line 20 .*\na line 21 .*\na line 22 .*\n\[lines 20-22\]\n\[superseded/);
    expect(pages).toBeUndefined();
    expect(await handler().pageIn(address, { startLine: 51 }, never)).toMatchObject({ isError: true });
  });

  it('shows all of a line that is too long for a page, also while the page is in the window', async () => {
    const long = Array.from({ length: 2000 }, (_, i) => `word${i}`).join(' ');
    world.files.set('a.ts', `first\n${long}\nlast\n`);
    const outcome = await handler().readFile({ path: 'a.ts' }, never);
    expect(outcome.text).toContain('page_in(address of this page, startLine: 2, endLine: 2) shows all]');
    await admit(outcome);
    const address = outcome.pages?.[0]?.address ?? '';
    let text = '';
    for (let page: number | undefined = 1; page !== undefined; ) {
      const part: FunctionOutcome = await handler(800).pageIn(
        address,
        { startLine: 2, endLine: 2, page },
        never,
      );
      text += part.text.slice(0, part.text.lastIndexOf('\n['));
      const next = /go on with startLine: 2, endLine: 2, page: (\d+)\]/.exec(part.text)?.[1];
      page = next === undefined ? undefined : Number(next);
    }
    expect(text).toBe(long);
  });

  it('serves lines of any other text', async () => {
    await record({ type: 'archival.inserted', id: 'k1', text: numbered('note', 300) });
    const { text } = await handler(100).pageIn('note:k1', { startLine: 40, endLine: 60 }, never);
    expect(text).toMatch(/^note line 40 /);
    expect(text).toMatch(/\[lines 40-\d+ of 300; go on with startLine: \d+\]$/);
    expect(await handler().pageIn('note:k1', { startLine: 301 }, never)).toMatchObject({ isError: true });
  });

  it('shows what a deleted file was', async () => {
    world.files.set('a.ts', 'one\n');
    const outcome = await handler().readFile({ path: 'a.ts' }, never);
    await admit(outcome);
    await evictAll();
    world.files.delete('a.ts');
    const { text, pages } = await handler().pageIn(outcome.pages?.[0]?.address ?? '', {}, never);
    expect(text).toContain('    1\tone');
    expect(text).toContain('[superseded: proj/a.ts can no longer be read; this is what it was]');
    expect(pages).toBeUndefined();
  });

  it('finds messages, runs of them, results and notes of this session', async () => {
    await record({ type: 'message.user', turn: 1, text: 'a question\r\nof two lines', tokens: 5 });
    await record({
      type: 'message.assistant',
      turn: 1,
      text: 'Looking.',
      calls: [{ id: 'call_1', name: 'grep', arguments: '{"pattern":"x"}' }],
      tokens: 5,
    });
    await admit({ text: 'x is here' });
    await record({ type: 'interrupt', kind: 'fileChanged', text: 'news', tokens: 2 });
    await record({ type: 'note.pinned', note: { id: 'n1', text: 'pinned', by: 'model' } });
    await record({ type: 'archival.inserted', id: 'k1', text: 'kept' });
    const content = (address: string) => handler().contentOf(address, never);
    expect(await content('msg:s1/1')).toBe('a question\r\nof two lines');
    expect(await content('msg:s1/4')).toBe('news');
    expect(await content('tool:s1/2')).toBe('x is here');
    expect(await content('note:n1')).toBe('pinned');
    expect(await content('note:k1')).toBe('kept');
    expect((await content('msg:s1/1..4')).split('\n[msg:')).toEqual([
      '[msg:s1/1] user: a question\r\nof two lines',
      's1/2] assistant: Looking.\ngrep\n{"pattern":"x"}',
      's1/3] tool: x is here',
    ]);
    expect((await handler().pageIn('note:k1', {}, never)).fault).toEqual({
      kind: 'major',
      tier: 'archival',
      cause: 'cold',
    });
    expect((await handler().pageIn('note:n1', {}, never)).fault?.kind).toBe('minor');
    expect(handler().isResident('msg:s1/1')).toBe(true);
    expect(handler().isResident('msg:s0/1')).toBe(false);
  });

  it('finds pages, notes and results of other sessions', async () => {
    world.files.set('a.ts', 'one\n');
    const [page] = (await handler().readFile({ path: 'a.ts' }, never)).pages ?? [];
    const pinned = { ...page, address: (page?.address ?? '').replace('L1-L1', 'L1-L9') };
    const at = (line: number) => ({ ...page, address: pinned.address.replace('L9', `L${line}`) });
    const bodies = [
      { type: 'interrupt', kind: 'prefetch', text: '', tokens: 1, pages: [at(2)] },
      { type: 'rules.loaded', rules: [at(3)] },
      { type: 'epoch.started', carried: [{ file: at(4), from: [] }], rules: [at(5)] },
      {
        type: 'function.result',
        address: 'tool:s0/1',
        result: await world.blobs.put('shown'),
        whole: await world.blobs.put('all'),
        pages: [page],
      },
      { type: 'note.pinned', note: { id: 'n0', text: 'before', by: 'person' }, page: pinned },
      { type: 'note.edited', id: 'n0', text: 'after', by: 'person' },
    ];
    other = bodies.map((body, i) => ({ ...body, at: 0, seq: i + 1 }) as unknown as SessionEvent);
    expect(await handler().contentOf(page?.address ?? '', never)).toBe('one\n');
    expect(await handler().contentOf(pinned.address, never)).toBe('one\n');
    for (const line of [2, 3, 4, 5]) expect(await handler().contentOf(at(line).address, never)).toBe('one\n');
    expect(await handler().contentOf('tool:s0/1', never)).toBe('all');
    expect(await handler().contentOf('note:n0', never)).toBe('after');
  });

  it.each([
    'file:proj/a.ts#L1-L2@0123456789abcdef',
    'msg:s1/99',
    'msg:nobody/1',
    'tool:s1/99',
    'note:none',
    'not an address',
  ])('says what to do about %s', async (address) => {
    const error = await handler()
      .pageIn(address, {}, never)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'UnknownAddressError', nextStep: expect.stringMatching(/\w/) });
  });
});

it('gives the bytes of every range it has shown', async () => {
  const whole = numbered('a', 60);
  world.files.set('a.ts', whole);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 0, max: 30 }),
      async (startLine, more) => {
        const outcome = await handler().readFile(
          { path: 'a.ts', startLine, endLine: startLine + more },
          never,
        );
        await admit(outcome);
        for (const { address } of outcome.pages ?? []) {
          const parsed = parseAddress(address);
          if (parsed?.kind !== 'file') expect.unreachable();
          else expect(await handler().contentOf(address, never)).toBe(rawRange(splitLines(whole), parsed));
        }
      },
    ),
    { numRuns: 40 },
  );
});
