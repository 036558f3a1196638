/** Files changed by the model in the real editor: Undo, formatting on save, moves, deletions, modes. */
import { existsSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { call } from '../support/modelServer/policies';
import {
  chat,
  content,
  file,
  lastResult,
  scriptedChat,
  timeout,
  vscode,
} from '../support/vscode/scriptedChat';

scriptedChat({
  files: {
    'data.json': '{\n  "one": 1\n}\n',
    'other.json': '{"a":   1}',
    'dos.txt': 'one\r\ntwo\r\n',
    'old.txt': 'old\n',
    'gone.txt': 'gone\n',
  },
  settings: { 'editor.formatOnSave': true, 'files.insertFinalNewline': true, 'files.autoSave': 'off' },
});

/** Makes calls, a step each. @returns the result of the last */
async function calls(...made: readonly string[]): Promise<string> {
  await chat.ask([...made, '[[say ok]]'].join(' [[then]] '));
  return lastResult();
}

it('a file that no editor shows is formatted as the settings say, the model sees it so, and Undo takes it back', async () => {
  // Formatters come with the first file of their language.
  await vscode.openFile('other.json');
  await vi.waitUntil(async () => {
    await vscode.runCommand('Format Document');
    await vscode.runCommand('File: Save');
    return content('other.json').includes('"a": 1');
  }, timeout);
  const edits = [{ old: '"one": 1', new: '"one": 1,"two":   2' }];
  const result = await calls(
    call('read_file', { path: 'data.json' }),
    call('edit_file', { path: 'data.json', edits }),
  );
  expect(content('data.json')).toBe('{\n  "one": 1,\n  "two": 2\n}\n');
  expect(result).toContain('3\t  "two": 2');
  await vscode.openFile('data.json');
  const editor = vscode.page.locator('.editor-instance .view-lines');
  await vi.waitUntil(async () => (await editor.innerText()).includes('two'), timeout);
  await editor.click();
  // Formatting is a step of its own.
  await vi.waitUntil(async () => {
    if (!(await editor.innerText()).includes('two')) return true;
    await vscode.page.keyboard.press('Control+z');
    return false;
  }, timeout);
  await vscode.page.keyboard.press('Control+s');
  await vi.waitUntil(() => !content('data.json').includes('two'), timeout);
});

it('line ends stay, and several edits are made at once', async () => {
  const edits = [
    { old: 'two', new: '2\n2.5' },
    { old: 'one', new: '1' },
  ];
  await calls(call('read_file', { path: 'dos.txt' }), call('edit_file', { path: 'dos.txt', edits }));
  expect(content('dos.txt')).toBe('1\r\n2\r\n2.5\r\n');
});

it('files are created, moved with their editor, and deleted; never over another', async () => {
  await vscode.openFile('old.txt');
  const created = await calls(call('write_file', { path: 'deep/new.txt', text: 'new\r\nlines\n' }));
  expect(created).toContain('Created deep/new.txt (2 lines).');
  expect(content('deep/new.txt')).toBe('new\r\nlines\n');
  await calls(call('move_file', { from: 'old.txt', to: 'lib/moved.txt' }));
  expect(existsSync(file('old.txt'))).toBe(false);
  expect(content('lib/moved.txt')).toBe('old\n');
  await vscode.page.locator('.tab', { hasText: 'moved.txt' }).waitFor();
  const taken = await calls(call('move_file', { from: 'lib/moved.txt', to: 'dos.txt' }));
  expect(taken).toContain('dos.txt is there already');
  await calls(call('delete_file', { path: 'gone.txt' }));
  expect(existsSync(file('gone.txt'))).toBe(false);
});
