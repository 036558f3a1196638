import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Problem } from '../../../src/engine/languageFeatures';
import { EditProblems } from '../../../src/host/editProblems';

const DELAY = 1500;
const error = (path: string, message: string, startLine = 1): Problem => ({
  path: `/w/${path}`,
  startLine,
  endLine: startLine,
  severity: 'error',
  message,
  source: 'ts 1',
});
const warning = (path: string, message: string): Problem => ({
  ...error(path, message),
  severity: 'warning',
});

let known: Problem[];
/** What only looking at a file shows. */
let looks: Problem[];
let delay: number;
let changed: () => void;
let posted: string[];
let watch: EditProblems;

beforeEach(() => {
  vi.useFakeTimers();
  [known, looks, delay, posted] = [[], [], DELAY, []];
  watch = new EditProblems(
    {
      known: () => [...known],
      look: async (path) => looks.filter((problem) => problem.path === path),
      onChange: (listener) => {
        changed = listener;
        return () => undefined;
      },
      workspacePath: (path) => (path.startsWith('/w/') ? path.slice(3) : undefined),
      absolutePath: (path) => `/w/${path}`,
      delay: () => delay,
    },
    async ({ kind, text }) => void posted.push(`${kind}: ${text}`),
  );
});

afterEach(() => {
  watch.dispose();
  vi.useRealTimers();
});

function edit(path: string, ...problems: Problem[]): void {
  watch.before();
  watch.edited(path);
  known.push(...problems);
  changed();
}

const settled = () => watch.settled(new AbortController().signal);

it('tells of errors and warnings that came with an edit, and not of those before', async () => {
  known = [error('a.ts', 'old', 7), warning('b.ts', 'old')];
  edit(
    'a.ts',
    error('a.ts', 'new', 2),
    warning('a.ts', 'unused'),
    error('b.ts', 'broken'),
    warning('b.ts', 'x'),
  );
  await vi.advanceTimersByTimeAsync(DELAY - 1);
  expect(posted).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(posted).toEqual([
    'diagnosticsChanged: After your edits the editor shows:\na.ts:2: error: new (ts 1)\na.ts:1: warning: unused (ts 1)\nb.ts:1: error: broken (ts 1)',
  ]);
});

it('says once that a file has no problems any more', async () => {
  known = [error('a.ts', 'old')];
  edit('a.ts');
  known = [];
  expect(await Promise.all([settled(), vi.advanceTimersByTimeAsync(DELAY)])).toEqual([
    false,
    expect.anything(),
  ]);
  expect(posted).toEqual(['diagnosticsChanged: a.ts has no problems now.']);
  edit('a.ts');
  await vi.advanceTimersByTimeAsync(DELAY * 3);
  expect(posted).toHaveLength(1);
});

it('waits for a language server that is busy, but not for ever', async () => {
  edit('a.ts');
  for (let ms = 0; ms < DELAY * 3 - 100; ms += 100) {
    changed();
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(posted).toEqual([]);
  known.push(error('a.ts', 'late'));
  changed();
  await vi.advanceTimersByTimeAsync(100);
  expect(posted).toHaveLength(1);
});

it('holds a turn up while the language server is busy, but not for ever, and only for news that are bad', async () => {
  expect(await settled()).toBe(false);
  edit('a.ts', error('a.ts', 'new'));
  await vi.advanceTimersByTimeAsync(DELAY / 2);
  const news = settled();
  await vi.advanceTimersByTimeAsync(DELAY / 2);
  expect(await news).toBe(true);
  edit('a.ts');
  const late = settled();
  await vi.advanceTimersByTimeAsync(DELAY - 100);
  known.push(error('a.ts', 'slow'));
  changed();
  await vi.advanceTimersByTimeAsync(DELAY);
  expect(await late).toBe(true);
  edit('a.ts');
  const busy = setInterval(() => changed(), 100);
  const endless = settled();
  await vi.advanceTimersByTimeAsync(3 * DELAY + 10);
  expect(await endless).toBe(false);
  clearInterval(busy);
  edit('a.ts');
  const stop = new AbortController();
  const stopped = watch.settled(stop.signal);
  stop.abort();
  expect(await stopped).toBe(false);
  expect(await watch.settled(stop.signal)).toBe(false);
});

it('looks at edited files that no editor shows, and remembers what it saw', async () => {
  looks = [error('a.ts', 'hidden')];
  edit('a.ts');
  await vi.advanceTimersByTimeAsync(DELAY);
  expect(posted).toEqual([expect.stringContaining('a.ts:1: error: hidden')]);
  edit('a.ts');
  await vi.advanceTimersByTimeAsync(DELAY);
  expect(posted).toHaveLength(1);
  looks = [];
  edit('a.ts');
  await vi.advanceTimersByTimeAsync(DELAY);
  expect(posted[1]).toBe('diagnosticsChanged: a.ts has no problems now.');
});

it('is silent when it is off, about secret files, and about what is outside', async () => {
  edit('.env', error('.env', 'bad value hunter2'));
  edit('a.ts', error('.env', 'bad value hunter2'), { ...error('x', 'far'), path: '/elsewhere/x.ts' });
  await vi.advanceTimersByTimeAsync(DELAY * 3);
  delay = 0;
  edit('a.ts', error('a.ts', 'new'));
  expect(await settled()).toBe(false);
  await vi.advanceTimersByTimeAsync(DELAY * 3);
  expect(posted).toEqual([]);
});

it('names twenty at most', async () => {
  edit('a.ts', ...Array.from({ length: 30 }, (_, n) => error('a.ts', `no ${n}`, n + 1)));
  await vi.advanceTimersByTimeAsync(DELAY);
  expect(posted[0]?.split('\n')).toHaveLength(22);
  expect(posted[0]).toMatch(/and 10 more: diagnostics shows them$/);
});
