import { beforeEach, expect, it, vi } from 'vitest';
import type { CheckpointInfo, CheckpointPreview } from '../../../../src/engine/changes/Checkpoints';
import { type RestorableChat, restoreCheckpoint } from '../../../../src/host/review/restoreCheckpoint';

interface Pick {
  readonly label: string;
  readonly detail?: string;
}

interface PickOptions {
  readonly title: string;
}

/** The person: picks what `picks` names, in this order, and answers the dialog. */
const person = vi.hoisted(() => ({
  picks: [] as string[],
  offered: [] as Pick[][],
  titles: [] as string[],
  answer: undefined as string | undefined,
  asked: [] as { message: string; detail?: string }[],
  shown: [] as unknown[][],
}));

vi.mock('vscode', () => ({
  EventEmitter: class {},
  Uri: {
    file: (path: string) => ({ path, with: ({ query }: { query: string }) => query }),
  },
  commands: { executeCommand: async (...args: unknown[]) => person.shown.push(args) },
  window: {
    showQuickPick: async (items: Pick[], { title }: PickOptions) => {
      person.offered.push(items);
      person.titles.push(title);
      const wanted = person.picks.shift();
      return items.find(({ label }) => wanted !== undefined && label.includes(wanted));
    },
    showWarningMessage: async (message: string, { detail }: { detail: string }) => {
      person.asked.push({ message, detail });
      return person.answer;
    },
    showInformationMessage: async (message: string) => void person.asked.push({ message }),
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
let running: boolean;
let done: unknown[];

const chat: RestorableChat = {
  checkpoints: async () => [checkpoint, older],
  preview: async () => preview,
  busy: async () => running,
  restore: async (what) => void done.push(what),
  resolve: (path) => `/app/${path}`,
};

beforeEach(() => {
  preview = { files: [untouched], moves: [], gone: [] };
  running = false;
  done = [];
  Object.assign(person, { picks: [], offered: [], titles: [], answer: undefined, asked: [], shown: [] });
});

it('restores the files of the checkpoint that was named, and asks nothing when they are as the assistant left them', async () => {
  person.picks = ['$(files)'];
  await restoreCheckpoint(chat, 7);
  expect(done).toEqual([{ seq: 7, force: false, message: undefined }]);
  expect(person.asked).toEqual([]);
});

it('names what the person has changed since, and replaces it only when they say so', async () => {
  preview = { files: [untouched, edited], moves: [], gone: [] };
  person.picks = ['$(files)'];
  await restoreCheckpoint(chat, 7);
  expect(done).toEqual([]);
  expect(person.asked[0]?.message).toContain('You have changed a file after the assistant did');
  expect(person.asked[0]?.detail).toMatch(/^b\.ts\n/);
  expect(person.offered[0]?.[0]?.detail).toBe(
    'a.ts, b.ts (deleted) (you changed it since). What commands changed stays as it is.',
  );
  person.picks = ['$(history)'];
  person.answer = 'Replace My Changes Too';
  await restoreCheckpoint(chat, 7);
  expect(done).toEqual([{ seq: 7, force: true, message: 5 }]);
});

it('takes the conversation back and leaves the files alone', async () => {
  preview = { files: [edited], moves: [], gone: [] };
  person.picks = ['$(comment-discussion)'];
  await restoreCheckpoint(chat, 7);
  expect(done).toEqual([{ seq: undefined, force: false, message: 5 }]);
  expect(person.asked).toEqual([]);
});

it('shows what would change before anything is chosen, and asks again', async () => {
  preview = { files: [untouched, edited], moves: [], gone: [] };
  person.picks = ['Show What', ''];
  await restoreCheckpoint(chat, 7);
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
  expect(done).toEqual([{ seq: 3, force: false, message: undefined }]);
});

it('says so where there is none', async () => {
  await restoreCheckpoint({ ...chat, checkpoints: async () => [] });
  expect(person.offered).toEqual([]);
  expect(person.asked).toEqual([
    { message: 'There is no checkpoint in this chat: the assistant has edited nothing in it.' },
  ]);
});

it('does nothing when the person does not choose, and says so of a checkpoint that is not there', async () => {
  await restoreCheckpoint(chat);
  await restoreCheckpoint(chat, 7);
  expect(done).toEqual([]);
  await expect(restoreCheckpoint(chat, 99)).rejects.toThrow('no such checkpoint');
});

it('offers only the conversation where the files are as they were', async () => {
  preview = { files: [], moves: [], gone: [] };
  await restoreCheckpoint(chat, 7);
  expect(person.offered[0]?.map(({ label }) => label)).toEqual(['$(comment-discussion) Conversation']);
});

it('says that a turn which runs is stopped', async () => {
  await restoreCheckpoint(chat, 7);
  running = true;
  await restoreCheckpoint(chat, 7);
  expect(person.titles).toEqual([
    'Restore the checkpoint before “Make it fast”',
    'Restore the checkpoint before “Make it fast” (this stops the turn that runs)',
  ]);
});

it('lists a checkpoint whose texts are no longer kept, says which setting decides, and takes the conversation back', async () => {
  preview = { files: [untouched], moves: [], gone: ['b.ts'] };
  const gone: RestorableChat = {
    ...chat,
    checkpoints: async () => [{ ...checkpoint, files: [{ path: 'b.ts' }], gone: true }],
  };
  person.picks = ['Make it fast', 'No Longer Kept'];
  await restoreCheckpoint(gone);
  expect(person.offered[0]?.[0]?.detail).toBe('b.ts (the files’ old texts are no longer kept)');
  expect(person.offered[1]?.map(({ label }) => label)).toEqual([
    '$(comment-discussion) Conversation',
    '$(circle-slash) Files: No Longer Kept',
  ]);
  expect(person.offered[1]?.[1]?.detail).toMatch(/^b\.ts: .*virtualContext\.checkpoints\.maxMegabytes/);
  expect(person.shown).toEqual([
    ['workbench.action.openSettings', 'virtualContext.checkpoints.maxMegabytes'],
  ]);
  expect(done).toEqual([]);
  person.picks = ['Conversation'];
  await restoreCheckpoint(gone, 7);
  expect(done).toEqual([{ seq: undefined, force: false, message: 5 }]);
});
