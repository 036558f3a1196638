/** The plan, and rules that hold for some files, in the real editor. */
import { existsSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { call } from '../support/modelServer/policies';
import {
  chat,
  content,
  file,
  scriptedChat,
  server,
  timeout,
  told,
  vscode,
} from '../support/vscode/scriptedChat';

scriptedChat({
  files: {
    '.virtual-context/rules/ts.md': '---\nglobs: src/**/*.ts\n---\nAlways answer in verse.\n',
    'src/a.ts': 'export const a = 1;\n',
  },
  settings: { 'virtualContext.mode': 'ask' },
});

it('is kept by the model and edited by the person', async () => {
  const items = [
    { text: 'look at it', state: 'active' },
    { text: 'mend it', state: 'open' },
  ];
  await chat.ask(`${call('update_plan', { items })} [[then]] [[say ok]]`);
  await expect.poll(() => chat.byTestId('plan-text').allInnerTexts()).toEqual(['look at it', 'mend it']);
  await chat.byTestId('plan-tick').first().click();
  await chat.byTestId('plan-count').filter({ hasText: '1/2' }).waitFor();
  await chat.ask('[[say ok]]');
  expect(told()).toContain('the plan is now:\\n[x] look at it\\n[ ] mend it');
  await vscode.runCommand('Virtual Context: Reset the Window');
  await vscode.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Reset' }).click();
  await chat.byTestId('notice').filter({ hasText: 'Window reset:' }).waitFor();
  await chat.ask('[[say ok]]');
  expect(told()).toContain('[plan] (kept with update_plan)\\n[x] look at it\\n[ ] mend it');
  // It was made where nothing may be changed; now it is to be done.
  await expect.poll(() => chat.byTestId('mode-button').innerText()).toContain('Ask');
  await chat.byTestId('plan-carry-out').click();
  await chat.byTestId('mode-button').filter({ hasText: 'Edit' }).waitFor();
  await vi.waitUntil(() => told().includes('Carry out the plan.'), timeout);
  await chat.idle();
  await chat.byTestId('plan-clear').click();
  await chat.byTestId('plan').waitFor({ state: 'detached' });
});

it('is told rules for some files when one of them is touched', async () => {
  expect(JSON.stringify(server.requests.map(({ body }) => body))).not.toContain('in verse');
  await chat.ask(`${call('read_file', { path: 'src/a.ts' })} [[then]] [[say ok]]`);
  expect(told()).toContain('(for files matching src/**/*.ts) hold now:\\nAlways answer in verse.');
  await vscode.runCommand('View: Show Virtual Context');
  const notes = await vscode.webview('[data-testid=note-input]');
  await expect
    .poll(() => notes.locator('[data-testid=rules-scope]').innerText())
    .toBe('For files matching src/**/*.ts');
});

it('has a command that begins a rules file', async () => {
  await vscode.runCommand('Virtual Context: New Rules File…');
  await vscode.page.locator('.quick-input-widget input').fill('testing');
  await vscode.page.keyboard.press('Enter');
  await vscode.page.locator('.tab.active', { hasText: 'testing.md' }).waitFor();
  await vi.waitUntil(() => existsSync(file('.virtual-context/rules/testing.md')));
  expect(content('.virtual-context/rules/testing.md')).toContain('globs: []');
});
