/** What the person sees of the memory: the report, the gauge, and the policy they chose. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { script, summariser } from '../support/modelServer/policies';
import { type ModelServer, startModelServer } from '../support/modelServer/startModelServer';
import { ChatView } from '../support/vscode/ChatView';
import { VSCode } from '../support/vscode/VSCode';

const timeout = { timeout: 30_000, interval: 100 };
const call = (name: string, args: unknown) => `[[call ${name} ${JSON.stringify(args)}]]`;
const reads = (...paths: string[]) => paths.map((path) => call('read_file', { path })).join(' ');

let home: string;
let server: ModelServer;
let vscode: VSCode;
let chat: ChatView;

async function start(window: number, settings: Record<string, unknown> = {}): Promise<void> {
  home = mkdtempSync(join(tmpdir(), 'memory-'));
  mkdirSync(join(home, 'src'));
  for (const name of ['alpha', 'beta', 'gamma', 'delta', 'epsilon']) {
    const lines = Array.from({ length: 90 }, (_, i) => `export const ${name}${i + 1} = ${i * 7};`);
    writeFileSync(join(home, 'src', `${name}.ts`), `${lines.join('\n')}\n`);
  }
  server = await startModelServer({ window, policy: summariser(script), model: 'scripted' });
  vscode = await VSCode.launch({
    folder: home,
    settings: {
      'virtualContext.model.provider': 'custom',
      'virtualContext.model.baseUrl': server.url,
      'virtualContext.model.name': 'scripted',
      'virtualContext.openFilesOnFault': false,
      ...settings,
    },
  });
  chat = await ChatView.open(vscode);
}

async function stop(): Promise<void> {
  await vscode?.close();
  await server?.close();
  rmSync(home, { recursive: true, force: true });
}

/** The report as the editor draws it, as soon as it matches `text`. */
async function report(text: string | RegExp): Promise<string> {
  const lines = vscode.page.locator('.editor-instance .view-lines');
  const drawn = async () => (await lines.innerText()).replaceAll('\u00a0', ' ');
  return vi.waitFor(async () => {
    const shown = await drawn();
    expect(shown).toMatch(text);
    return shown;
  }, timeout);
}

/** The row of the page table that has `text`. */
function row(shown: string, text: string): string {
  return shown.split('\n').find((line) => line.includes(text)) ?? '';
}

const paging = () => vscode.log('Virtual Context: Paging');

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await vscode.screenshot(`failed-${task.name.slice(0, 30)}`);
});

describe('the memory report', () => {
  beforeAll(() => start(16_384));
  afterAll(stop);

  it('is there before the first turn, and follows the chat: faults, pages, what is pinned', async () => {
    await vscode.runCommand('Virtual Context: Show Memory');
    await report('Page table: 0 resident pages');
    await chat.ask(`${reads('src/alpha.ts', 'src/beta.ts')} [[then]] [[say Both read.]]`);
    let shown = await report('beta.ts#L1-L90@');
    expect(shown).toMatch(/faults, cold +2 /);
    expect(row(shown, 'src/beta.ts#L1-L90@')).toMatch(/^ +1,\d+ +file +1\.1 +0 +- +- +fault +file:/);

    const address = /file:\S+beta\.ts#L1-L90@[0-9a-f]{16}/.exec(shown)?.[0] ?? '';
    await chat.ask(
      `${reads('src/alpha.ts')} ${call('page_in', { address, to: 'notes' })} [[then]] [[say Pinned.]]`,
    );
    shown = await report(/faults, minor +2 /);
    expect(row(shown, address)).toContain(' pinned ');
    expect(row(shown, 'src/alpha.ts#L1-L90@')).not.toContain('pinned');
  });

  it('shows a changed limit at once', async () => {
    await report(/resident limit +96,000 +more than the window holds/);
    mkdirSync(join(home, '.vscode'));
    const limit = { 'virtualContext.memory.residentLimit': 10_000 };
    writeFileSync(join(home, '.vscode/settings.json'), JSON.stringify(limit));
    await report(/resident limit +10,000 +kept at most/);
    const bar = chat.byTestId('gauge').locator('.gauge-bar');
    expect(await bar.getAttribute('aria-label')).toContain('At most 10,000 tokens are kept');
  });

  it('opens from the gauge, by keyboard, and cannot be edited', async () => {
    await vscode.page.keyboard.press('Control+K');
    await vscode.page.keyboard.press('Control+W');
    const bar = chat.byTestId('gauge').locator('.gauge-bar');
    expect(await bar.getAttribute('aria-label')).toMatch(/Hit ratio \d+ %/);
    await bar.focus();
    await bar.press('Enter');
    await chat.byTestId('show-memory').press('Enter');
    await report('Memory of chat');
    await vscode.screenshot('memory-report');
    await vscode.page.keyboard.type('x');
    await vscode.page.getByText('Cannot edit in read-only editor').first().waitFor();
  });
});

describe('with the policy of the paper', () => {
  beforeAll(() => start(9000, { 'virtualContext.policy': 'memgpt' }));
  afterAll(stop);

  it('edits notes in place, warns, and moves the oldest half out at 100 %', async () => {
    await chat.ask(`${call('pin_note', { text: 'The total is in cents.' })} [[then]] [[say Noted.]]`);
    expect(paging()).toMatch(/epoch\.started .*notesChanged/);
    const system = () => server.requests.at(-1)?.body.messages[0]?.content ?? '';
    expect(system()).toContain('The total is in cents.');
    for (const name of ['alpha', 'beta', 'gamma', 'delta', 'epsilon'])
      await chat.ask(`${reads(`src/${name}.ts`)} [[then]] [[say ${name} read.]]`);
    expect(paging()).toContain('memoryPressure');
    expect(paging()).toMatch(/epoch\.started .*highWatermark/);
    await vscode.runCommand('Virtual Context: Show Memory');
    const shown = await report('policy memgpt · replacement fifo');
    expect(shown).toMatch(/rollovers +[1-9]/);
    await vscode.screenshot('memory-memgpt');
    expect(server.requests.filter(({ status }) => status !== 200)).toEqual([]);
  });
});
