/** A workspace that is not trusted, of folders with one name, and an endpoint whose window is not known. */
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { call } from '../support/modelServer/policies';
import { toolResults } from '../support/modelServer/toolResults';
import { chat, file, scriptedChat, server, timeout, vscode } from '../support/vscode/scriptedChat';

const lines = (text: string) => Array.from({ length: 10 }, (_, i) => `${text} ${i + 1}`).join('\n');

const lastAnswer = () => chat.answers.last().innerText();
const paging = () => vscode.log('Virtual Context: Paging');

/** Of the workspace: none of these may hold. */
const settings = {
  'virtualContext.maxCallsPerTurn': 1,
  'virtualContext.notes.tokenLimit': 100,
  'virtualContext.model.baseUrl': 'http://127.0.0.1:1/v1',
};

scriptedChat({
  files: {
    'one/src/alpha.ts': lines('export const alpha'),
    'target/beta.ts': lines('export const beta'),
    'ws.code-workspace': JSON.stringify({ folders: [{ path: 'one/src' }, { path: 'two/src' }], settings }),
  },
  prepare: () => {
    mkdirSync(file('two'));
    symlinkSync(file('target'), file('two/src'));
    symlinkSync('/etc/hostname', file('one/src/leak.txt'));
  },
  open: 'ws.code-workspace',
  trusted: false,
  server: { window: 12_000, tellsWindow: false },
  settings: {
    'virtualContext.openFilesOnFault': false,
    'security.workspace.trust.startupPrompt': 'never',
  },
});

it('tells folders of one name apart, follows none outside, and obeys no setting of the workspace', async () => {
  await vscode.page.locator('.statusbar-item', { hasText: '2 files' }).waitFor();
  const reads = ['src/alpha.ts', 'src-2/beta.ts', 'src/leak.txt'].map((path) => call('read_file', { path }));
  await chat.ask(
    `${reads.join(' ')} ${call('search_workspace', { query: 'beta' })} [[then]] ${call('list_directory', { path: '.' })} [[then]] [[say [b](src-2/beta.ts#L4)]]`,
  );
  const [alpha, beta, leak, found, list] = toolResults(server);
  expect(alpha).toContain('alpha 1');
  expect(beta).toContain('beta 1');
  expect(leak).toContain('outside the workspace');
  expect(found).toContain('src-2/beta.ts');
  expect(list).toContain('src-2/');
  await expect.poll(() => vscode.page.locator('.tab').count()).toBe(0);
  await chat.answers.last().locator('a').click();
  await vscode.page.locator('.tab.active', { hasText: 'beta.ts' }).waitFor();
  await vscode.runCommand('View: Show Virtual Context');
  const notes = await vscode.webview('[data-testid=notes-usage]');
  const usage = await notes.locator('[data-testid=notes-usage]').innerText();
  const limit = Number(/\/ ([\d,]+) tokens/.exec(usage)?.[1]?.replace(',', ''));
  // The workspace says 100; of the default, 2,000, this small window may take a little.
  expect(limit, usage).toBeGreaterThan(1_500);
});

/** In the settings editor that is open or about to open. */
async function setWindow(tokens: number): Promise<void> {
  const setting = vscode.page
    .locator('.setting-item-contents', { hasText: 'Context Window' })
    .locator('input');
  const settings = join(vscode.profile.userData, 'User/settings.json');
  await setting.waitFor();
  await chat.frame.waitForTimeout(500); // the editor draws the setting again once it has searched
  await setting.fill(String(tokens));
  await vi.waitUntil(() => readFileSync(settings, 'utf8').includes(`: ${tokens}`), timeout);
  await vscode.page.keyboard.press('Escape');
}

it('says that the window is assumed, and takes the setting at once', async () => {
  const gauge = chat.byTestId('gauge');
  await gauge.getByText('Window size assumed: 8,192 tokens.').waitFor();
  await vscode.screenshot('edges-restricted');
  await gauge.getByText('Set it').click();
  await setWindow(16_384);
  await gauge.getByText(/ 13k$/).waitFor();
  expect(await gauge.innerText()).not.toContain('assumed');
});

it('shrinks a request that a smaller window refuses, sends it again and logs it', async () => {
  for (let i = 0; i < 6; i++)
    await chat.ask(`[[say Answer ${i}.]] ${'lorem ipsum dolor sit amet '.repeat(300)}`);
  expect(await lastAnswer()).toContain('Answer 5.');
  expect(server.requests.filter(({ status }) => status === 400)).toHaveLength(1);
  expect(paging()).toContain('request.failed | contextLength');
  expect(paging()).toMatch(/epoch\.started .* contextLength/);
});

it('refuses a window that cannot hold one exchange, and offers to set it', async () => {
  await vscode.runCommand('Preferences: Open Settings (UI)');
  await vscode.page.keyboard.type('virtualContext.model.contextWindow');
  await setWindow(800);
  await chat
    .byTestId('gauge')
    .getByText(/ 6\d\d$/)
    .waitFor();
  const sent = server.requests.length;
  await chat.ask('[[say Too small.]]');
  await vscode.screenshot('edges-window');
  expect(server.requests).toHaveLength(sent);
  await chat.byTestId('action-openWindowSetting').click();
  await setWindow(12_000);
  await chat
    .byTestId('gauge')
    .getByText(/ 9\.8k$/)
    .waitFor();
  await chat.byTestId('action-resumeTurn').click();
  await chat.answers.getByText('Too small.').waitFor();
});
