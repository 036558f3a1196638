/** The webviews in a browser, with their real providers and policy but without VS Code around them: set up for each test. */
import axe from 'axe-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { ChatViewProvider } from '../../../src/host/chatViewProvider';
import { NotesViewProvider } from '../../../src/host/notesViewProvider';
import type { PanelSource } from '../../../src/host/panelSource';
import type { ChatEvent } from '../../../src/webview/protocol';
import { FakeConversation } from './FakeConversation';
import { fakeActions } from './fakeActions';
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
/** What it has told is in the state too, as far as nothing took its place. */
export let panel: PanelSource & { tell(event: ChatEvent): void };
export let actions: ReturnType<typeof fakeActions>;

beforeAll(async () => {
  browser = await WebviewBrowser.launch();
});

afterAll(() => browser.close());

beforeEach(() => {
  conversation = new FakeConversation();
  panel = fakePanel();
  actions = fakeActions();
});

afterEach(async () => {
  const { problems } = view;
  await view.close();
  expect(problems).toEqual([]);
});

function fakePanel() {
  const told = new Map<string, ChatEvent>();
  const listeners = new Set<(event: ChatEvent) => void>();
  return {
    tell: (event: ChatEvent) => {
      told.set(event.type, event);
      for (const listener of listeners) listener(event);
    },
    current: () => [...told.values()],
    onEvent: (listener: (event: ChatEvent) => void) => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
  };
}

export async function openChat(options: Parameters<WebviewBrowser['open']>[1] = {}): Promise<void> {
  view = await browser.open(new ChatViewProvider(extensionUri, conversation, actions, [panel]), options);
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
