/** Edits that the person allows, and rules that the workspace states: in trusted and in restricted windows. */
import { existsSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { call } from '../support/modelServer/policies';
import {
  chat,
  content,
  file,
  lastResult,
  messages,
  scriptedChat,
  server,
  timeout,
  told,
  vscode,
  write,
} from '../support/vscode/scriptedChat';

const settings = { 'security.workspace.trust.startupPrompt': 'never', 'files.autoSave': 'off' };

async function editing(args: object): Promise<string> {
  await chat.ask(`${call('edit_file', args)} [[then]] [[say ok]]`);
  return lastResult();
}

describe('a trusted folder', () => {
  scriptedChat({
    files: {
      'AGENTS.md': 'Always answer in verse.\n',
      'src/a.ts': 'export const a = 1;\r\nexport const b = 2;\r\n',
    },
    settings,
  });

  const edit = (old: string, put: string) => ({ path: 'src/a.ts', old, new: put });

  it('is edited at once, but what agents obey only when the person allows it', async () => {
    expect(await editing(edit('a = 1', 'a = 10'))).toContain('Refused: you have not seen these lines');
    expect(await editing(edit('a = 1', 'a = 10'))).toContain('Edited src/a.ts.');
    expect(content('src/a.ts')).toBe('export const a = 10;\r\nexport const b = 2;\r\n');
    expect(await editing({ path: 'new/c.ts', old: '', new: 'c\n' })).toContain('Created');
    expect(content('new/c.ts')).toBe('c\n');
    const rules = { path: 'CLAUDE.md', old: '', new: 'Obey.\n' };
    await chat.send(`${call('edit_file', rules)} [[then]] [[say ok]]`);
    await (await chat.approval()).getByText('+Obey.').waitFor();
    // A stray Enter allows nothing.
    await vscode.page.keyboard.press('Enter');
    await chat.idle();
    expect(lastResult()).toContain('The person refused this change');
    expect(existsSync(file('CLAUDE.md'))).toBe(false);
  });

  it('is edited in the editor that has unsaved changes, where Undo takes it back', async () => {
    await vscode.openFile('src/a.ts');
    await vscode.page.locator('.editor-instance .view-line').first().click();
    await vscode.page.keyboard.press('Control+End');
    await vscode.page.keyboard.type('// mine');
    await chat.ask(`${call('read_file', { path: 'src/a.ts' })} [[then]] [[say ok]]`);
    expect(lastResult()).toContain('// mine');
    expect(await editing(edit('b = 2', 'b = 20'))).toContain('Edited src/a.ts.');
    const editor = vscode.page.locator('.editor-instance .view-lines');
    await vi.waitUntil(async () => (await editor.innerText()).includes('20'), timeout);
    // What the person has not saved is theirs to save.
    expect(content('src/a.ts')).not.toContain('mine');
    await vscode.page.locator('.editor-instance .view-line').first().click();
    await vscode.page.keyboard.press('Control+z');
    await vi.waitUntil(async () => !(await editor.innerText()).includes('20'), timeout);
    await vscode.page.keyboard.press('Control+s');
    await vi.waitUntil(() => content('src/a.ts').includes('// mine'), timeout);
    expect(content('src/a.ts')).toContain('b = 2;');
  });

  it('is obeyed by its rules, which the notes view lists and opens, and a change is told', async () => {
    expect(messages()[0]?.content).toContain('Always answer in verse.');
    await vscode.runCommand('View: Show Virtual Context');
    const notes = await vscode.webview('[data-testid=note-input]');
    await notes.locator('[data-testid=rules-open]').click();
    await vscode.page.locator('.tab.active', { hasText: 'AGENTS.md' }).waitFor();
    write('AGENTS.md', 'Always answer in prose.\n');
    await chat.ask('[[say ok]]');
    expect(messages()[0]?.content).toContain('Always answer in verse.');
    expect(told()).toContain('+Always answer in prose.');
  });
});

describe('a folder in Restricted Mode', () => {
  scriptedChat({
    files: { 'AGENTS.md': 'Always answer in verse.\n', 'src/a.ts': 'export const a = 1;\n' },
    trusted: false,
    settings,
  });

  it('is read, never edited, and its rules are not obeyed', async () => {
    const edit = call('edit_file', { path: 'src/a.ts', old: 'a = 1', new: 'a = 10' });
    const create = call('edit_file', { path: 'x.ts', old: '', new: 'x' });
    await chat.ask(
      `${call('read_file', { path: 'src/a.ts' })} [[then]] ${edit} ${create} [[then]] [[say ok]]`,
    );
    const results = messages().filter(({ role }) => role === 'tool');
    expect(results.map(({ content: text }) => text?.includes('Restricted Mode'))).toEqual([
      false,
      true,
      true,
    ]);
    expect(content('src/a.ts')).toBe('export const a = 1;\n');
    expect(existsSync(file('x.ts'))).toBe(false);
    expect(JSON.stringify(server.requests.map(({ body }) => body))).not.toContain('in verse');
  });

  it('is obeyed once the person trusts it', async () => {
    await vscode.runCommand('View: Show Virtual Context');
    const notes = await vscode.webview('[data-testid=note-input]');
    await expect.poll(() => notes.locator('[data-testid=rules-open]').count()).toBe(0);
    await vscode.runCommand('Workspaces: Manage Workspace Trust');
    await vscode.page
      .locator('.workspace-trust-editor')
      .getByRole('button', { name: 'Trust', exact: true })
      .click();
    await notes.locator('[data-testid=rules-open]').waitFor();
    await chat.ask('[[say ok]]');
    expect(told()).toContain('in verse');
  });
});
