/** Code as the editor sees it: the built-in TypeScript server on a small project, asked by the model and by the person. */
import { expect, it, vi } from 'vitest';
import { call } from '../support/modelServer/policies';
import { chat, content, messages, scriptedChat, timeout, told, vscode } from '../support/vscode/scriptedChat';

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
  settings: { 'files.autoSave': 'off', 'virtualContext.diagnosticsDelay': 1500 },
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

it('answers where a symbol is defined and used, and what is wrong, for files that no editor shows', async () => {
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

it('renames in every file, through the review of edits', async () => {
  const at = { path: 'src/math.ts', line: 1, symbol: 'add', new_name: 'sum' };
  const [renamed] = await results(call('rename_symbol', at));
  expect(renamed).toContain('Renamed add to sum in 2 files');
  expect(content('src/math.ts')).toContain('function sum(');
  expect(content('src/use.ts')).toBe(USE.replaceAll('add', 'sum'));
  await chat.frame.getByText('use.ts').first().waitFor();
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

it('sends a selection to the chat from the editor’s context menu', async () => {
  const editor = vscode.page.locator('.editor-instance .view-lines').first();
  await editor.click();
  await vscode.page.keyboard.press('Control+a');
  await editor.click({ button: 'right' });
  // The items of a submenu are inside its own.
  const entry = (text: string) =>
    vscode.page.locator('.monaco-menu .action-label', { hasText: new RegExp(`^${text}$`) });
  await entry('Virtual Context').hover();
  await entry('Virtual Context').click({ delay: 100 });
  await entry('Review Selection').waitFor();
  await vscode.screenshot('language-context-menu');
  // The editor has an item of that name, too.
  const ours = vscode.page.locator('.action-label', { hasText: /^Review Selection$/ });
  const submenu = vscode.page.locator('.monaco-menu .monaco-menu', { has: ours });
  const explain = submenu.locator('.action-label', { hasText: /^Explain$/ });
  await explain.hover();
  await explain.click({ delay: 100 });
  expect(await asked('Explain src/broken.ts')).toContain('src/broken.ts:1-');
});
