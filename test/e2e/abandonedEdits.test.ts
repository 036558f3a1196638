/** Edited files when the chat goes on from an earlier message, or another one is shown, in the real editor. */
import { existsSync } from 'node:fs';
import { beforeAll, expect, it, vi } from 'vitest';
import { call } from '../support/modelServer/policies';
import { chat, content, file, scriptedChat, server, timeout, vscode } from '../support/vscode/scriptedChat';

scriptedChat({ files: { 'a.txt': 'one\ntwo\n' } });

beforeAll(async () => {
  await chat.ask('Hello [[say Hello.]]');
});

const changed = () => chat.byTestId('changed-file');
const paths = () => changed().evaluateAll((rows) => rows.map((row) => row.getAttribute('data-path')));

async function shows(questions: number, waiting: readonly string[]): Promise<void> {
  await vi.waitFor(async () => {
    expect(await chat.userMessages.count()).toBe(questions);
    expect(await paths()).toEqual(waiting);
  }, timeout);
}

async function press(testId: string, message = chat.answers.last()): Promise<void> {
  await message.hover();
  await message.locator(`[data-testid=${testId}]`).click();
}

async function choose(label: string): Promise<void> {
  await vscode.page.locator('.quick-input-widget', { hasText: 'edited files after this message' }).waitFor();
  await vscode.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).click();
}

const edit = [
  call('read_file', { path: 'a.txt' }),
  call('edit_file', { path: 'a.txt', old: 'two', new: 'TWO' }),
  call('write_file', { path: 'new.txt', text: 'new\n' }),
  '[[say Edited.]]',
].join(' [[then]] ');

it('asking again has the person choose: Escape changes nothing, kept files go on waiting', async () => {
  await chat.ask(edit);
  await shows(2, ['a.txt', 'new.txt']);
  await press('retry');
  await vscode.page.locator('.quick-input-widget', { hasText: 'edited files after this message' }).waitFor();
  await vscode.screenshot('abandoned-edits');
  await vscode.page.keyboard.press('Escape');
  await shows(2, ['a.txt', 'new.txt']);
  const asked = server.requests.length;
  await press('retry');
  await choose('Keep Them as They Are');
  await vi.waitUntil(() => server.requests.length > asked, timeout);
  await chat.idle();
  await shows(2, ['a.txt', 'new.txt']);
  expect(content('a.txt')).toBe('one\nTWO\n');
});

it('an edited message has the files put back, and takes that back by the checkpoint', async () => {
  const more = call('edit_file', { path: 'a.txt', old: 'one', new: 'ONE' });
  await chat.ask(`${call('read_file', { path: 'a.txt' })} [[then]] ${more} [[then]] [[say More.]]`);
  expect(content('a.txt')).toBe('ONE\nTWO\n');
  await press('edit-message', chat.userMessages.nth(2));
  await choose('Put the Files Back');
  await shows(2, ['new.txt', 'a.txt']);
  expect(content('a.txt')).toBe('one\nTWO\n');
  const restored = chat.byTestId('checkpoint').filter({ hasText: 'before files were put back' });
  await restored.getByTestId('restore-checkpoint').click();
  await vscode.page.locator('.quick-input-list').getByText('Files', { exact: true }).click();
  await vi.waitFor(() => expect(content('a.txt')).toBe('ONE\nTWO\n'), timeout);
  await shows(2, ['new.txt', 'a.txt']);
});

it('in a new chat they wait on, said to be of another, and are undone there', async () => {
  await vscode.runCommand('Virtual Context: New Chat');
  await shows(0, ['new.txt', 'a.txt']);
  await vi.waitFor(async () => expect(await chat.byTestId('other-chat').count()).toBe(2), timeout);
  await vscode.screenshot('other-chat-changes');
  await changed().last().getByTestId('undo-file').click();
  await shows(0, ['new.txt']);
  await vi.waitFor(() => expect(content('a.txt')).toBe('one\ntwo\n'), timeout);
});

it('a rewind by the command asks, too', async () => {
  await chat.ask(edit);
  await chat.ask('Thanks [[say Welcome.]]');
  await shows(2, ['new.txt', 'a.txt']);
  await vscode.chooseFrom('Virtual Context: Rewind to Here', /read_file/);
  await choose('Put the Files Back');
  await shows(0, ['new.txt']);
  expect(content('a.txt')).toBe('one\ntwo\n');
  expect(existsSync(file('new.txt'))).toBe(true);
});
