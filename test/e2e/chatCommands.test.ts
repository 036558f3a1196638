/** Commands of chats and models that no other test runs, and what two windows choose, in the real VS Code. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { script, summariser } from '../support/modelServer/policies';
import { type ModelServer, startModelServer } from '../support/modelServer/startModelServer';
import { SampleProject } from '../support/sampleProject';
import { ChatView } from '../support/vscode/ChatView';
import { VSCode } from '../support/vscode/VSCode';

const timeout = { timeout: 30_000, interval: 100 };

let project: SampleProject;
let server: ModelServer;
let vscode: VSCode;
let chat: ChatView;

beforeAll(async () => {
  project = new SampleProject();
  const plain = { id: 'plain', max_model_len: 32_768, supported_parameters: ['temperature'] };
  server = await startModelServer({
    window: 32_768,
    policy: summariser(script),
    model: 'scripted',
    alsoListed: [plain],
  });
  vscode = await VSCode.launch({
    folder: project.folder,
    settings: {
      'virtualContext.model.provider': 'custom',
      'virtualContext.model.baseUrl': server.url,
      'virtualContext.model.name': 'scripted',
      'virtualContext.hints': false,
      'files.simpleDialog.enable': true,
    },
  });
  chat = await ChatView.open(vscode);
});

afterAll(async () => {
  await vscode?.close();
  await server?.close();
  project?.remove();
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await vscode.screenshot(`failed-${task.name.slice(0, 30)}`);
});

const rows = () => vscode.page.locator('.pane-body .monaco-list-row');
const row = (text: string) => rows().filter({ hasText: text });
const dialog = () => vscode.page.locator('.monaco-dialog-box');
const picks = () => vscode.page.locator('.quick-input-list .monaco-list-row');
const mode = (view: ChatView) => view.byTestId('mode-button').innerText();
const model = (view: ChatView) => view.byTestId('model-button').innerText();
const firstMessage = async () => (await chat.userMessages.allTextContents())[0] ?? '';
const userSettings = () => readFileSync(join(vscode.profile.userData, 'User/settings.json'), 'utf8');

it('keeps the mode with the chat: another window, and another chat, have their own', async () => {
  await chat.ask('First question [[say First answer.]]');
  const second = await vscode.secondWindow();
  const other = await ChatView.open(second);
  await other.ask('Second window [[say There.]]');
  await chat.byTestId('chat-input').fill('/mode auto');
  await chat.byTestId('chat-input').press('Enter');
  await vi.waitFor(async () => expect(await mode(chat)).toContain('Auto'), timeout);
  expect(await mode(other)).toContain('Edit');
  await chat
    .byTestId('chat-input')
    .fill(
      '/plan the move [[call update_plan {"items":[{"text":"move","state":"open"}]}]] [[then]] [[say ok]]',
    );
  await chat.byTestId('chat-input').press('Enter');
  await chat.byTestId('plan-carry-out').waitFor();
  expect(await mode(chat)).toContain('Ask');
  await chat.byTestId('plan-carry-out').click();
  await vi.waitFor(async () => expect(await mode(chat)).toContain('Auto'), timeout);
  await vi.waitUntil(async () => (await chat.userMessages.count()) === 3, timeout);
  await chat.idle();
  expect(await mode(other)).toContain('Edit');
  expect(userSettings()).not.toContain('"virtualContext.mode"');

  // The other window says that this chat is open here, and keeps its own.
  await second.chooseFrom('Virtual Context: Open Chat in the List…', /First question/);
  await second.page
    .getByText(/The chat is open in another window/)
    .first()
    .waitFor();
  await expect
    .poll(() => other.userMessages.allTextContents())
    .toEqual([expect.stringContaining('Second window')]);
  await second.page.close();
});

it('tells of a model that calls no functions before it is chosen for the chat, which then keeps it', async () => {
  const begin = async () => {
    await vscode.chooseFrom('Virtual Context: Select a Model for This Chat…', 'plain');
    await dialog().getByText('plain cannot call functions.').waitFor();
    await expect
      .poll(() => dialog().textContent())
      .toContain('reads and searches no files, edits nothing, runs no commands');
  };
  await begin();
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await dialog().waitFor({ state: 'detached' });
  expect(await model(chat)).toContain('scripted');
  await begin();
  await dialog().getByRole('button', { name: 'Use It Anyway' }).click();
  await vi.waitFor(async () => expect(await model(chat)).toContain('plain'), timeout);
  await vscode.reload();
  chat = await ChatView.open(vscode);
  await vi.waitFor(async () => {
    expect(await model(chat)).toContain('plain');
    expect(await mode(chat)).toContain('Auto');
  }, timeout);
  await vscode.runCommand('Virtual Context: New Chat');
  await vi.waitFor(async () => {
    expect(await model(chat)).toContain('scripted');
    expect(await mode(chat)).toContain('Edit');
  }, timeout);
});

it('opens, renames and deletes chats of the list by keyboard, and restores them', async () => {
  await chat.ask('Keyboard question [[say By keys.]]');
  await vscode.runCommand('Virtual Context: Focus on Chats View');
  await vscode.runCommand('Virtual Context: Refresh Chats');
  await row('Keyboard question').waitFor();
  await expect
    .poll(() => row('First question').getAttribute('aria-label'))
    .toMatch(/^First question.*answered by scripted/);
  const { keyboard } = vscode.page;
  const focused = () => vscode.page.locator('.pane-body .monaco-list-row.focused').textContent();
  /** Down the list to a chat. */
  const goTo = async (text: string) => {
    await vscode.runCommand('Virtual Context: Focus on Chats View');
    await keyboard.press('Home');
    await vi.waitFor(async () => {
      if (!(await focused())?.includes(text)) await keyboard.press('ArrowDown');
      expect(await focused()).toContain(text);
    }, timeout);
  };
  /** While the list is drawn anew none of its rows has the focus: the command asks which chat is meant. */
  const press = (text: string, key: string, opens: Locator) =>
    vi.waitFor(async () => {
      await keyboard.press('Escape');
      await goTo(text);
      await keyboard.press(key);
      await opens.waitFor({ timeout: 3000 });
    }, timeout);
  await goTo('First question');
  await keyboard.press('Enter');
  await vi.waitFor(async () => expect(await firstMessage()).toContain('First question'), timeout);
  await press(
    'Keyboard question',
    'F2',
    vscode.page.getByText('Empty: it goes by its first question again.'),
  );
  await vscode.enter('Keys');
  await row('Keys').waitFor();
  await press('Keys', 'Delete', dialog().getByText('Delete “Keys”?'));
  await dialog().getByRole('button', { name: 'Delete' }).click();
  await row('Keys').waitFor({ state: 'detached' });
  expect(await firstMessage()).toContain('First question');
  await vscode.runCommand('Virtual Context: Restore a Deleted Chat…');
  await vi.waitFor(
    async () => expect(await picks().allTextContents()).toEqual([expect.stringContaining('Keys')]),
    timeout,
  );
  await picks().first().click();
  await row('Keys').waitFor();
  await vscode.runCommand('Virtual Context: Restore a Deleted Chat…');
  await vscode.page.getByText('No chat was deleted in the last 30 days').waitFor();
  await keyboard.press('Escape');
});

it('copies the chat as Markdown, and forks from an answer in the midst of it', async () => {
  await vscode.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await vscode.runCommand('Virtual Context: Copy Chat as Markdown');
  await vi.waitFor(async () => {
    const copied = await vscode.page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/## You\n\nFirst question.*## Assistant\n\nFirst answer\.\n/s);
    expect(copied).toMatch(/## Plan\n\n- \[ \] move\n/);
  }, timeout);
  await vscode.chooseFrom('Virtual Context: Fork from Here', 'First answer.');
  await vi.waitFor(async () => {
    expect(await chat.userMessages.count()).toBe(1);
    expect(await chat.answers.count()).toBe(1);
    // The fork works as the chat did.
    expect(await mode(chat)).toContain('Auto');
  }, timeout);
});

it('refuses a file that is no chat, and loses nothing', async () => {
  writeFileSync(
    join(project.folder, 'broken.json'),
    '{"format": "virtual-context-chat", "version": 2, "messages": [',
  );
  // The fork is listed, too.
  await vi.waitUntil(async () => (await row('First question').count()) === 2, timeout);
  const before = await rows().allTextContents();
  await vscode.runCommand('Virtual Context: Import Chat…');
  const input = vscode.page.locator('.quick-input-widget input.input').first();
  await vi.waitFor(async () => expect(await input.inputValue()).toContain('/'), timeout);
  await vscode.page.locator('.quick-input-list').getByText('broken.json', { exact: true }).click();
  const problem = vscode.page.getByText(/The file is not JSON\. Choose a JSON file/).first();
  await vscode.page.waitForTimeout(1000);
  if (await input.isVisible()) await vscode.page.keyboard.press('Enter');
  await problem.waitFor();
  expect(existsSync(join(project.folder, 'broken.json'))).toBe(true);
  expect(await firstMessage()).toContain('First question');
  await expect.poll(() => rows().allTextContents()).toEqual(before);
});

it('adds a pinned note, and clears the key', async () => {
  await vscode.runCommand('Virtual Context: Add Pinned Note');
  await vscode.enter('Tabs, never spaces.');
  await chat.ask('Go on [[say ok]]');
  expect(JSON.stringify(server.requests.at(-1)?.body.messages)).toContain('Tabs, never spaces.');
  const authorised = async () => {
    await chat.ask('And on [[say ok]]');
    return server.requests.at(-1)?.authorization;
  };
  await vscode.runCommand('Virtual Context: Set API Key');
  await vscode.enter('a-secret-key');
  await vi.waitFor(async () => expect(await authorised()).toBe('Bearer a-secret-key'), timeout);
  await vscode.runCommand('Virtual Context: Clear API Key');
  await vscode.page.getByText('The API key was removed.').first().waitFor();
  expect(await authorised()).not.toContain('a-secret-key');
});
