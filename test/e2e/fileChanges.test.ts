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
    'plain.txt': 'one\ntwo\n',
    'dos.txt': 'one\r\ntwo\r\n',
    'old.txt': 'old\n',
    'gone.txt': 'gone\n',
  },
  settings: {
    'editor.formatOnSave': true,
    'editor.tabSize': 2,
    'files.insertFinalNewline': true,
    'files.trimTrailingWhitespace': true,
    'files.autoSave': 'off',
  },
});

/** Makes calls, a step each. @returns the result of the last */
async function calls(...made: readonly string[]): Promise<string> {
  await chat.ask([...made, '[[say ok]]'].join(' [[then]] '));
  return lastResult();
}

it('a file that is created is saved as the settings say, by a formatter that was not loaded yet, too, and the model sees it so', async () => {
  const made = await calls(call('write_file', { path: 'made.json', text: '{"a":1,"b":[2]}' }));
  expect(content('made.json')).toBe('{\n  "a": 1,\n  "b": [\n    2\n  ]\n}\n');
  expect(made).toContain('Created made.json (6 lines).');
  expect(made).toContain('4\t    2');
  await calls(call('write_file', { path: 'made.txt', text: 'blanks  \nno end' }));
  expect(content('made.txt')).toBe('blanks\nno end\n');
  await vi.waitFor(async () => expect(await chat.byTestId('changed-file').count()).toBe(2), timeout);
  const [json] = await chat.byTestId('changed-file').allTextContents();
  expect(json).toMatch(/made\.json[\s\S]*\+6/);
  expect(json).not.toContain('edited by you');
  // Nothing but the preview of what is read.
  await expect.poll(() => vscode.page.locator('.tab', { hasText: /made/ }).count()).toBe(0);
  await chat.byTestId('undo-all').click();
  await vscode.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Undo All' }).click();
  await vi.waitUntil(() => !existsSync(file('made.json')) && !existsSync(file('made.txt')), timeout);
});

it('what is undone is what it was, unformatted; the editor’s Undo brings the edit back as the person’s', async () => {
  const edits = [{ old: '1', new: '2' }];
  await calls(call('read_file', { path: 'other.json' }), call('edit_file', { path: 'other.json', edits }));
  expect(content('other.json')).toBe('{\n  "a": 2\n}\n');
  const changed = chat.byTestId('changed-file');
  const waits = async (count: number) =>
    vi.waitFor(async () => expect(await changed.count()).toBe(count), timeout);
  await waits(1);
  await vscode.openFile('other.json');
  const editor = vscode.page.locator('.editor-instance .view-lines');
  const shows = (text: string) =>
    vi.waitFor(
      async () => expect((await editor.innerText()).replaceAll('\u00a0', ' ')).toContain(text),
      timeout,
    );
  await shows('"a": 2');
  await chat.byTestId('undo-file').click();
  await vi.waitFor(() => expect(content('other.json')).toBe('{"a":   1}'), timeout);
  await waits(0);
  await shows('{"a":   1}');
  // Undo of the undoing: the edit is there again, and it is the person's, who have judged it.
  await editor.click();
  await vi.waitUntil(async () => {
    if ((await editor.innerText()).includes('2')) return true;
    await vscode.page.keyboard.press('Control+z');
    return false;
  }, timeout);
  await waits(0);
  await vscode.runCommand('File: Revert File');
  await shows('{"a":   1}');
});

it('an edit that the person takes back in the editor waits no longer, and waits again when they put it forth again', async () => {
  await calls(
    call('read_file', { path: 'plain.txt' }),
    call('edit_file', { path: 'plain.txt', edits: [{ old: 'two', new: 'TWO' }] }),
  );
  const changed = chat.byTestId('changed-file').filter({ hasText: 'plain.txt' });
  await changed.waitFor();
  await vscode.openFile('plain.txt');
  const editor = vscode.page.locator('.editor-instance .view-lines');
  await vi.waitUntil(async () => (await editor.innerText()).includes('TWO'), timeout);
  await editor.click();
  await vscode.page.keyboard.press('Control+z');
  await changed.waitFor({ state: 'detached' });
  await vscode.page.keyboard.press('Control+y');
  await changed.waitFor();
  await changed.getByTestId('keep-file').click();
  await changed.waitFor({ state: 'detached' });
  await vscode.page.keyboard.press('Control+s');
});

it('a file that no editor shows is formatted as the settings say, the model sees it so, and Undo takes it back', async () => {
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
  await vscode.page.locator('.tab.active', { hasText: 'old.txt' }).waitFor();
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
