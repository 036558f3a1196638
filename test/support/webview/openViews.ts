/** The webviews in a browser, with their real providers and policy but without VS Code around them: set up for each test. */
import axe from 'axe-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { ChatActions } from '../../../src/host/chatRequests';
import { ChatViewProvider } from '../../../src/host/chatViewProvider';
import { NotesViewProvider } from '../../../src/host/notesViewProvider';
import { FakeConversation } from './FakeConversation';
import { type Theme, WebviewBrowser, type WebviewPage } from './WebviewPage';

vi.mock('vscode', () => ({
  Uri: {
    joinPath: (base: { path: string }, ...parts: string[]) => ({ path: [base.path, ...parts].join('/') }),
  },
  workspace: { workspaceFolders: [{}] },
}));

const extensionUri = { path: '' } as never;

let browser: WebviewBrowser;
export let view: WebviewPage;
export let conversation: FakeConversation;
export let actions: { [Name in keyof ChatActions]: ReturnType<typeof vi.fn<ChatActions[Name]>> };

beforeAll(async () => {
  browser = await WebviewBrowser.launch();
});

afterAll(() => browser.close());

beforeEach(() => {
  conversation = new FakeConversation();
  actions = {
    openFile: vi.fn(async () => undefined),
    folderIsOpen: vi.fn(() => true),
    openFolder: vi.fn(async () => undefined),
    selectModel: vi.fn(async () => undefined),
    showMemory: vi.fn(async () => undefined),
    setApiKey: vi.fn(async () => undefined),
    openWindowSetting: vi.fn(async () => undefined),
  };
});

afterEach(async () => {
  const { problems } = view;
  await view.close();
  expect(problems).toEqual([]);
});

export async function openChat(options: Parameters<WebviewBrowser['open']>[1] = {}): Promise<void> {
  view = await browser.open(new ChatViewProvider(extensionUri, conversation, actions), options);
  await view.byTestId('chat-input').waitFor();
  await view.settled();
}

export async function openNotes(theme: Theme = 'dark'): Promise<void> {
  view = await browser.open(new NotesViewProvider(extensionUri, conversation, actions), {
    theme,
    width: 320,
  });
  await view.byTestId('notes-usage').waitFor();
}

/** @returns what axe-core finds wrong, one line each */
export async function accessibilityViolations(): Promise<string[]> {
  await view.page.evaluate(axe.source);
  return view.page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
    );
  });
}
