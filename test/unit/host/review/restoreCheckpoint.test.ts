import { beforeEach, expect, it, vi } from 'vitest';
import type { CheckpointInfo, CheckpointPreview } from '../../../../src/engine/changes/Checkpoints';
import { type RestorableChat, restoreCheckpoint } from '../../../../src/host/review/restoreCheckpoint';

interface Pick {
  readonly label: string;
  readonly detail?: string;
}

/** The person: picks what `picks` names, in this order, and answers the dialog. */
const person = vi.hoisted(() => ({
  picks: [] as string[],
  offered: [] as Pick[][],
  answer: undefined as string | undefined,
  asked: [] as { message: string; detail: string }[],
  shown: [] as unknown[][],
}));

vi.mock('vscode', () => ({
  EventEmitter: class {},
  Uri: {
    file: (path: string) => ({ path, with: ({ query }: { query: string }) => query }),
  },
  commands: { executeCommand: async (...args: unknown[]) => person.shown.push(args) },
  window: {
    showQuickPick: async (items: Pick[]) => {
      person.offered.push(items);
      const wanted = person.picks.shift();
      return items.find(({ label }) => wanted !== undefined && label.includes(wanted));
    },
    showWarningMessage: async (message: string, { detail }: { detail: string }) => {
      person.asked.push({ message, detail });
      return person.answer;
    },
    setStatusBarMessage: () => undefined,
    tabGroups: { all: [], close: async () => true },
  },
}));

const checkpoint: CheckpointInfo = {
  seq: 7,
  turn: 2,
  at: 0,
  prompt: { seq: 5, text: 'Make it\nfast' },
  files: [{ path: 'a.ts', added: 3, removed: 1 }],
};
const older: CheckpointInfo = { ...checkpoint, seq: 3, turn: 1, prompt: { seq: 1, text: 'First' } };
const untouched = { path: 'a.ts', before: 'old', now: 'new', editedSince: false };
const edited = { path: 'b.ts', before: undefined, now: 'mine', editedSince: true };

let preview: CheckpointPreview;
let done: unknown[][];

const chat: RestorableChat = {
  checkpoints: async () => [checkpoint, older],
  preview: async () => preview,
  restoreFiles: async (...args) => void done.push(['files', ...args]),
  rewind: async (...args) => void done.push(['rewind', ...args]),
  resolve: (path) => `/app/${path}`,
};

beforeEach(() => {
  preview = { files: [untouched], moves: [] };
  done = [];
  Object.assign(person, { picks: [], offered: [], answer: undefined, asked: [], shown: [] });
});

it('restores the files of the checkpoint that was named, and asks nothing when they are as the assistant left them', async () => {
  person.picks = ['$(files)'];
  await restoreCheckpoint(chat, 7);
  expect(done).toEqual([['files', 7, false]]);
  expect(person.asked).toEqual([]);
});

it('names what the person has changed since, and replaces it only when they say so', async () => {
  preview = { files: [untouched, edited], moves: [] };
  person.picks = ['$(files)'];
  await restoreCheckpoint(chat, 7);
  expect(done).toEqual([]);
  expect(person.asked[0]?.message).toContain('You have changed a file after the assistant did');
  expect(person.asked[0]?.detail).toMatch(/^b\.ts\n/);
  expect(person.offered[0]?.[0]?.detail).toBe('a.ts, b.ts (deleted) (you changed it since)');
  person.picks = ['$(history)'];
  person.answer = 'Replace My Changes Too';
  await restoreCheckpoint(chat, 7);
  expect(done).toEqual([
    ['files', 7, true],
    ['rewind', 5],
  ]);
});

it('takes the conversation back and leaves the files alone', async () => {
  preview = { files: [edited], moves: [] };
  person.picks = ['$(comment-discussion)'];
  await restoreCheckpoint(chat, 7);
  expect(done).toEqual([['rewind', 5]]);
  expect(person.asked).toEqual([]);
});

it('shows what would change before anything is chosen, and asks again', async () => {
  preview = { files: [untouched, edited], moves: [] };
  person.picks = ['Show What', ''];
  await restoreCheckpoint({ ...chat, restoreFiles: async () => undefined }, 7);
  expect(person.offered).toHaveLength(2);
  const [command, title, resources] = person.shown[0] ?? [];
  expect([command, title]).toEqual(['vscode.changes', 'Restoring: now ↔ before “Make it fast”']);
  const [first, second] = [
    expect.objectContaining({ path: '/app/a.ts' }),
    expect.objectContaining({ path: '/app/b.ts' }),
  ];
  expect(resources).toEqual([
    [first, first, '{"path":"a.ts","of":{"kind":"checkpoint","seq":7}}'],
    [second, second, undefined],
  ]);
});

it('lets the person pick a checkpoint by message and files', async () => {
  person.picks = ['First', '$(files)'];
  await restoreCheckpoint(chat);
  expect(person.offered[0]).toMatchObject([
    { label: 'Make it fast', detail: 'a.ts +3 −1' },
    { label: 'First' },
  ]);
  expect(done).toEqual([['files', 3, false]]);
});

it('does nothing when the person does not choose, and says so of a checkpoint that is not there', async () => {
  await restoreCheckpoint(chat);
  await restoreCheckpoint(chat, 7);
  expect(done).toEqual([]);
  await expect(restoreCheckpoint(chat, 99)).rejects.toThrow('no such checkpoint');
});

it('offers only the conversation where the files are as they were', async () => {
  preview = { files: [], moves: [] };
  await restoreCheckpoint(chat, 7);
  expect(person.offered[0]?.map(({ label }) => label)).toEqual(['$(comment-discussion) Conversation']);
});
