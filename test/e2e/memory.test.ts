/** What the person sees of the memory: the report, the gauge, and the policy they chose. */
import { describe, expect, it, vi } from 'vitest';
import { call } from '../support/modelServer/policies';
import { chat, messages, scriptedChat, server, timeout, vscode, write } from '../support/vscode/scriptedChat';

const reads = (...paths: string[]) => paths.map((path) => call('read_file', { path })).join(' ');

const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'];
const lines = (name: string) =>
  Array.from({ length: 90 }, (_, i) => `export const ${name}${i + 1} = ${i * 7};\n`);
const files = Object.fromEntries(names.map((name) => [`src/${name}.ts`, lines(name).join('')]));
const settings = { 'virtualContext.openFilesOnFault': false };

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

describe('the memory report', () => {
  scriptedChat({ files, settings });

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
    write('.vscode/settings.json', JSON.stringify({ 'virtualContext.memory.residentLimit': 10_000 }));
    await report(/resident limit +10,000 +kept at most/);
    const bar = chat.byTestId('gauge').locator('.gauge-bar');
    await expect.poll(() => bar.getAttribute('aria-label')).toContain('At most 10,000 tokens are kept');
  });

  it('opens from the gauge, by keyboard, and cannot be edited', async () => {
    await vscode.page.keyboard.press('Control+K');
    await vscode.page.keyboard.press('Control+W');
    const bar = chat.byTestId('gauge').locator('.gauge-bar');
    await expect.poll(() => bar.getAttribute('aria-label')).toMatch(/Hit ratio \d+ %/);
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
  scriptedChat({
    files,
    server: { window: 9000 },
    settings: { ...settings, 'virtualContext.policy': 'memgpt' },
  });

  it('edits notes in place, warns, and moves the oldest half out at 100 %', async () => {
    await chat.ask(`${call('pin_note', { text: 'The total is in cents.' })} [[then]] [[say Noted.]]`);
    expect(paging()).toMatch(/epoch\.started .*notesChanged/);
    const system = () => messages()[0]?.content ?? '';
    expect(system()).toContain('The total is in cents.');
    for (const name of names) await chat.ask(`${reads(`src/${name}.ts`)} [[then]] [[say ${name} read.]]`);
    expect(paging()).toContain('memoryPressure');
    expect(paging()).toMatch(/epoch\.started .*highWatermark/);
    await vscode.runCommand('Virtual Context: Show Memory');
    const shown = await report('policy memgpt · replacement fifo');
    expect(shown).toMatch(/rollovers +[1-9]/);
    await vscode.screenshot('memory-memgpt');
    expect(server.requests.filter(({ status }) => status !== 200)).toEqual([]);
  });
});
