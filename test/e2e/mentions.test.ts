/** Mentions, slash commands and code blocks in the real VS Code. */
import { expect, it, vi } from 'vitest';
import { commitAll } from '../support/commitAll';
import { call } from '../support/modelServer/policies';
import {
  chat,
  content,
  file,
  folder,
  messages,
  scriptedChat,
  server,
  timeout,
  vscode,
  write,
} from '../support/vscode/scriptedChat';

const greet = 'export function greet(name: string) {\n  return hello(name);\n}\n';

scriptedChat({
  files: { 'greet.ts': greet, 'src/a.ts': 'export const a = 1;\n', '.env': 'KEY=first\n' },
  prepare: () => commitAll(folder),
  server: { window: 32_768 },
  settings: { 'virtualContext.hints': false },
});

const input = () => chat.byTestId('chat-input');
const chips = () => chat.byTestId('mention');
const paging = () => vscode.log('Virtual Context: Paging');
const lastMessages = () => messages().map(({ content: text }) => text ?? '');
const attached = () => lastMessages().filter((text) => text.startsWith('<interrupt kind="attached"'));

it('mentions a file by keyboard, shows its cost, and makes it a page that need not be read again', async () => {
  await input().focus();
  await vscode.page.keyboard.type('What is in @greet.t');
  await chat.frame.locator('.completion', { hasText: 'greet.ts' }).first().waitFor();
  await vscode.page.keyboard.press('Enter');
  await chips().waitFor();
  await expect.poll(() => input().inputValue()).toBe('What is in @greet.ts ');
  await expect
    .poll(async () => (await chips().innerText()).replace(/\s+/g, ' '))
    .toMatch(/greet\.ts \d+ tokens/);
  await vscode.screenshot('mentions');
  await chat.ask(`What is in @greet.ts ${call('read_file', { path: 'greet.ts' })}`);
  const [page = ''] = attached();
  expect(page).toContain('Attached by the person to their message: greet.ts');
  expect(page).toContain('return hello(name)');
  expect(lastMessages().at(-1)).toContain('already in your window');
  expect(paging()).toMatch(/attached \| file:\S*greet\.ts#L1-L3@/);
});

it('attaches the selection, git changes, problems and a folder', async () => {
  await vscode.openFile('greet.ts');
  await vscode.page.locator('.editor-instance .view-line').first().click();
  await vscode.page.keyboard.press('Control+Home');
  await vscode.page.keyboard.press('Shift+ArrowDown');
  await vscode.runCommand('Virtual Context: Add Selection to Chat');
  await vi.waitFor(async () => expect(await input().inputValue()).toBe('@greet.ts:1-1 '), timeout);
  write('greet.ts', greet.replace('hello', 'goodMorning'));
  write('.env', 'KEY=hunter2\n');
  await input().fill('Look at @changes ');
  await vi.waitFor(async () => expect(await chips().innerText()).toMatch(/changes\s+\d+ tokens/), timeout);
  // Behind a mention that is still being written Enter would choose from the list.
  await chat.ask('Look at @changes @src/ @problems ');
  const sent = attached().join('\n');
  expect(sent).toContain('goodMorning');
  expect(sent).toContain('Not shown, for they look like they hold secrets: .env');
  expect(JSON.stringify(server.requests)).not.toContain('hunter2');
  expect(sent).toMatch(/\[msg:\S+: src\/, \d+ tokens\]\nsrc\//);
  expect(sent).toContain('problems');
});

it('takes what is dropped, refuses what is outside, and keeps the text', async () => {
  await input().fill('Compare');
  const drop = (uri: string) =>
    input().evaluate((box, dropped) => {
      const data = new DataTransfer();
      data.setData('text/uri-list', dropped);
      box.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    }, uri);
  await drop(`file://${file('greet.ts')}`);
  await vi.waitFor(async () => expect(await input().inputValue()).toBe('Compare @greet.ts '), timeout);
  await drop('file:///etc/hostname');
  await chat.frame.locator('.problem', { hasText: 'outside the workspace' }).waitFor();
  await expect.poll(() => input().inputValue()).toBe('Compare @greet.ts ');
  await input().fill('Read @/etc/hostname');
  await chat.frame.locator('.mention-chip.wrong').waitFor();
  await chat.ask('Read @/etc/hostname [[say No.]]');
  expect(attached().at(-1)).toContain('It could not be attached');
  expect(attached().at(-1)).toContain('outside the workspace');
});

it('expands a slash command over the open file', async () => {
  await vscode.openFile('greet.ts');
  await vscode.page.keyboard.press('Control+Home');
  await chat.ask('/explain [[say It greets.]]');
  await expect.poll(() => chat.userMessages.last().innerText()).toContain('Explain this code');
  await expect.poll(() => chat.userMessages.last().innerText()).toContain('@greet.ts');
  await expect.poll(() => chat.answers.last().innerText()).toContain('It greets.');
});

it('inserts a code block at the cursor, and applies one where it belongs and nowhere else', async () => {
  const block = 'export function greet(name: string) {\n  return bye(name);\n}';
  const other = 'export function other() {\n  return 1;\n}';
  await chat.ask(`[[say \`\`\`ts greet.ts\n${block}\n\`\`\`\n\n\`\`\`ts greet.ts\n${other}\n\`\`\`]]`);
  const apply = chat.answers.last().getByRole('button', { name: 'Apply to File' });
  const text = () => content('greet.ts');
  const before = text();
  await apply.nth(1).click();
  await chat.frame.locator('.problem', { hasText: 'Not applied to greet.ts' }).waitFor();
  expect(text()).toBe(before);
  await apply.nth(0).click();
  await vi.waitFor(() => expect(text()).toBe(`${block}\n`), timeout);
  // It waits for review like an edit of the model's.
  await chat.frame.locator('[data-testid=changed-file][data-path="greet.ts"]').waitFor();
  await expect.poll(() => chat.frame.locator('.problem').count()).toBe(0);
  await vscode.screenshot('code-block-applied');
  await vscode.openFile('greet.ts');
  await vscode.page.locator('.editor-instance .view-line').first().click();
  await vscode.page.keyboard.press('Control+End');
  await chat.answers.last().getByRole('button', { name: 'Insert at Cursor' }).nth(1).click();
  await vi.waitFor(async () => {
    await vscode.page.locator('.view-lines', { hasText: 'other' }).first().waitFor({ timeout: 2000 });
  }, timeout);
});

it('mentions a note, an earlier chat, and what a command in the terminal has printed', async () => {
  // The editor takes the focus once the code is in it.
  await input().fill('/pin Remember the milk');
  await input().press('Enter');
  await vi.waitFor(() => expect(paging()).toContain('note.pinned'), timeout);
  await input().fill('/new');
  await input().press('Enter');
  await vi.waitFor(async () => expect(await chat.userMessages.count()).toBe(0), timeout);
  await vscode.runCommand('Terminal: Create New Terminal');
  await vscode.page.locator('.terminal .xterm-screen').first().waitFor();
  await vi.waitFor(
    async () => {
      await vscode.page.locator('.terminal .xterm-helper-textarea').first().focus();
      // VS Code gives no output of a command that ends at once, now and then.
      await vscode.page.keyboard.type('echo printed-$((40+2)); sleep 0.5\n');
      // A draft is weighed when it changes.
      await input().fill('');
      await chips().first().waitFor({ state: 'detached' });
      await input().fill('See @terminal');
      await chips().first().waitFor({ timeout: 3000 });
      expect(await chips().first().innerText()).toContain('tokens');
    },
    { timeout: 60_000, interval: 1000 },
  );
  await input().fill('See @terminal ');
  for (const [typed, found] of [
    ['@milk', 'Remember the milk'],
    ['@What is in', 'What is in @greet.ts'],
  ] as const) {
    await input().press('End');
    await vscode.page.keyboard.type(typed.split(' ')[0] ?? '');
    await chat.frame.locator('.completion', { hasText: found }).first().click();
  }
  await vi.waitFor(async () => expect(await chips().count()).toBe(3), timeout);
  await vscode.screenshot('mentions-all');
  await vscode.page.keyboard.press('Enter');
  await vi.waitFor(() => expect(attached().join('\n')).toContain('printed-42'), timeout);
  await chat.idle();
  expect(attached()).toHaveLength(3);
  const sent = attached().join('\n');
  expect(sent).toContain('Remember the milk');
  expect(sent).toContain('Person: What is in @greet.ts');
});
