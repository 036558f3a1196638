/** What is found is what the person sees: text that is typed and not saved, in the real VS Code. */
import { mkdirSync, rmSync } from 'node:fs';
import { beforeAll, expect, it, vi } from 'vitest';
import { call } from '../support/modelServer/policies';
import { chat, content, file, lastResult, scriptedChat, vscode, write } from '../support/vscode/scriptedChat';

const timeout = { timeout: 60_000, interval: 500 };
const stored = 'export function walrus() {\n  return 1;\n}\n';

scriptedChat({
  files: { 'src/tide.ts': stored, 'private/plan.ts': stored, '.gitignore': 'private/\n' },
  prepare: () => mkdirSync(file('.git/info'), { recursive: true }),
  settings: { 'virtualContext.hints': false, 'files.autoSave': 'off' },
});

async function search(query: string): Promise<string> {
  await chat.ask(`${call('search_workspace', { query })} [[then]] [[say ok]]`);
  return lastResult();
}

beforeAll(async () => {
  await vi.waitFor(async () => expect(await search('walrus')).toContain('src/tide.ts'), timeout);
});

async function replaceText(path: string, text: string): Promise<void> {
  await vscode.openFile(path);
  await vscode.page.locator('.editor-instance .view-lines').first().click();
  await vscode.page.keyboard.press('Control+a');
  await vscode.page.keyboard.insertText(text);
}

it('finds what was typed and not saved, and nothing of what it replaced', async () => {
  await replaceText('src/tide.ts', '// the zeppelin lands here');
  await vi.waitFor(async () => expect(await search('zeppelin')).toContain('src/tide.ts:1-1'), timeout);
  expect(await search('walrus')).toContain('Nothing found');
  expect(content('src/tide.ts')).toBe(stored);
});

it('leaves out what the index leaves out', async () => {
  await replaceText('private/plan.ts', '// the secret balloon');
  await replaceText('src/tide.ts', '// the zeppelin and the albatross');
  await vi.waitFor(async () => expect(await search('albatross')).toContain('src/tide.ts:1-1'), timeout);
  expect(await search('balloon')).toContain('Nothing found');
});

it('finds the stored text again when the changes are given up', async () => {
  await vscode.openFile('src/tide.ts');
  await vscode.runCommand('File: Revert File');
  await vi.waitFor(async () => expect(await search('walrus')).toContain('src/tide.ts:1-3'), timeout);
  expect(await search('zeppelin')).toContain('Nothing found');
});

it('follows what others do: new files, the rules of a clone, and deletions', async () => {
  write('src/new.ts', '// the cormorant dives\n');
  await vi.waitFor(async () => expect(await search('cormorant')).toContain('src/new.ts:1-1'), timeout);
  write('.git/info/exclude', 'src/new.ts\n');
  await vi.waitFor(async () => expect(await search('cormorant')).toContain('Nothing found'), timeout);
  write('.git/info/exclude', '\n');
  await vi.waitFor(async () => expect(await search('cormorant')).toContain('src/new.ts:1-1'), timeout);
  rmSync(file('src/new.ts'));
  expect(await search('cormorant')).toContain('Nothing found');
});
