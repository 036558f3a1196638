/** The person's review of what the assistant edits, and the way back, in the real VS Code. */
import { existsSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { call, script } from '../support/modelServer/policies';
import {
  chat,
  content,
  file,
  lastResult,
  messages,
  openChat,
  reload,
  scriptedChat,
  timeout,
  told,
  vscode,
  write,
} from '../support/vscode/scriptedChat';

/** What happens while the model thinks about what it was given. */
let meanwhile: (() => Promise<void>) | undefined;

const lines = (count: number) =>
  Array.from({ length: count }, (_, i) => `export const v${i + 1} = ${i + 1};\n`);
const edit = (path: string, old: string, put: string) => call('edit_file', { path, old, new: put });
const read = (path: string) => call('read_file', { path });
const row = (path: string) => chat.frame.locator(`[data-testid=changed-file][data-path="${path}"]`);
const lens = (title: string) => vscode.page.locator('.codelens-decoration a', { hasText: title });
const editorText = () => vscode.page.locator('.editor-instance .view-lines').last().innerText();

/** What the list shows, one line a file. */
async function listed(): Promise<string[]> {
  const rows = await chat.byTestId('changed-file').allInnerTexts();
  return rows.map((text) => text.replace(/\s+/g, ' ').trim());
}

scriptedChat({
  files: {
    'src/a.ts': lines(30).join(''),
    'src/b.ts': lines(5).join('').replaceAll('\n', '\r\n'),
    'old/gone.ts': 'gone\n',
    'old/moved.ts': 'moved\n',
  },
  server: { window: 32_768 },
  policy: async (request) => {
    const act = meanwhile;
    if (act && request.messages.at(-1)?.role === 'tool') {
      meanwhile = undefined;
      await act();
    }
    return script(request);
  },
  settings: {
    'virtualContext.openFilesOnFault': false,
    'files.autoSave': 'off',
    'workbench.colorTheme': 'Default Light Modern',
  },
});

it('lists what was edited with its counts; nothing was asked', async () => {
  await chat.ask(
    `${read('src/a.ts')} ${read('src/b.ts')} [[then]] ${edit('src/a.ts', 'v3 = 3', 'v3 = 33')} ${edit('src/a.ts', 'v20 = 20', 'v20 = 200')} ${edit('src/b.ts', 'export const v5 = 5;', 'export const v5 = 5;\nexport const v6 = 6;')} [[then]] [[say ok]]`,
  );
  await vi.waitFor(async () => {
    expect(await listed()).toEqual(['a.ts src +2 −2', 'b.ts src +1 −0']);
  }, timeout);
  expect(content('src/a.ts')).toContain('v3 = 33');
  expect(content('src/b.ts')).toContain('v5 = 5;\r\nexport const v6 = 6;\r\n');
  await expect.poll(() => chat.byTestId('checkpoint').count()).toBe(1);
  await vscode.screenshot('review-list');
});

it('lists it after a reload of the window, too', async () => {
  await reload();
  await vi.waitFor(async () => expect(await listed()).toEqual(['a.ts src +2 −2', 'b.ts src +1 −0']), timeout);
});

it('undoes one hunk in the diff editor, which the model is told, and keeps the other', async () => {
  await row('src/a.ts').getByRole('button', { name: 'Open the changes' }).click();
  await vscode.page.locator('.tab.active', { hasText: 'a.ts (assistant’s changes)' }).waitFor();
  await lens('Undo').nth(1).waitFor();
  await vscode.screenshot('review-diff-light');
  await lens('Undo').nth(1).click();
  await vi.waitFor(() => expect(content('src/a.ts')).toContain('v20 = 20;'), timeout);
  expect(content('src/a.ts')).toContain('v3 = 33;');
  await vi.waitFor(async () => expect(await listed()).toContain('a.ts src +1 −1'), timeout);
  await chat.ask('[[say ok]]');
  expect(told()).toContain('The person undid a part of your changes of src/a.ts');
  await lens('Keep').first().click();
  await vi.waitFor(async () => expect(await listed()).toEqual(['b.ts src +1 −0']), timeout);
  // The diff has nothing more to say.
  await vscode.page.locator('.tab', { hasText: 'a.ts (assistant’s changes)' }).waitFor({ state: 'detached' });
  expect(content('src/a.ts')).toBe(lines(30).join('').replace('v3 = 3;', 'v3 = 33;'));
});

it('follows what the person types, shows that they did, and leaves what they wrote alone', async () => {
  await vscode.openFile('src/b.ts');
  await lens('Keep').first().waitFor();
  await vscode.page.locator('.editor-instance .view-line', { hasText: 'v1' }).first().click();
  await vscode.page.keyboard.press('Home');
  await vscode.page.keyboard.type('// mine\n');
  await row('src/b.ts').locator('[data-testid=edited-since]').waitFor();
  await row('src/b.ts').locator('[data-testid=undo-file]').click();
  await chat.byTestId('changes').waitFor({ state: 'detached' });
  const shown = await editorText();
  expect(shown).toContain('mine');
  expect(shown).not.toContain('v6');
  // Undo in the editor takes the undoing back.
  await vscode.page.locator('.editor-instance .view-line', { hasText: 'v2' }).first().click();
  await vscode.page.keyboard.press('Control+z');
  await vi.waitFor(async () => expect(await editorText()).toContain('v6'), timeout);
  await vscode.page.keyboard.press('Control+s');
  await vi.waitFor(() => expect(content('src/b.ts')).toContain('v6 = 6'), timeout);
});

it('refuses a stale edit when the person edits by hand in the middle of a turn; it is made again', async () => {
  meanwhile = async () => {
    await vscode.openFile('src/a.ts');
    await vscode.page.locator('.editor-instance .view-line', { hasText: 'v10' }).first().click();
    await vscode.page.keyboard.press('End');
    await vscode.page.keyboard.press('ArrowLeft');
    await vscode.page.keyboard.type('00');
    await vscode.page.keyboard.press('Control+s');
    await vi.waitFor(() => expect(content('src/a.ts')).toContain('v10 = 1000;'), timeout);
    // An edit of a document with unsaved changes is not saved.
    await vscode.page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
  };
  await chat.ask(
    `${read('src/a.ts')} [[then]] ${edit('src/a.ts', 'v10 = 10', 'v10 = 100')} [[then]] ${edit('src/a.ts', 'v10 = 1000', 'v10 = 1')} [[then]] [[say ok]]`,
  );
  const results = messages()
    .filter(({ role }) => role === 'tool')
    .slice(-2)
    .map(({ content: text }) => text ?? '');
  expect(results[0]).toContain('Refused');
  expect(results[0]).toContain('v10 = 1000');
  expect(results[1]).toContain('Edited src/a.ts');
  expect(content('src/a.ts')).toContain('v10 = 1;');
});

it('restores a checkpoint: the files, and then the conversation too', async () => {
  const before = content('src/a.ts');
  await chat.ask(
    `${edit('src/a.ts', 'v10 = 1;', 'v10 = 7;')} ${edit('new.ts', '', 'new\n')} [[then]] [[say ok]]`,
  );
  expect(content('new.ts')).toBe('new\n');
  write('new.ts', 'new\nmine\n');
  await chat.byTestId('restore-checkpoint').last().click();
  await vscode.page.locator('.quick-input-list').getByText('Show What Would Change').click();
  await vscode.page.locator('.tab.active', { hasText: 'Restoring: now' }).waitFor();
  // On the right what was there before.
  await vscode.page.locator('.multiDiffEditor .editor.modified .view-line', { hasText: 'v10' }).waitFor();
  await vscode.screenshot('review-restore-preview');
  await vscode.page.locator('.quick-input-list').getByText('Files and Conversation').click();
  // What the person wrote since is named, and replaced only when they say so.
  const dialog = vscode.page.locator('.monaco-dialog-box');
  await dialog.getByText('new.ts').waitFor();
  await vscode.screenshot('review-restore-confirm');
  await dialog.getByText('Replace My Changes Too').click();
  await vi.waitFor(() => expect(existsSync(file('new.ts'))).toBe(false), timeout);
  expect(content('src/a.ts')).toBe(before);
  await openChat();
  await vi.waitFor(async () => {
    expect(await chat.byTestId('chat-input').inputValue()).toContain('v10 = 7');
  }, timeout);
});

it('undoes files that were created, moved and deleted, all at once, when the person says so again', async () => {
  if ((await listed()).length > 0) await chat.byTestId('keep-all').click();
  await chat.byTestId('changes').waitFor({ state: 'detached' });
  await chat.ask(
    `${read('old/gone.ts')} ${read('old/moved.ts')} [[then]] ${call('delete_file', { path: 'old/gone.ts' })} ${call('move_file', { from: 'old/moved.ts', to: 'there.ts' })} ${call('write_file', { path: 'made.ts', text: 'made\n' })} [[then]] [[say ok]]`,
  );
  await vi.waitFor(async () => {
    expect((await listed()).sort()).toEqual(['gone.ts old +0 −1', 'made.ts +1 −0', 'there.ts +0 −0']);
  }, timeout);
  await row('old/gone.ts').getByRole('button', { name: 'Open the changes' }).click();
  await vscode.page.locator('.editor.original .view-line', { hasText: 'gone' }).waitFor();
  await vscode.runCommand('Virtual Context: Show All Changes');
  await vscode.page.locator('.multiDiffEditor .editor.modified .view-line', { hasText: 'made' }).waitFor();
  await vscode.screenshot('review-all');
  await chat.byTestId('undo-all').click();
  await vscode.page.locator('.monaco-dialog-box').getByText('Undo All').click();
  await chat.byTestId('changes').waitFor({ state: 'detached' });
  expect([content('old/gone.ts'), content('old/moved.ts')]).toEqual(['gone\n', 'moved\n']);
  expect([existsSync(file('there.ts')), existsSync(file('made.ts'))]).toEqual([false, false]);
});

it('is done by keyboard alone', async () => {
  const text = content('src/a.ts');
  await chat.ask(
    `${read('src/a.ts')} [[then]] ${edit('src/a.ts', 'v15 = 15;', 'v15 = 5;')} ${edit('src/a.ts', 'v25 = 25;', 'v25 = 5;')} [[then]] [[say ok]]`,
  );
  await vscode.openFile('src/a.ts');
  await lens('Keep').first().waitFor();
  const press = (key: string) => vscode.page.keyboard.press(key);
  await vscode.page.locator('.editor-instance .view-line', { hasText: 'v14' }).first().click();
  const at = (line: number) => vscode.page.locator('.statusbar-item', { hasText: `Ln ${line},` }).waitFor();
  await press('Alt+F5');
  await at(15);
  await press('Control+Alt+Backspace');
  await vi.waitFor(() => expect(content('src/a.ts')).toContain('v15 = 15;'), timeout);
  await press('Alt+F5');
  await at(25);
  await press('Control+Alt+Enter');
  await chat.byTestId('changes').waitFor({ state: 'detached' });
  expect(content('src/a.ts')).toBe(text.replace('v25 = 25;', 'v25 = 5;'));
});

it('edits nothing in the mode “Ask”, which is chosen by keyboard', async () => {
  await chat.byTestId('chat-input').fill('');
  await chat.byTestId('chat-input').press('Control+.');
  await vscode.page.locator('.quick-input-list').getByText('Ask', { exact: true }).click();
  await chat.frame.locator('[data-testid=mode-button][data-mode=ask]').waitFor();
  await chat.ask(
    `${read('src/a.ts')} [[then]] ${edit('src/a.ts', 'v10 = 1;', 'v10 = 5;')} [[then]] [[say ok]]`,
  );
  expect(lastResult()).toContain('the mode is "ask"');
  expect(content('src/a.ts')).toContain('v10 = 1;');
  await vscode.chooseFrom('Virtual Context: Select Mode', 'Auto');
  await chat.frame.locator('[data-testid=mode-button][data-mode=auto]').waitFor();
  const waiting = await listed();
  await chat.ask(`${edit('src/a.ts', 'v11 = 11;', 'v11 = 5;')} [[then]] [[say ok]]`);
  expect(content('src/a.ts')).toContain('v11 = 5;');
  expect(await listed()).toEqual(waiting);
});
