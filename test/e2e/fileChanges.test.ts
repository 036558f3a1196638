/** Files changed by the model in the real editor: Undo, formatting on save, moves, deletions, modes. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { call, script, summariser } from '../support/modelServer/policies';
import { type ModelServer, startModelServer } from '../support/modelServer/startModelServer';
import { ChatView } from '../support/vscode/ChatView';
import { VSCode } from '../support/vscode/VSCode';

const timeout = { timeout: 30_000, interval: 100 };

let home: string;
let server: ModelServer;
let vscode: VSCode;
let chat: ChatView;

const file = (path: string) => join(home, 'folder', path);
const content = (path: string) => readFileSync(file(path), 'utf8');

function write(path: string, text: string): void {
  mkdirSync(dirname(file(path)), { recursive: true });
  writeFileSync(file(path), text);
}

/** Makes calls, a step each. @returns the result of the last */
async function calls(...made: readonly string[]): Promise<string> {
  await chat.ask([...made, '[[say ok]]'].join(' [[then]] '));
  const messages = server.requests.at(-1)?.body.messages ?? [];
  return messages.findLast(({ role }) => role === 'tool')?.content ?? '';
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'changes-'));
  write('data.json', '{\n  "one": 1\n}\n');
  write('other.json', '{"a":   1}');
  write('dos.txt', 'one\r\ntwo\r\n');
  write('old.txt', 'old\n');
  write('gone.txt', 'gone\n');
  server = await startModelServer({ window: 16_384, policy: summariser(script), model: 'scripted' });
  vscode = await VSCode.launch({
    folder: join(home, 'folder'),
    trusted: true,
    settings: {
      'virtualContext.model.provider': 'custom',
      'virtualContext.model.baseUrl': server.url,
      'virtualContext.model.name': 'scripted',
      'editor.formatOnSave': true,
      'files.insertFinalNewline': true,
      'files.autoSave': 'off',
    },
  });
  chat = await ChatView.open(vscode);
});

afterAll(async () => {
  await vscode?.close();
  await server?.close();
  rmSync(home, { recursive: true, force: true });
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await vscode.screenshot(`failed-${task.name.slice(0, 30)}`);
});

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
