/** Slash commands, menus and the dialogs of code blocks in the real VS Code, each used as a person does. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { commitAll } from '../support/commitAll';
import { call } from '../support/modelServer/policies';
import {
  chat,
  content,
  folder,
  lastResult,
  messages,
  openChat,
  scriptedChat,
  server,
  timeout,
  vscode,
  write,
} from '../support/vscode/scriptedChat';

const add = 'export function add(a: number, b: number) {\n  return a + b;\n}\n';
const greet = 'export function greet(name: string) {\n  return "Hello " + name;\n}\n';

scriptedChat({
  files: {
    'src/add.ts': add,
    'src/greet.ts': greet,
    'tsconfig.json': '{ "compilerOptions": { "strict": true, "noEmit": true } }\n',
  },
  prepare: () => commitAll(folder),
  server: { window: 32_768 },
  settings: { 'virtualContext.hints': false, 'virtualContext.commands.allow': ['echo'] },
});

const input = () => chat.byTestId('chat-input');
const chips = () => chat.byTestId('mention');
const texts = () => messages().map(({ content: text }) => text ?? '');
/** What is attached to the last message. */
function attached(): string[] {
  const all = texts();
  const asked = all.findLastIndex((text) => !text.startsWith('<interrupt'));
  return all.slice(asked + 1).filter((text) => text.startsWith('<interrupt kind="attached"'));
}
const question = () => texts().findLast((text) => !text.startsWith('<interrupt')) ?? '';
const problem = (text: string) => chat.frame.locator('.problem', { hasText: text });
const notice = (text: string) => chat.byTestId('notice').filter({ hasText: text });
const draftIs = (text: string) =>
  vi.waitFor(async () => expect(await input().inputValue()).toBe(text), timeout);

async function menuEntry(title: string): Promise<void> {
  const entry = vscode.page.locator('.monaco-menu .action-label', { hasText: new RegExp(`^${title}$`) });
  await entry.hover();
  await entry.click({ delay: 100 });
}

/** A command that is typed and sent; what it asks the model has been answered when this resolves. */
async function slash(text: string): Promise<void> {
  await input().fill(text);
  await input().press('Enter');
}

/** Resolves with what the model is asked, once the turn has ended. */
async function asked(act: () => Promise<unknown>): Promise<string> {
  const before = server.requests.length;
  await act();
  await vi.waitUntil(() => server.requests.length > before, timeout);
  await chat.idle();
  return question();
}

async function editor(path: string): Promise<void> {
  await vscode.openFile(path);
  await vscode.page.locator('.editor-instance .view-line').first().click();
  await vscode.page.keyboard.press('Control+Home');
}

beforeEach(async () => {
  await input().fill('');
});

it('is opened, and given the selection, by key', async () => {
  await vscode.runCommand('View: Toggle Secondary Side Bar Visibility');
  await vi.waitFor(
    async () =>
      expect(
        await input()
          .isVisible()
          .catch(() => false),
      ).toBe(false),
    timeout,
  );
  await editor('greet.ts');
  await vscode.page.keyboard.press('Control+Alt+v');
  await vscode.webview('[data-testid=chat-input]');
  await openChat();
  await editor('greet.ts');
  await vscode.page.keyboard.press('Shift+ArrowDown');
  await vscode.page.keyboard.press('Control+Alt+k');
  await draftIs('@src/greet.ts:1-1 ');
});

describe('menus', () => {
  it('add a file, a folder and an open editor to the message, with what they cost', async () => {
    await vscode.runCommand('View: Show Explorer');
    const row = (name: string) =>
      vscode.page.locator('.explorer-folders-view .monaco-list-row', { hasText: new RegExp(`^${name}$`) });
    await row('src').click({ button: 'right' });
    await menuEntry('Add to Chat');
    await draftIs('@src ');
    await row('tsconfig.json').click({ button: 'right' });
    await menuEntry('Add to Chat');
    await draftIs('@src @tsconfig.json ');
    await vscode.openFile('add.ts');
    await vscode.page.locator('.tab.active', { hasText: 'add.ts' }).click({ button: 'right' });
    await menuEntry('Add to Chat');
    await draftIs('@src @tsconfig.json @src/add.ts ');
    await vi.waitFor(async () => expect(await chips().count()).toBe(3), timeout);
    for (const text of await chips().allInnerTexts()) expect(text).toMatch(/\d+ tokens/);
    await vscode.screenshot('composer-added');
    await asked(() => input().press('Enter'));
    expect(attached()).toHaveLength(3);
    const sent = attached().join('\n');
    expect(sent).toMatch(/\[msg:\S+: src, \d+ tokens\]\nsrc\/add.ts\nsrc\/greet.ts/);
    expect(sent).toContain('"strict": true');
    expect(sent).toContain('return a + b;');
  });

  it('add what the terminal has printed; the assistant’s own terminal is none', async () => {
    await vscode.runCommand('Terminal: Create New Terminal');
    await vscode.page.locator('.terminal .xterm-screen').waitFor();
    await vi.waitFor(
      async () => {
        await vscode.page.locator('.terminal .xterm-helper-textarea').first().focus();
        await vscode.page.keyboard.type('echo printed-$((40+2)); sleep 0.5\n');
        await input().fill('');
        await chips().first().waitFor({ state: 'detached' });
        await vscode.page.locator('.terminal .xterm-screen').first().click({ button: 'right' });
        await menuEntry('Add Terminal Output to Chat');
        await draftIs('@terminal ');
        await vi.waitFor(async () => expect(await chips().innerText()).toContain('tokens'), {
          timeout: 3000,
        });
      },
      { timeout: 60_000, interval: 1000 },
    );
    await asked(() => input().press('Enter'));
    expect(attached().join('\n')).toContain('printed-42');
    await chat.ask(`${call('run_command', { command: 'echo of-its-own' })} [[then]] [[say ok]]`);
    expect(lastResult()).toContain('of-its-own');
    await chat.ask('And @terminal');
    expect(attached().join('\n')).toContain('printed-42');
    expect(attached().join('\n')).not.toContain('of-its-own');
  });

  it('review what is changed, from source control', async () => {
    write('src/greet.ts', greet.replace('Hello', 'Goodbye'));
    await vscode.runCommand('Source Control: Focus on Changes View');
    const button = vscode.page.getByRole('button', { name: 'Review Changes with Virtual Context' }).first();
    const text = await asked(() => button.click());
    expect(text).toMatch(/^Review this: .* @changes$/);
    expect(attached().join('\n')).toContain('Goodbye');
  });
});

describe('code blocks', () => {
  it('become a file where the person wants it, and never in place of one', async () => {
    await chat.ask('[[say ```ts src/twice.ts\nexport const twice = 2;\n```]]');
    const create = chat.answers.last().getByRole('button', { name: 'Create File' });
    await create.click();
    await vscode.enter('src/add.ts');
    await problem('src/add.ts exists already.').waitFor();
    expect(content('src/add.ts')).toBe(add);
    await create.click();
    await vscode.enter('../twice.ts');
    await problem('outside the workspace').waitFor();
    expect(existsSync(join(folder, '../twice.ts'))).toBe(false);
    await create.click();
    const box = vscode.page.locator('.quick-input-widget input.input');
    await vi.waitFor(async () => expect(await box.inputValue()).toBe('src/twice.ts'), timeout);
    await vscode.page.keyboard.press('Enter');
    await vscode.page.locator('.tab.active', { hasText: 'twice.ts' }).waitFor();
    expect(content('src/twice.ts')).toBe('export const twice = 2;\n');
    await chat.frame.locator('[data-testid=changed-file][data-path="src/twice.ts"]').waitFor();
  });

  it('are applied to the file the person picks, else by the assistant', async () => {
    const block = add.replace('a + b', 'b + a');
    await chat.ask(`[[say \`\`\`ts\n${block}\`\`\`\n\n\`\`\`ts\nlet nowhere;\n\`\`\`]]`);
    const apply = chat.answers.last().getByRole('button', { name: 'Apply to File' });
    const pickFile = async () => {
      await vscode.page.getByPlaceholder('To which file?').fill('add.ts');
      await vscode.page.keyboard.press('Enter');
    };
    await apply.first().click();
    await pickFile();
    await vi.waitFor(() => expect(content('src/add.ts')).toBe(block), timeout);
    // The line that has changed is shown, which would close a list that is open by then.
    await vscode.page.locator('.statusbar-item', { hasText: 'Ln 2, Col 1' }).waitFor();
    await apply.last().click();
    await pickFile();
    await problem('Not applied to src/add.ts: nothing was changed.').waitFor();
    await vscode.screenshot('composer-ask-instead');
    const ask = chat.frame.getByRole('button', { name: 'Ask the assistant to apply it' });
    const text = await asked(() => ask.click());
    expect(text).toContain('Apply this to @src/add.ts');
    expect(text).toContain('```ts\nlet nowhere;\n```');
    expect(attached().join('\n')).toContain('return b + a;');
    expect(content('src/add.ts')).toBe(block);
  });
});

describe('slash commands', () => {
  it('explain, fix, test and review what is selected, which becomes a page', async () => {
    await editor('greet.ts');
    await vscode.page.keyboard.press('Shift+ArrowDown');
    const explained = await asked(() => slash('/explain why so?'));
    expect(explained).toMatch(/^Explain this code: .* @src\/greet.ts:1-1\n\nwhy so\?$/);
    expect(attached().join('\n')).toContain('export function greet');
    await editor('greet.ts');
    const fixed = await asked(() => slash('/fix'));
    expect(fixed).toMatch(/fix it\. .* @src\/greet.ts @problems$/);
    expect(attached()).toHaveLength(2);
    expect(attached().at(-1)).toMatch(/problems, \d+ tokens\]/);
    const tested = await asked(() => slash('/tests'));
    expect(tested).toMatch(/^Write tests for this code.* @src\/greet.ts$/);
    const reviewed = await asked(() => slash('/review'));
    expect(reviewed).toMatch(/^Review this: .* @changes$/);
    expect(attached().join('\n')).toContain('Goodbye');
    await editor('greet.ts');
    await vscode.page.keyboard.press('Shift+ArrowDown');
    expect(await asked(() => slash('/review the name'))).toMatch(/ @src\/greet.ts:1-1\n\nthe name$/);
  });

  it('pin the selected lines', async () => {
    await editor('greet.ts');
    await vscode.page.keyboard.press('Shift+ArrowDown');
    await slash('/pin');
    await vi.waitFor(() => expect(vscode.log('Virtual Context: Paging')).toContain('note.pinned'), timeout);
    await chat.ask('[[say Seen.]]');
    expect(texts().join('\n')).toContain('export function greet');
  });

  it('choose mode and model', async () => {
    const mode = chat.byTestId('mode-button');
    await slash('/mode ask');
    await vi.waitFor(async () => expect(await mode.innerText()).toContain('Ask'), timeout);
    await slash('/mode nonsense');
    await problem('There is no mode nonsense.').waitFor();
    await expect.poll(() => input().inputValue()).toBe('/mode nonsense');
    await slash('/mode');
    await vscode.page.locator('.quick-input-list .monaco-list-row', { hasText: 'keep or undo each' }).click();
    await vi.waitFor(async () => expect(await mode.innerText()).toContain('Edit'), timeout);
    await slash('/model');
    await vscode.page.locator('.quick-input-widget', { hasText: 'Ollama' }).waitFor();
    await vscode.page.keyboard.press('Escape');
  });

  it('rewind, compact and reset', async () => {
    await chat.ask('[[say To be kept.]]');
    const before = await chat.userMessages.count();
    await chat.ask('[[say To be gone.]] quokka');
    await slash('/rewind');
    await vscode.page.locator('.quick-input-list .monaco-list-row', { hasText: 'quokka' }).first().click();
    await vi.waitFor(async () => expect(await chat.userMessages.count()).toBe(before), timeout);
    await draftIs('[[say To be gone.]] quokka');
    await slash('/compact Keep the names.');
    await notice('Compacted:').waitFor();
    expect(texts().join('\n')).toContain('Keep the names.');
    await slash('/reset');
    await vscode.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Reset' }).click();
    await notice('Window reset:').waitFor();
  });
});
