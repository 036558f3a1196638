/** `page_in`: what an address names comes back as it was shown, whole or in parts. */
import { beforeEach, expect, it } from 'vitest';
import type { FunctionOutcome } from '../../../src/engine/EngineFunction';
import type { SessionEvent } from '../../../src/engine/events';
import type { Slice } from '../../../src/engine/textSlices';
import { numbered } from '../../support/engineChecks';
import { FaultWorld } from '../../support/FaultWorld';

const never = new AbortController().signal;

let memory: FaultWorld;

beforeEach(() => {
  memory = new FaultWorld();
});

it('brings a page back as it was shown, resident again; a second time it is a minor fault', async () => {
  const whole = 'one\r\ntwo\r\nlast without end';
  memory.files.set('a.ts', whole);
  const outcome = await memory.handler().readFile({ path: 'a.ts' }, never);
  const shown = await memory.admit(outcome);
  const address = outcome.pages?.[0]?.address ?? '';
  await memory.evictAll();
  const back = await memory.handler().pageIn(address, {}, never);
  expect(back.text.split('\n').slice(1)).toEqual(shown.split('\n').slice(1));
  expect(back.fault).toEqual({ kind: 'major', tier: 'recall', cause: 'capacity' });
  expect(await memory.handler().contentOf(address, never)).toBe(whole);
  await memory.admit(back);
  expect(memory.handler().isResident(address)).toBe(true);
  expect((await memory.handler().pageIn(address, {}, never)).fault).toEqual({
    kind: 'minor',
    tier: 'resident',
  });
});

it('brings in only the lines that are not resident by another page', async () => {
  memory.files.set('a.ts', numbered('a', 30));
  const outcome = await memory.handler().readFile({ path: 'a.ts', startLine: 1, endLine: 20 }, never);
  await memory.admit(outcome);
  const address = outcome.pages?.[0]?.address ?? '';
  await memory.evictAll();
  await memory.admit(await memory.handler().readFile({ path: 'a.ts', startLine: 11, endLine: 30 }, never));
  const back = await memory.handler().pageIn(address, {}, never);
  expect(back.text).toContain('a line 10 ');
  expect(back.text).not.toContain('a line 11 ');
  expect(back.pages?.map(({ startLine, endLine }) => [startLine, endLine])).toEqual([[1, 10]]);
});

it('serves a page that is longer than what is admitted in parts, and keeps room for the diff', async () => {
  memory.files.set('a.ts', numbered('a', 200));
  const outcome = await memory.handler(4000).readFile({ path: 'a.ts' }, never);
  const shown = await memory.admit(outcome);
  const address = outcome.pages?.[0]?.address ?? '';
  await memory.evictAll();
  memory.files.set('a.ts', numbered('b', 200));
  let text = '';
  for (let page: number | undefined = 1; page !== undefined; ) {
    const part: FunctionOutcome = await memory.handler(400).pageIn(address, { page }, never);
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
  expect(await memory.handler().pageIn(address, { page: 999 }, never)).toMatchObject({ isError: true });
});

it('serves what it can of a page that is longer than what is admitted as a page of its own, and says where it goes on', async () => {
  const whole = numbered('a', 200);
  memory.files.set('a.ts', whole);
  const outcome = await memory.handler(4000).readFile({ path: 'a.ts' }, never);
  await memory.admit(outcome);
  const address = outcome.pages?.[0]?.address ?? '';
  await memory.evictAll();
  const served: string[] = [];
  let slice: Slice = {};
  for (let more = true; more; ) {
    const part = await memory.handler(400).pageIn(address, slice, never);
    expect(part.fault).toEqual({ kind: 'major', tier: 'recall', cause: 'capacity' });
    await memory.admit(part);
    for (const page of part.pages ?? []) {
      expect(memory.handler().isResident(page.address)).toBe(true);
      served.push(await memory.blobs.get(page.source));
    }
    const rest = /go on with page_in\("([^"]+)", startLine: (\d+), endLine: (\d+)\)\]$/.exec(part.text);
    more = rest !== null;
    if (rest) expect(rest[1]).toBe(address);
    slice = { startLine: Number(rest?.[2]), endLine: Number(rest?.[3]) };
  }
  expect(served.length).toBeGreaterThan(3);
  expect(served.join('')).toBe(whole);
  expect(memory.state.stats.figures().faults).toMatchObject({ capacity: served.length });
  // Now all of it is there, under other addresses.
  expect((await memory.handler(400).pageIn(address, {}, never)).fault?.kind).toBe('minor');
});

it('tells why a page was asked for, also where no line of it becomes resident', async () => {
  const long = Array.from({ length: 300 }, (_, i) => `word${i}`).join(' ');
  memory.files.set('a.ts', `${long.slice(0, 1900)}\n`);
  const outcome = await memory.handler().readFile({ path: 'a.ts' }, never);
  await memory.admit(outcome);
  const address = outcome.pages?.[0]?.address ?? '';
  await memory.evictAll();
  const part = await memory.handler(200).pageIn(address, {}, never);
  expect(part.text).toContain('go on with page: ');
  expect(part).toMatchObject({ fault: { cause: 'capacity' } });
  expect(part.pages).toBeUndefined();
  memory.files.set('a.ts', 'another\n');
  expect((await memory.handler().pageIn(address, {}, never)).fault?.cause).toBe('stale');
  memory.files.delete('a.ts');
  expect((await memory.handler().pageIn(address, {}, never)).fault?.cause).toBe('stale');
});

it('serves lines of a page: those not in the window with their numbers, a superseded one as it was', async () => {
  memory.files.set('a.ts', numbered('a', 60));
  const outcome = await memory.handler().readFile({ path: 'a.ts', startLine: 11, endLine: 50 }, never);
  await memory.admit(outcome);
  const address = outcome.pages?.[0]?.address ?? '';
  const slice = { startLine: 20, endLine: 22 };
  expect((await memory.handler().pageIn(address, slice, never)).fault?.kind).toBe('minor');
  await memory.evictAll();
  const part = await memory.handler().pageIn(address, slice, never);
  expect(part.pages).toMatchObject([{ path: 'a.ts', startLine: 20, endLine: 22 }]);
  memory.files.set('a.ts', numbered('b', 60));
  const { text, pages } = await memory.handler().pageIn(address, slice, never);
  expect(text).toMatch(/^a line 20 .*\na line 21 .*\na line 22 .*\n\[lines 20-22\]\n\[superseded/);
  expect(pages).toBeUndefined();
  expect(await memory.handler().pageIn(address, { startLine: 51 }, never)).toMatchObject({ isError: true });
});

it('shows all of a line that is too long for a page, also while the page is in the window', async () => {
  const long = Array.from({ length: 2000 }, (_, i) => `word${i}`).join(' ');
  memory.files.set('a.ts', `first\n${long}\nlast\n`);
  const outcome = await memory.handler().readFile({ path: 'a.ts' }, never);
  expect(outcome.text).toContain('page_in(address of this page, startLine: 2, endLine: 2) shows all]');
  await memory.admit(outcome);
  const address = outcome.pages?.[0]?.address ?? '';
  let text = '';
  for (let page: number | undefined = 1; page !== undefined; ) {
    const part: FunctionOutcome = await memory
      .handler(800)
      .pageIn(address, { startLine: 2, endLine: 2, page }, never);
    text += part.text.slice(0, part.text.lastIndexOf('\n['));
    const next = /go on with startLine: 2, endLine: 2, page: (\d+)\]/.exec(part.text)?.[1];
    page = next === undefined ? undefined : Number(next);
  }
  expect(text).toBe(long);
});

it('serves lines of any other text', async () => {
  await memory.record({ type: 'archival.inserted', id: 'k1', text: numbered('note', 300) });
  const { text } = await memory.handler(100).pageIn('note:k1', { startLine: 40, endLine: 60 }, never);
  expect(text).toMatch(/^note line 40 /);
  expect(text).toMatch(/\[lines 40-\d+ of 300; go on with startLine: \d+\]$/);
  expect(await memory.handler().pageIn('note:k1', { startLine: 301 }, never)).toMatchObject({
    isError: true,
  });
});

it('shows what a deleted file was', async () => {
  memory.files.set('a.ts', 'one\n');
  const outcome = await memory.handler().readFile({ path: 'a.ts' }, never);
  await memory.admit(outcome);
  await memory.evictAll();
  memory.files.delete('a.ts');
  const { text, pages } = await memory.handler().pageIn(outcome.pages?.[0]?.address ?? '', {}, never);
  expect(text).toContain('    1\tone');
  expect(text).toContain('[superseded: proj/a.ts can no longer be read; this is what it was]');
  expect(pages).toBeUndefined();
});

it('finds messages, runs of them, results and notes of this session', async () => {
  await memory.record({ type: 'message.user', turn: 1, text: 'a question\r\nof two lines', tokens: 5 });
  await memory.record({
    type: 'message.assistant',
    turn: 1,
    text: 'Looking.',
    calls: [{ id: 'call_1', name: 'grep', arguments: '{"pattern":"x"}' }],
    tokens: 5,
  });
  await memory.admit({ text: 'x is here' });
  await memory.record({ type: 'interrupt', kind: 'fileChanged', text: 'news', tokens: 2 });
  await memory.record({ type: 'note.pinned', note: { id: 'n1', text: 'pinned', by: 'model' } });
  await memory.record({ type: 'archival.inserted', id: 'k1', text: 'kept' });
  const content = (address: string) => memory.handler().contentOf(address, never);
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
  expect((await memory.handler().pageIn('note:k1', {}, never)).fault).toEqual({
    kind: 'major',
    tier: 'archival',
    cause: 'cold',
  });
  expect((await memory.handler().pageIn('note:n1', {}, never)).fault?.kind).toBe('minor');
  expect(memory.handler().isResident('msg:s1/1')).toBe(true);
  expect(memory.handler().isResident('msg:s0/1')).toBe(false);
});

it('finds pages, notes and results of other sessions', async () => {
  memory.files.set('a.ts', 'one\n');
  const [page] = (await memory.handler().readFile({ path: 'a.ts' }, never)).pages ?? [];
  const pinned = { ...page, address: (page?.address ?? '').replace('L1-L1', 'L1-L9') };
  const at = (line: number) => ({ ...page, address: pinned.address.replace('L9', `L${line}`) });
  const bodies = [
    { type: 'interrupt', kind: 'prefetch', text: '', tokens: 1, pages: [at(2)] },
    { type: 'rules.loaded', rules: [at(3)] },
    { type: 'epoch.started', carried: [{ file: at(4), from: [] }], rules: [at(5)] },
    {
      type: 'function.result',
      address: 'tool:s0/1',
      result: await memory.blobs.put('shown'),
      whole: await memory.blobs.put('all'),
      pages: [page],
    },
    { type: 'note.pinned', note: { id: 'n0', text: 'before', by: 'person' }, page: pinned },
    { type: 'note.edited', id: 'n0', text: 'after', by: 'person' },
  ];
  memory.other = bodies.map((body, i) => ({ ...body, at: 0, seq: i + 1 }) as unknown as SessionEvent);
  expect(await memory.handler().contentOf(page?.address ?? '', never)).toBe('one\n');
  expect(await memory.handler().contentOf(pinned.address, never)).toBe('one\n');
  for (const line of [2, 3, 4, 5])
    expect(await memory.handler().contentOf(at(line).address, never)).toBe('one\n');
  expect(await memory.handler().contentOf('tool:s0/1', never)).toBe('all');
  expect(await memory.handler().contentOf('note:n0', never)).toBe('after');
});

it.each([
  'file:proj/a.ts#L1-L2@0123456789abcdef',
  'msg:s1/99',
  'msg:nobody/1',
  'tool:s1/99',
  'note:none',
  'not an address',
])('says what to do about %s', async (address) => {
  const error = await memory
    .handler()
    .pageIn(address, {}, never)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'UnknownAddressError', nextStep: expect.stringMatching(/\w/) });
});
