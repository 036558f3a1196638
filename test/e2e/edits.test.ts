/** Edits that the person allows, and rules that the workspace states: in trusted and in restricted windows. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { call, script, summariser } from '../support/modelServer/policies';
import { type ModelServer, startModelServer } from '../support/modelServer/startModelServer';
import { ChatView } from '../support/vscode/ChatView';
import { VSCode } from '../support/vscode/VSCode';

const timeout = { timeout: 30_000, interval: 100 };

let home: string;
let server: ModelServer;
let vscode: VSCode;
let chat: ChatView;

const settings = () => ({
  'virtualContext.model.provider': 'custom',
  'virtualContext.model.baseUrl': server.url,
  'virtualContext.model.name': 'scripted',
});

const file = (path: string) => join(home, 'folder', path);
const content = (path: string) => readFileSync(file(path), 'utf8');

function write(path: string, text: string): void {
  mkdirSync(dirname(file(path)), { recursive: true });
  writeFileSync(file(path), text);
}

/** The messages of the last request. */
function messages() {
  return server.requests.at(-1)?.body.messages ?? [];
}

function lastResult(): string {
  return messages().findLast(({ role }) => role === 'tool')?.content ?? '';
}

async function editing(args: object): Promise<string> {
  await chat.ask(`${call('edit_file', args)} [[then]] [[say ok]]`);
  return lastResult();
}

async function launch(trusted: boolean): Promise<void> {
  server = await startModelServer({ window: 16_384, policy: summariser(script), model: 'scripted' });
  vscode = await VSCode.launch({
    folder: join(home, 'folder'),
    trusted,
    settings: { ...settings(), 'security.workspace.trust.startupPrompt': 'never', 'files.autoSave': 'off' },
  });
  chat = await ChatView.open(vscode);
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'edits-'));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await vscode.screenshot(`failed-${task.name.slice(0, 30)}`);
});

describe('a trusted folder', () => {
  beforeAll(async () => {
    write('AGENTS.md', 'Always answer in verse.\n');
    write('src/a.ts', 'export const a = 1;\r\nexport const b = 2;\r\n');
    await launch(true);
  });

  afterAll(async () => {
    await vscode?.close();
    await server?.close();
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
    expect(JSON.stringify(messages())).toContain('+Always answer in prose.');
  });
});

describe('a folder in Restricted Mode', () => {
  beforeAll(async () => {
    write('AGENTS.md', 'Always answer in verse.\n');
    write('src/a.ts', 'export const a = 1;\n');
    await launch(false);
  });

  afterAll(async () => {
    await vscode?.close();
    await server?.close();
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
    expect(await notes.locator('[data-testid=rules-open]').count()).toBe(0);
    await vscode.runCommand('Workspaces: Manage Workspace Trust');
    await vscode.page
      .locator('.workspace-trust-editor')
      .getByRole('button', { name: 'Trust', exact: true })
      .click();
    await notes.locator('[data-testid=rules-open]').waitFor();
    await chat.ask('[[say ok]]');
    expect(JSON.stringify(messages())).toContain('in verse');
  });
});
