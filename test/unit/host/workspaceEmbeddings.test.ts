import { beforeEach, expect, it, vi } from 'vitest';
import type { IndexStatus } from '../../../src/engine/indexStatus';
import type { ApiKeys } from '../../../src/host/apiKeys';
import { type EmbeddingIndex, WorkspaceEmbeddings } from '../../../src/host/workspaceEmbeddings';

const editor = vi.hoisted(() => ({
  set: new Map<string, unknown>(),
  trusted: true,
  asked: [] as string[],
  answer: undefined as string | undefined,
}));
vi.mock('vscode', () => ({
  workspace: {
    getConfiguration: () => ({ get: (key: string, otherwise: unknown) => editor.set.get(key) ?? otherwise }),
    get isTrusted() {
      return editor.trusted;
    },
  },
  window: {
    showWarningMessage: async (message: string) => {
      editor.asked.push(message);
      return editor.answer;
    },
  },
}));

const choices: unknown[] = [];
const agreed = new Map<string, unknown>();
let tell: (status: Partial<IndexStatus>) => void;

function open(): WorkspaceEmbeddings {
  const index: EmbeddingIndex = {
    chooseEmbeddings: async (choice) => {
      choices.push(choice);
    },
    onStatus: (listener) => {
      tell = (status) => listener(status as IndexStatus);
      return () => undefined;
    },
  };
  const keys = { get: async (url: string) => `key of ${url}` } as unknown as ApiKeys;
  const memento = {
    keys: () => [],
    get: (key: string) => agreed.get(key),
    update: async (key: string, value: unknown) => {
      agreed.set(key, value);
    },
  };
  return new WorkspaceEmbeddings(index, keys, memento as never);
}

const unconfirmed = {
  embeddings: {
    state: 'unconfirmed',
    model: 'm',
    host: 'api.openai.com',
    done: 0,
    total: 9,
    estimate: { pages: 9, tokens: 2700, dollars: 0.000054 },
  },
} as const;

beforeEach(() => {
  editor.set = new Map(Object.entries({ 'embeddings.provider': 'openai', 'embeddings.model': 'm' }));
  editor.trusted = true;
  editor.answer = undefined;
  for (const list of [editor.asked, choices]) list.length = 0;
  agreed.clear();
});

it('sends nothing from a folder that nobody trusts, and nothing when nothing is set', async () => {
  editor.trusted = false;
  await open().apply();
  editor.trusted = true;
  editor.set.clear();
  await open().apply();
  expect(choices).toEqual([{ provider: 'none' }, { provider: 'none' }]);
});

it('asks once, with pages, tokens, price and host, and goes on when the person agrees', async () => {
  editor.answer = 'Send and Embed';
  const embeddings = open();
  await embeddings.apply();
  expect(choices.at(-1)).toMatchObject({ confirmed: false, apiKey: 'key of https://api.openai.com/v1' });
  tell(unconfirmed);
  tell(unconfirmed);
  await vi.waitFor(() => expect(choices.at(-1)).toMatchObject({ confirmed: true }));
  expect(editor.asked).toHaveLength(1);
  for (const part of ['9 pages', '2,700 tokens', '$0.0001', 'api.openai.com', '“m”'])
    expect(editor.asked[0]).toContain(part);
  // The next window knows; another model is asked for again.
  await open().apply();
  expect(choices.at(-1)).toMatchObject({ confirmed: true });
  editor.set.set('embeddings.model', 'other');
  await open().apply();
  expect(choices.at(-1)).toMatchObject({ confirmed: false });
});

it('takes no for an answer, and says what is wrong once', async () => {
  const embeddings = open();
  await embeddings.apply();
  tell(unconfirmed);
  await new Promise(setImmediate);
  expect(choices).toHaveLength(1);
  const failed = { ...unconfirmed.embeddings, state: 'error', message: 'No.', nextStep: 'Try.' } as const;
  tell({ embeddings: failed });
  tell({ embeddings: failed });
  expect(editor.asked.slice(1)).toEqual(['Virtual Context embeddings: No. Try.']);
});
