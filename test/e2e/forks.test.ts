/** Fork, rewind, earlier chats and sub-agents in the real VS Code. The model server obeys markers: this proves mechanism only. */
import { beforeAll, expect, it, vi } from 'vitest';
import type { ChatRequest } from '../support/modelServer/chatProtocol';
import type { ChatView } from '../support/vscode/ChatView';
import { chat, reload, scriptedChat, server, timeout, vscode } from '../support/vscode/scriptedChat';

scriptedChat({
  files: { 'src/version.ts': "export const VERSION = '1.0.0';\n" },
  // What the index finds for a question depends on how far it is.
  settings: { 'virtualContext.hints': false },
});

beforeAll(async () => {
  await chat.ask(
    'First question [[call read_file {"path":"src/version.ts"}]] [[then]] [[say First answer.]]',
  );
  await chat.ask('Second question [[say Second answer.]]');
  await chat.ask('Third question [[say Third answer.]]');
});

const bodies = () => server.requests.map(({ body }) => body as ChatRequest);
const lastBody = () => bodies().at(-1) as ChatRequest;
const userTexts = async () => (await chat.userMessages.allTextContents()).map((text) => text.trim());

/** Until the panel shows so many messages of the person's and as many answers as there should be. */
async function shows(questions: number, answers: number): Promise<void> {
  await vi.waitUntil(
    async () => (await chat.userMessages.count()) === questions && (await chat.answers.count()) === answers,
    timeout,
  );
}

async function choose(message: ReturnType<ChatView['byTestId']>, label: string): Promise<void> {
  const entry = vscode.page.locator('.monaco-menu .action-item', { hasText: label });
  await vi.waitFor(async () => {
    await message.click({ button: 'right', timeout: 2000 });
    // The menu ignores a click that comes before the pointer has moved over it.
    await entry.hover({ timeout: 2000 });
    await entry.click({ delay: 100, timeout: 2000 });
  }, timeout);
}

it('forks after an answer: the new chat goes on with the same bytes, without what came later', async () => {
  const before = bodies().find((body) => body.messages.at(-1)?.content?.startsWith('Second question'));
  await choose(chat.answers.first(), 'Fork from Here');
  await shows(1, 1);
  await chat.ask('Other question [[say Other answer.]]');
  const { messages } = lastBody();
  expect(JSON.stringify(messages.slice(0, -1))).toBe(JSON.stringify(before?.messages.slice(0, -1)));
  expect(messages.at(-1)?.content).toContain('Other question');
  await expect.poll(() => chat.answers.last().textContent()).toContain('Other answer.');
});

it('brings back the chat that was left, as it was', async () => {
  await vscode.chooseFrom('Virtual Context: Open Earlier Chat', /First question/);
  await shows(3, 3);
  await expect.poll(() => chat.answers.last().textContent()).toContain('Third answer.');
});

it('rewinds to a question: it is back in the input box, and what followed is gone from the chat', async () => {
  await choose(chat.userMessages.nth(1), 'Rewind to Here');
  await shows(1, 1);
  const box = chat.byTestId('chat-input');
  await vi.waitUntil(async () => (await box.inputValue()).startsWith('Second question'), timeout);
  await box.press('Enter');
  await shows(2, 2);
  const { messages } = lastBody();
  expect(messages.filter((message) => message.role === 'user').map(({ content }) => content)).toEqual([
    expect.stringContaining('First question'),
    expect.stringContaining('Second question'),
  ]);
  expect(messages.at(-1)?.role).toBe('user');
});

it('runs sub-agents in their rows; they are no chats of their own', async () => {
  await chat.ask(
    'Ask around [[call spawn {"task":"Look here"}]] [[call spawn {"task":"Look there","context":"fork"}]] [[then]] [[say Asked.]]',
  );
  await shows(3, 3);
  const rows = chat.rows.filter({ hasText: 'spawn' });
  await expect.poll(() => rows.count()).toBe(2);
  await rows.last().locator('.tool-toggle').click();
  const result = rows.last().locator('.tool-result');
  await vi.waitFor(async () => expect(await result.textContent()).toContain('Done.'), timeout);
  await expect.poll(() => result.textContent()).toMatch(/\.2 · fork · 0 of 20 calls/);
  await vscode.runCommand('Virtual Context: Open Earlier Chat');
  const entries = vscode.page.locator('.quick-input-list .monaco-list-row');
  await entries.first().waitFor();
  expect((await entries.allTextContents()).join()).not.toContain('sub-agent');
  await vscode.page.keyboard.press('Escape');
});

it('rewinds by the command, too, and goes on after the window is reloaded', async () => {
  await vscode.chooseFrom('Virtual Context: Rewind to Here', 'First answer.');
  await shows(1, 1);
  // The browser's VS Code writes what it remembers of a window every five seconds.
  await vscode.page.waitForTimeout(6000);
  await reload();
  await shows(1, 1);
  expect(await userTexts()).toEqual([expect.stringContaining('First question')]);
  await chat.ask('Last question [[say Last answer.]]');
  await shows(2, 2);
  expect(server.requests.filter(({ overWindow }) => overWindow)).toEqual([]);
});
