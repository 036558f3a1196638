/** The list of chats, and what can be done to a chat, in the real VS Code. The model server obeys markers: mechanism only. */
import { existsSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import type { ChatView } from '../support/vscode/ChatView';
import {
  chat,
  content,
  file,
  scriptedChat,
  server,
  timeout,
  vscode,
  write,
} from '../support/vscode/scriptedChat';

scriptedChat({
  files: { 'a.ts': 'export const a = 1;\n' },
  server: { window: 32_768 },
  settings: {
    'virtualContext.model.prices': { scripted: { input: 2, cachedInput: 0.5, output: 8 } },
    'virtualContext.hints': false,
    'files.simpleDialog.enable': true,
  },
});

const userTexts = async () => (await chat.userMessages.allTextContents()).map((text) => text.trim());
const lastRequest = () => server.requests.at(-1)?.body;
const rows = () => vscode.page.locator('.pane-body .monaco-list-row');
const dialog = () => vscode.page.locator('.monaco-dialog-box');

async function shows(questions: number, answers: number): Promise<void> {
  await vi.waitUntil(
    async () => (await chat.userMessages.count()) === questions && (await chat.answers.count()) === answers,
    timeout,
  );
  await chat.idle();
}

/** A button of a message: they show while the pointer is over it. */
async function press(message: ReturnType<ChatView['byTestId']>, testId: string): Promise<void> {
  await message.hover();
  await message.locator(`[data-testid=${testId}]`).click();
}

it('shows what a turn has cost, and the chat in the gauge, and what the model thought, collapsed', async () => {
  await chat.ask('Where is the zeppelin hangar? [[think Let me see.]] [[say In the north.]]');
  const spent = chat.byTestId('spent');
  await spent.waitFor();
  await expect.poll(() => spent.textContent()).toMatch(/in · \d+ out · \$0\.\d+/);
  await expect.poll(() => spent.getAttribute('title')).toMatch(/prompt, cached .*output .*cost \$/);
  const thought = chat.byTestId('reasoning');
  await expect.poll(() => thought.getAttribute('open')).toBeNull();
  await thought.locator('summary').click();
  await expect.poll(() => thought.locator('.reasoning-text').textContent()).toContain('Let me see.');
  await chat.byTestId('gauge').locator('.gauge-bar').click();
  await expect.poll(() => chat.byTestId('chat-spent').textContent()).toMatch(/cost\s*\$0\.\d+/);
  await chat.byTestId('gauge').locator('.gauge-bar').click();
});

it('goes back to an earlier message, edited, with its text in the input', async () => {
  await chat.ask('Second question [[say Second answer.]]');
  await press(chat.userMessages.nth(1), 'edit-message');
  await shows(1, 1);
  const box = chat.byTestId('chat-input');
  await vi.waitUntil(async () => (await box.inputValue()).startsWith('Second question'), timeout);
  await box.fill('Edited question [[say Edited answer.]]');
  await box.press('Enter');
  await shows(2, 2);
  expect(await userTexts()).toEqual([
    expect.stringContaining('zeppelin'),
    expect.stringContaining('Edited question'),
  ]);
  expect(JSON.stringify(lastRequest()?.messages)).not.toContain('Second question');
});

it('asks again, and has another model answer', async () => {
  const asked = server.requests.length;
  await press(chat.answers.last(), 'retry');
  await vi.waitUntil(() => server.requests.length > asked, timeout);
  await shows(2, 2);
  expect(lastRequest()?.messages.filter(({ content }) => content?.includes('Edited question'))).toHaveLength(
    1,
  );
  await press(chat.answers.last(), 'regenerate');
  await vscode.choose('Other…');
  await vscode.enter('another-model');
  await vi.waitUntil(() => lastRequest()?.model === 'another-model', timeout);
  await shows(2, 2);
  await chat.ask('Third [[say By the other.]]');
  expect(lastRequest()?.model).toBe('another-model');
});

it('renames the chat in the list, where it stands with its model', async () => {
  await vscode.chooseFrom('Virtual Context: Rename Chat…', /shown now/);
  await vscode.enter('Airships');
  await vscode.runCommand('Virtual Context: Focus on Chats View');
  await vi.waitFor(async () => {
    const texts = await rows().allTextContents();
    expect(texts.find((text) => text.includes('Airships'))).toMatch(/another-model · .*tokens/);
    expect(texts).toContain('Today');
  }, timeout);
});

it('finds what was said in a chat that was left, and opens it there', async () => {
  await vscode.runCommand('Virtual Context: New Chat');
  await shows(0, 0);
  await chat.ask('Something else entirely [[say Fine.]]');
  await vscode.runCommand('Virtual Context: Search Chats…');
  await vscode.page.locator('.quick-input-widget input').first().fill('zeppelin hangar');
  const hit = vscode.page.locator('.quick-input-list .monaco-list-row', { hasText: 'zeppelin' });
  await hit.first().click();
  await vi.waitFor(async () => expect((await userTexts())[0]).toContain('zeppelin'), timeout);
});

it('exports to Markdown and JSON, and imports the JSON as a chat of its own', async () => {
  for (const [title, name] of [
    ['Markdown', 'Airships.md'],
    ['JSON', 'Airships.json'],
  ] as const) {
    await vscode.chooseFrom(`Virtual Context: Export Chat as ${title}…`, 'Airships');
    await fileDialog(name);
    await vscode.page.keyboard.press('Enter');
    await vi.waitUntil(() => existsSync(file(name)), timeout);
  }
  await vi.waitFor(() => {
    expect(content('Airships.md')).toMatch(/^# Airships\n\n## You\n\nWhere is/);
  }, timeout);
  write('Airships.json', content('Airships.json').replace('"Airships"', '"Dirigibles"'));
  await vscode.runCommand('Virtual Context: Import Chat…');
  const input = await fileDialog('/');
  await vscode.page.locator('.quick-input-list').getByText('Airships.json', { exact: true }).click();
  await vscode.page.waitForTimeout(1000);
  // In some versions a click only fills in the path.
  if (await input.isVisible()) await vscode.page.keyboard.press('Enter');
  await shows(3, 3);
  await vi.waitFor(
    async () => expect((await rows().allTextContents()).join()).toContain('Dirigibles'),
    timeout,
  );
  await chat.ask('Go on [[say Gone on.]]');
  expect(JSON.stringify(lastRequest()?.messages)).toContain('In the north.');
});

it('deletes the chat that is shown, and restores it', async () => {
  await vscode.chooseFrom('Virtual Context: Delete Chat…', 'Dirigibles');
  await dialog().getByRole('button', { name: 'Delete' }).click();
  await shows(0, 0);
  await vi.waitFor(
    async () => expect((await rows().allTextContents()).join()).not.toContain('Dirigibles'),
    timeout,
  );
  await vscode.page.getByText('Its messages are no longer searched.').first().waitFor();
  await vscode.chooseFrom('Virtual Context: Restore a Deleted Chat…', /Dirigibles/);
  await vi.waitFor(
    async () => expect((await rows().allTextContents()).join()).toContain('Dirigibles'),
    timeout,
  );
});

/** The simple file dialog, as soon as it shows a path. */
async function fileDialog(path: string) {
  const input = vscode.page.locator('.quick-input-widget input.input').first();
  await vi.waitFor(async () => expect(await input.inputValue()).toContain(path), timeout);
  return input;
}
