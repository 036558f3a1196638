import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PendingFile } from '../../../../src/engine/changes/WaitingFile';
import { PendingChanges } from '../../../../src/host/review/PendingChanges';

const editor = vi.hoisted(() => ({ typed: (_: { document: { uri: unknown } }) => undefined as unknown }));

vi.mock('vscode', async () => ({
  EventEmitter: (await import('../../../support/FakeEmitter')).FakeEmitter,
  Uri: { file },
  workspace: {
    onDidChangeTextDocument: (listener: typeof editor.typed) => {
      editor.typed = listener;
      return { dispose: () => undefined };
    },
  },
}));

function file(path: string) {
  return { fsPath: path, toString: () => `file://${path}` };
}

const waits = (path: string, added = 1): PendingFile => ({
  path,
  change: 'edited',
  added,
  removed: 0,
  hunks: [],
  editedSince: false,
});

let answers: (readonly PendingFile[] | Error)[];
let looks: number;
let troubles: unknown[];
let changes: PendingChanges;

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  looks = 0;
  troubles = [];
  changes = new PendingChanges({
    pending: async () => {
      looks++;
      const answer = answers.shift() ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    resolve: (path) => {
      if (path.startsWith('closed/')) throw new Error('no such folder');
      return `/app/${path}`;
    },
    onTrouble: (error) => troubles.push(error),
  });
});

afterEach(() => {
  changes.dispose();
  vi.useRealTimers();
});

it('tells of what waits when it is other than before, and of nothing else', async () => {
  const told = vi.fn();
  changes.onEvent(told);
  answers = [[waits('a.ts')], [waits('a.ts')], [waits('a.ts', 2)]];
  await changes.refresh();
  await changes.refresh();
  await changes.refresh();
  expect(told.mock.calls.map(([event]) => event.files.map(({ added }: PendingFile) => added))).toEqual([
    [1],
    [2],
  ]);
  expect(changes.of(file('/app/a.ts') as never)?.file.added).toBe(2);
  expect(changes.ofPath('b.ts')).toBeUndefined();
});

it('looks once more when asked while it looks, however often', async () => {
  answers = [[], [waits('a.ts')]];
  await Promise.all([changes.refresh(), changes.refresh(), changes.refresh()]);
  expect(looks).toBe(2);
  expect(changes.list()).toHaveLength(1);
});

it('follows what the person types in a file that waits, once typing rests', async () => {
  answers = [[waits('a.ts')]];
  await changes.refresh();
  editor.typed({ document: { uri: file('/app/other.ts') } });
  await vi.advanceTimersByTimeAsync(500);
  expect(looks).toBe(1);
  for (let key = 0; key < 5; key++) {
    editor.typed({ document: { uri: file('/app/a.ts') } });
    await vi.advanceTimersByTimeAsync(50);
  }
  await vi.advanceTimersByTimeAsync(200);
  expect(looks).toBe(2);
});

it('keeps what is listed when it cannot look', async () => {
  answers = [[waits('a.ts')], new Error('disk gone')];
  await changes.refresh();
  await changes.refresh();
  expect(changes.list()).toHaveLength(1);
  expect(troubles).toHaveLength(1);
});

it('leaves out files of a folder that is no longer open', async () => {
  answers = [[waits('closed/a.ts'), waits('b.ts')]];
  await changes.refresh();
  expect(changes.list().map((pending) => pending.file.path)).toEqual(['b.ts']);
});
