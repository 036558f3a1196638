/** Code as the editor sees it: the built-in TypeScript server on a small project, asked by the model and by the person. */
import { rmSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { call } from '../support/modelServer/policies';
import {
  chat,
  content,
  file,
  messages,
  scriptedChat,
  timeout,
  told,
  vscode,
  write,
} from '../support/vscode/scriptedChat';

const MATH = 'export function add(a: number, b: number): number {\n  return a + b;\n}\n';
const USE =
  "import { add } from './math';\n\nexport const three = add(1, 2);\nexport const four = add(2, 2);\n";
const BROKEN = 'export const count: number = "four";\n';

scriptedChat({
  files: {
    'tsconfig.json': '{ "compilerOptions": { "strict": true, "noEmit": true }, "include": ["src"] }\n',
    'src/math.ts': MATH,
    'src/use.ts': USE,
    'src/broken.ts': BROKEN,
  },
  server: { window: 32_768 },
  settings: { 'files.autoSave': 'off', 'virtualContext.diagnosticsDelay': 4000 },
});

/** Results of the last turn, in the order of its calls. */
async function results(...calls: string[]): Promise<string[]> {
  await chat.ask(`${calls.join(' ')} [[then]] [[say ok]]`);
  const all = messages().filter(({ role }) => role === 'tool');
  return all.slice(-calls.length).map(({ content: text }) => text ?? '');
}

/** What the person has asked from an editor, once the model has been asked and the turn has ended. */
async function asked(beginning: string): Promise<string> {
  const question = () =>
    messages().findLast(({ role, content: text }) => role === 'user' && text?.startsWith(beginning))?.content;
  await vi.waitUntil(question, timeout);
  await chat.idle();
  return question() ?? '';
}

const edit = (old: string, put: string) =>
  `${call('read_file', { path: 'src/math.ts' })} [[then]] ${call('edit_file', { path: 'src/math.ts', old, new: put })} [[then]] [[say Edited.]]`;

it('answers where a symbol is defined and used, and what is wrong, before any file was open and its server ran', async () => {
  const at = { path: 'src/use.ts', line: 3, symbol: 'add' };
  const [definition, references, outline, symbols, problems] = await results(
    call('go_to_definition', at),
    call('find_references', at),
    call('document_symbols', { path: 'src/math.ts' }),
    call('workspace_symbols', { query: 'three' }),
    call('diagnostics', { path: 'src/broken.ts' }),
  );
  expect(definition).toContain('src/math.ts:1-3: export function add');
  expect(references).toContain('4 references in 2 files');
  expect(references).toContain('src/use.ts:4: export const four = add(2, 2);');
  expect(outline).toContain('1-3 function add');
  expect(symbols).toContain('src/use.ts:3');
  expect(problems).toMatch(
    /src\/broken.ts:1: error: Type 'string' is not assignable to type 'number'. \(ts 2322\)/,
  );
});

it('tells the model, before its turn ends, what its edit has broken, and later that it is mended', async () => {
  await chat.ask(edit('return a + b;', 'return String(a + b);'));
  expect(content('src/math.ts')).toContain('String');
  const interrupt = messages().at(-1)?.content ?? '';
  expect(interrupt).toContain('diagnosticsChanged');
  expect(interrupt).toContain("src/math.ts:2: error: Type 'string' is not assignable to type 'number'.");
  expect(interrupt).not.toContain('broken.ts');
  await chat.ask(edit('return String(a + b);', 'return b + a;'));
  await chat.ask('[[say ok]]');
  expect(told()).toContain('src/math.ts has no problems now.');
});

it('says nothing of problems where the delay is set to 0', async () => {
  write('.vscode/settings.json', '{ "virtualContext.diagnosticsDelay": 0 }');
  let [now, other] = ['return b + a;', 'return String(b);'];
  // The editor takes up changed settings in its own time.
  await vi.waitFor(
    async () => {
      const turn = chat.ask(edit(now, other));
      [now, other] = [other, now];
      await turn;
      const asked = messages().findLastIndex(({ content: text }) => text?.startsWith('[[call read_file'));
      expect(JSON.stringify(messages().slice(asked))).not.toContain('diagnosticsChanged');
      // Broken now, and not told.
      expect(content('src/math.ts')).toContain('String');
    },
    { timeout: 90_000, interval: 100 },
  );
  await chat.ask(edit('return String(b);', 'return a + b;'));
  expect(content('src/math.ts')).toBe(MATH);
  rmSync(file('.vscode'), { recursive: true });
});

it('renames in every file, through the review of edits, and takes it back', async () => {
  const at = { path: 'src/math.ts', line: 1, symbol: 'add', new_name: 'sum' };
  const [renamed] = await results(call('rename_symbol', at));
  expect(renamed).toContain('Renamed add to sum in 2 files');
  expect(content('src/math.ts')).toContain('function sum(');
  expect(content('src/use.ts')).toBe(USE.replaceAll('add', 'sum'));
  const pending = (path: string) => chat.frame.locator(`[data-testid=changed-file][data-path="${path}"]`);
  await pending('src/math.ts').waitFor();
  await pending('src/use.ts').waitFor();
  await expect.poll(() => chat.byTestId('changed-file').count()).toBe(2);
  await vscode.runCommand('Virtual Context: Undo All Changes');
  await vscode.page.locator('.monaco-dialog-box').getByText('Undo All').click();
  await vi.waitFor(() => expect([content('src/math.ts'), content('src/use.ts')]).toEqual([MATH, USE]), {
    timeout: 30_000,
  });
  const [again] = await results(call('find_references', { path: 'src/use.ts', line: 4, symbol: 'add' }));
  expect(again).toContain('4 references in 2 files');
});

it('sends a problem to the chat from its quick fix, with the lines around as a page', async () => {
  await vscode.openFile('src/broken.ts');
  const editor = vscode.page.locator('.editor-instance .view-lines').first();
  await editor.locator('.view-line').first().click();
  await vscode.page.locator('.squiggly-error').first().waitFor();
  await vscode.page.keyboard.press('Control+Home');
  for (let n = 0; n < 14; n++) await vscode.page.keyboard.press('ArrowRight');
  await vscode.page.keyboard.press('Control+.');
  const action = vscode.page.locator('.action-widget .monaco-list-row', {
    hasText: 'Fix with Virtual Context',
  });
  await action.waitFor();
  await vscode.screenshot('language-quick-fix');
  await action.click();
  const question = await asked('Fix this problem:');
  expect(question).toContain("src/broken.ts:1: error: Type 'string' is not assignable");
  expect(told()).toContain('export const count: number');
});

/** Opens our part of the context menu of the editor. @returns the entry of that title in it */
async function contextMenu(title: string) {
  const editor = vscode.page.locator('.editor-instance .view-lines').first();
  await editor.click();
  await vscode.page.keyboard.press('Control+a');
  await editor.click({ button: 'right' });
  // The items of a submenu are inside its own.
  const ours = vscode.page.locator('.monaco-menu .action-label', { hasText: /^Virtual Context$/ });
  await ours.hover();
  await ours.click({ delay: 100 });
  // The editor has items of the same names, too.
  const known = vscode.page.locator('.action-label', { hasText: /^Review Selection$/ });
  await known.waitFor();
  const submenu = vscode.page.locator('.monaco-menu .monaco-menu', { has: known });
  return submenu.locator('.action-label', { hasText: new RegExp(`^${title}$`) });
}

it.each([
  ['Explain', 'Explain src/broken.ts:1-'],
  ['Add Tests', 'Add tests for src/broken.ts:1-'],
  ['Review Selection', 'Review src/broken.ts:1-'],
  ['Fix this Problem', 'Fix this problem:\nsrc/broken.ts:1: error'],
])('sends a selection to the chat from the editor’s context menu: %s', async (title, beginning) => {
  const entry = await contextMenu(title);
  await vscode.screenshot('language-context-menu');
  await entry.hover();
  await entry.click({ delay: 100 });
  expect(await asked(beginning)).toContain('src/broken.ts:1');
  expect(told()).toContain('export const count: number');
});

it('explains a problem by command, and offers to fix one only where there is one', async () => {
  await vscode.runCommand('Virtual Context: Explain this Problem');
  expect(await asked('Explain this problem')).toContain('src/broken.ts:1: error');
  await vscode.openFile('src/use.ts');
  await vi.waitFor(
    async () => {
      const fix = await contextMenu('Fix this Problem');
      const offered = await fix.count();
      await vscode.page.keyboard.press('Escape');
      await vscode.page.keyboard.press('Escape');
      expect(offered).toBe(0);
    },
    { timeout: 30_000, interval: 500 },
  );
});
