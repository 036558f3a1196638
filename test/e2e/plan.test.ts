/** The plan, and rules that hold for some files, in the real editor. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { call, script, summariser } from '../support/modelServer/policies';
import { type ModelServer, startModelServer } from '../support/modelServer/startModelServer';
import { ChatView } from '../support/vscode/ChatView';
import { VSCode } from '../support/vscode/VSCode';

let home: string;
let server: ModelServer;
let vscode: VSCode;
let chat: ChatView;

const file = (path: string) => join(home, 'folder', path);
const sent = () => JSON.stringify(server.requests.at(-1)?.body.messages);

function write(path: string, text: string): void {
  mkdirSync(dirname(file(path)), { recursive: true });
  writeFileSync(file(path), text);
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'plan-'));
  write('.virtual-context/rules/ts.md', '---\nglobs: src/**/*.ts\n---\nAlways answer in verse.\n');
  write('src/a.ts', 'export const a = 1;\n');
  server = await startModelServer({ window: 16_384, policy: summariser(script), model: 'scripted' });
  vscode = await VSCode.launch({
    folder: join(home, 'folder'),
    trusted: true,
    settings: {
      'virtualContext.model.provider': 'custom',
      'virtualContext.model.baseUrl': server.url,
      'virtualContext.model.name': 'scripted',
      'virtualContext.mode': 'ask',
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

it('is kept by the model and edited by the person', async () => {
  const items = [
    { text: 'look at it', state: 'active' },
    { text: 'mend it', state: 'open' },
  ];
  await chat.ask(`${call('update_plan', { items })} [[then]] [[say ok]]`);
  expect(await chat.byTestId('plan-text').allInnerTexts()).toEqual(['look at it', 'mend it']);
  await chat.byTestId('plan-tick').first().click();
  await chat.byTestId('plan-count').filter({ hasText: '1/2' }).waitFor();
  await chat.ask('[[say ok]]');
  expect(sent()).toContain('the plan is now:\\n[x] look at it\\n[ ] mend it');
  await vscode.runCommand('Virtual Context: Reset the Window');
  await vscode.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Reset' }).click();
  await chat.byTestId('notice').filter({ hasText: 'Window reset:' }).waitFor();
  await chat.ask('[[say ok]]');
  expect(sent()).toContain('[plan] (kept with update_plan)\\n[x] look at it\\n[ ] mend it');
  // It was made where nothing may be changed; now it is to be done.
  expect(await chat.byTestId('mode-button').innerText()).toContain('Ask');
  await chat.byTestId('plan-carry-out').click();
  await chat.byTestId('mode-button').filter({ hasText: 'Edit' }).waitFor();
  await vi.waitUntil(() => sent().includes('Carry out the plan.'), { timeout: 30_000, interval: 100 });
  await chat.idle();
  await chat.byTestId('plan-clear').click();
  await chat.byTestId('plan').waitFor({ state: 'detached' });
});

it('is told rules for some files when one of them is touched', async () => {
  expect(JSON.stringify(server.requests.map(({ body }) => body))).not.toContain('in verse');
  await chat.ask(`${call('read_file', { path: 'src/a.ts' })} [[then]] [[say ok]]`);
  expect(sent()).toContain('(for files matching src/**/*.ts) hold now:\\nAlways answer in verse.');
  await vscode.runCommand('View: Show Virtual Context');
  const notes = await vscode.webview('[data-testid=note-input]');
  expect(await notes.locator('[data-testid=rules-scope]').innerText()).toBe('For files matching src/**/*.ts');
});

it('has a command that begins a rules file', async () => {
  await vscode.runCommand('Virtual Context: New Rules File…');
  await vscode.page.locator('.quick-input-widget input').fill('testing');
  await vscode.page.keyboard.press('Enter');
  await vscode.page.locator('.tab.active', { hasText: 'testing.md' }).waitFor();
  await vi.waitUntil(() => existsSync(file('.virtual-context/rules/testing.md')));
  expect(readFileSync(file('.virtual-context/rules/testing.md'), 'utf8')).toContain('globs: []');
});
