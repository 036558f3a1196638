/** What is found is what the person sees: text that is typed and not saved, in the real VS Code. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { call, script, summariser } from '../support/modelServer/policies';
import { type ModelServer, startModelServer } from '../support/modelServer/startModelServer';
import { toolResults } from '../support/modelServer/toolResults';
import { ChatView } from '../support/vscode/ChatView';
import { VSCode } from '../support/vscode/VSCode';

const timeout = { timeout: 60_000, interval: 500 };
const stored = 'export function walrus() {\n  return 1;\n}\n';

let home: string;
let server: ModelServer;
let vscode: VSCode;
let chat: ChatView;

const file = (path: string) => join(home, 'folder', path);

async function search(query: string): Promise<string> {
  await chat.ask(`${call('search_workspace', { query })} [[then]] [[say ok]]`);
  return toolResults(server)[0] ?? '';
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'fresh-'));
  mkdirSync(file('src'), { recursive: true });
  mkdirSync(file('private'));
  writeFileSync(file('src/tide.ts'), stored);
  writeFileSync(file('private/plan.ts'), stored);
  writeFileSync(file('.gitignore'), 'private/\n');
  mkdirSync(file('.git/info'), { recursive: true });
  server = await startModelServer({ window: 16_384, policy: summariser(script), model: 'scripted' });
  vscode = await VSCode.launch({
    folder: join(home, 'folder'),
    settings: {
      'virtualContext.model.provider': 'custom',
      'virtualContext.model.baseUrl': server.url,
      'virtualContext.model.name': 'scripted',
      'virtualContext.hints': false,
      'files.autoSave': 'off',
    },
  });
  chat = await ChatView.open(vscode);
  await vi.waitFor(async () => expect(await search('walrus')).toContain('src/tide.ts'), timeout);
});

afterAll(async () => {
  await vscode?.close();
  await server?.close();
  rmSync(home, { recursive: true, force: true });
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await vscode.screenshot(`failed-${task.name.slice(0, 30)}`);
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
  expect(readFileSync(file('src/tide.ts'), 'utf8')).toBe(stored);
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
  writeFileSync(file('src/new.ts'), '// the cormorant dives\n');
  await vi.waitFor(async () => expect(await search('cormorant')).toContain('src/new.ts:1-1'), timeout);
  writeFileSync(file('.git/info/exclude'), 'src/new.ts\n');
  await vi.waitFor(async () => expect(await search('cormorant')).toContain('Nothing found'), timeout);
  writeFileSync(file('.git/info/exclude'), '\n');
  await vi.waitFor(async () => expect(await search('cormorant')).toContain('src/new.ts:1-1'), timeout);
  rmSync(file('src/new.ts'));
  expect(await search('cormorant')).toContain('Nothing found');
});
