import { beforeEach, expect, it, vi } from 'vitest';
import { SharedIndexAccess } from '../../../src/host/sharedIndexAccess';

const editor = vi.hoisted(() => ({
  own: undefined as string | undefined,
  ofWorkspace: undefined as string | undefined,
  asked: [] as string[],
  answer: undefined as string | undefined,
}));
vi.mock('vscode', () => ({
  workspace: {
    getConfiguration: () => ({
      get: (key: string, otherwise: unknown) =>
        key === 'storage.uri' ? (editor.ofWorkspace ?? editor.own ?? otherwise) : otherwise,
      inspect: () => ({ globalValue: editor.own, workspaceValue: editor.ofWorkspace }),
    }),
  },
  window: {
    showInformationMessage: async (message: string) => {
      editor.asked.push(message);
      return editor.answer;
    },
    showInputBox: async () => 'aws_region=eu',
  },
}));

const remembered = new Map<string, unknown>();
const secrets = new Map<string, string>();
const changed = vi.fn();

function open(): SharedIndexAccess {
  const storage = {
    get: async (key: string) => secrets.get(key),
    store: async (key: string, value: string) => void secrets.set(key, value),
    delete: async (key: string) => void secrets.delete(key),
  };
  const memento = {
    get: (key: string) => remembered.get(key),
    update: async (key: string, value: unknown) => void remembered.set(key, value),
  };
  return new SharedIndexAccess(storage as never, memento as never, changed);
}

beforeEach(() => {
  Object.assign(editor, { own: undefined, ofWorkspace: undefined, asked: [], answer: undefined });
  remembered.clear();
  secrets.clear();
  changed.mockClear();
});

it('opens what the person has set, with its keys, without a question', async () => {
  expect(await open().location()).toBeUndefined();
  editor.own = 's3://team/index';
  secrets.set('sharedIndex:s3://team/index', 'aws_access_key_id=k; AWS_REGION = eu');
  expect(await open().location()).toEqual({
    uri: 's3://team/index',
    credentials: { aws_access_key_id: 'k', aws_region: 'eu' },
  });
  expect(editor.asked).toEqual([]);
});

it('opens what the workspace names only once the person agrees', async () => {
  editor.ofWorkspace = 's3://elsewhere/index';
  expect(await open().location()).toBeUndefined();
  expect(changed).not.toHaveBeenCalled();
  editor.answer = 'Use It';
  expect(await open().location()).toBeUndefined();
  await vi.waitFor(() => expect(changed).toHaveBeenCalledOnce());
  expect(await open().location()).toEqual({ uri: 's3://elsewhere/index', credentials: {} });
  expect(editor.asked).toHaveLength(2);
  editor.ofWorkspace = 's3://another/index';
  editor.answer = undefined;
  expect(await open().location()).toBeUndefined();
  expect(editor.asked.at(-1)).toContain('s3://another/index');
});

it('asks no more about what was refused, until keys are given for it', async () => {
  editor.ofWorkspace = 's3://elsewhere/index';
  editor.answer = 'Do Not Use It';
  const access = open();
  await access.location();
  await vi.waitFor(() => expect(changed).toHaveBeenCalledOnce());
  expect(await access.location()).toBeUndefined();
  expect(editor.asked).toHaveLength(1);
  await access.askKeys();
  expect(await access.location()).toMatchObject({ credentials: { aws_region: 'eu' } });
});
