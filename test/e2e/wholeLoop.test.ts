/**
 * The main job in the real VS Code, on a real project: ask, watch it page, get the answer. What the model server's
 * policies answer proves mechanism (what was resident, what was faulted), never answer quality.
 */

import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { ChatRequest, Policy } from '../support/modelServer/chatProtocol';
import { asksForSummary } from '../support/modelServer/chatProtocol';
import { call, researcher, script } from '../support/modelServer/policies';
import { SampleProject } from '../support/sampleProject';
import { chat, reload, scriptedChat, server, timeout, vscode } from '../support/vscode/scriptedChat';

/** Markers are obeyed; a plain question is looked up. */
const policy: Policy = (request) => {
  const asked = request.messages.findLast((m) => m.role === 'user' && !m.content?.startsWith('<interrupt'));
  return (asked?.content?.includes('[[') ? script : researcher)(request);
};

scriptedChat({ project: () => new SampleProject(), server: { window: 8192 }, policy, offline: true });

const paging = () => vscode.log('Virtual Context: Paging');
const lastBody = () => server.requests.at(-1)?.body as ChatRequest;

/** Text of the last result of a function in a request. */
function toolText(body: ChatRequest, contains: string): string {
  return body.messages.findLast((m) => m.role === 'tool' && m.content?.includes(contains))?.content ?? '';
}

/** The numbered lines below an address. */
function linesAt(address: string, text: string): string[] {
  const below = text.slice(text.indexOf(address)).split('\n').slice(1);
  const end = below.findIndex((line) => !/^ *\d+\t/.test(line));
  return end === -1 ? below : below.slice(0, end);
}

async function waitForIndex(): Promise<void> {
  await vscode.page.locator('.statusbar-item', { hasText: /^\s*3\d\d files/ }).waitFor({ timeout: 60_000 });
}

describe('the whole loop', () => {
  it('activates in under 50 ms and indexes the project', async () => {
    await waitForIndex();
    const activation = Number(/activated in ([\d.]+) ms/.exec(paging())?.[1]);
    expect(activation).toBeLessThan(50);
  });

  it('answers offline from the index, with tool rows and links that open the file at the range', async () => {
    await chat.ask('How are retries and exponential backoff implemented?');
    await expect.poll(() => chat.answers.last().textContent()).toContain('No language model is configured');
    await expect.poll(() => chat.rows.count()).toBeGreaterThanOrEqual(3);
    const link = chat.answers.last().locator('a', { hasText: 'src/client.ts:' }).first();
    const [, start, end] = /:(\d+)-(\d+)/.exec((await link.textContent()) ?? '') ?? [];
    await link.click();
    await vscode.page.locator('.tab.active', { hasText: 'client.ts' }).waitFor();
    const position = vscode.page.locator('.statusbar-item', { hasText: /^Ln \d+, Col \d+/ });
    await vi.waitUntil(async () => (await position.textContent())?.includes(`Ln ${end},`), timeout);
    expect(Number(start)).toBeGreaterThan(0);
  });

  it('opens the file of a tool row at the range it shows', async () => {
    const file = chat.byTestId('tool-file').last();
    const [, name] = /([\w-]+\.ts):\d+/.exec((await file.textContent()) ?? '') ?? [];
    await file.click();
    await vscode.page.locator('.tab.active', { hasText: name ?? 'no file' }).waitFor();
  });

  it('talks to a model of 8k over HTTP: streams, calls, answers', async () => {
    await vscode.chooseFrom('Virtual Context: Select Model', 'OpenAI-compatible endpoint');
    await vscode.enter(server.url);
    await vscode.choose('scripted');
    await chat.frame.locator('[data-testid=model-button]', { hasText: 'scripted' }).waitFor();
    await chat.ask(
      `${call('search_workspace', { query: 'retry backoff' })} [[then]] ${call('read_file', { path: 'src/client.ts', startLine: 1, endLine: 40 })} [[then]] [[say The retry delay doubles.]]`,
    );
    await expect.poll(() => chat.answers.last().textContent()).toContain('The retry delay doubles.');
    expect(toolText(lastBody(), 'src/client.ts')).toContain('    1\t');
  });

  it('pins a selection from the editor menu and sends it to the model on its next step', async () => {
    await vscode.openFile('src/error.ts');
    const editor = vscode.page.locator('.editor-instance .view-lines').first();
    await editor.click();
    await vscode.page.keyboard.press('Control+a');
    await editor.click({ button: 'right' });
    for (const label of ['Virtual Context', 'Pin to Working Memory']) {
      const entry = vscode.page.locator('.monaco-menu .action-label', { hasText: new RegExp(`^${label}$`) });
      // The menu ignores a click that comes before the pointer has moved over it.
      await entry.hover();
      await entry.click({ delay: 100 });
    }
    await vscode.page.locator('.statusbar-item', { hasText: 'Pinned src/error.ts:1-2' }).waitFor();
    await vscode.runCommand('View: Show Virtual Context');
    const notes = await vscode.webview('[data-testid=note]');
    await expect.poll(() => notes.locator('[data-testid=note]').textContent()).toContain('src/error.ts:1-');
    await chat.ask('[[say Noted.]]');
    expect(JSON.stringify(lastBody().messages)).toContain('src/error.ts:1-');
  });

  it('edits a note in the view; the next request has the new text', async () => {
    const notes = await vscode.webview('[data-testid=note]');
    await notes.locator('[data-testid=note-edit]').first().click();
    await notes
      .locator('[data-testid=note-editor] textarea, textarea[data-testid=note-editor]')
      .first()
      .fill('Never touch error.ts.');
    await vscode.page.keyboard.press('Control+Enter');
    await notes.locator('[data-testid=note-text]', { hasText: 'Never touch error.ts.' }).waitFor();
    await chat.ask('[[say Understood.]]');
    expect(JSON.stringify(lastBody().messages)).toContain('Never touch error.ts.');
  });

  it('shows at once what the model pins', async () => {
    await chat.ask(`${call('pin_note', { text: 'The build uses esbuild.' })} [[then]] [[say Pinned.]]`);
    const notes = await vscode.webview('[data-testid=note]');
    await notes.locator('[data-testid=note-text]', { hasText: 'The build uses esbuild.' }).waitFor();
  });

  it('evicts under pressure and pages an evicted page back byte-exact', async () => {
    const files = [
      'core/api-promise',
      'core/streaming',
      'core/pagination',
      'core/uploads',
      'core/resource',
      'client',
    ];
    for (const file of files) {
      await chat.ask(
        `${call('read_file', { path: `src/${file}.ts`, startLine: 1, endLine: 150 })} [[then]] [[say Read.]]`,
      );
    }
    const address = /evict \| (file:\S+)/.exec(paging())?.[1] ?? '';
    expect(address).not.toBe('');
    expect(paging()).toMatch(/epoch\.started \| epoch [2-9].*highWatermark/);
    await expect.poll(() => chat.byTestId('notice').count()).toBeGreaterThan(0);
    await chat.ask(`${call('page_in', { address })} [[then]] [[say Back.]]`);
    // By a function's result or by the engine: whatever showed it first, with its heading.
    const shown = server.requests
      .flatMap(({ body }) => body.messages.map((message) => message.content ?? ''))
      .find((content) => content.includes(`${address} · `));
    const before = linesAt(address, shown ?? '');
    expect(before.length).toBeGreaterThan(5);
    expect(linesAt(address, toolText(lastBody(), address))).toEqual(before);
    expect(paging()).toContain('page_in, served by recall');
  });

  it('never sent a request over the window, and each within an epoch extends the one before', () => {
    expect(server.requests.filter((request) => request.overWindow)).toEqual([]);
    const steps = server.requests
      .filter((request) => !asksForSummary(request.body))
      .map((request) => request.body);
    let epochs = 1;
    for (const [i, body] of steps.entries()) {
      const before = steps[i - 1];
      if (!before) continue;
      const sameHead =
        JSON.stringify(body.messages[0]) === JSON.stringify(before.messages[0]) &&
        JSON.stringify(body.messages[1]) === JSON.stringify(before.messages[1]);
      if (!sameHead) {
        epochs++;
        continue;
      }
      expect(JSON.stringify(body.tools)).toBe(JSON.stringify(before.tools));
      expect(JSON.stringify(body.messages.slice(0, before.messages.length))).toBe(
        JSON.stringify(before.messages),
      );
    }
    expect(epochs).toBeGreaterThan(1);
    expect(epochs).toBeLessThan(steps.length / 2);
  });

  it('goes on in the same session after the window is reloaded', async () => {
    const answers = await chat.answers.count();
    const before = lastBody();
    await reload();
    await vi.waitUntil(async () => (await chat.answers.count()) === answers, timeout);
    await chat.ask('[[say Still here.]]');
    expect(JSON.stringify(lastBody().messages.slice(0, before.messages.length))).toBe(
      JSON.stringify(before.messages),
    );
    const notes = await vscode.webview('[data-testid=note]');
    await notes.locator('[data-testid=note-text]', { hasText: 'Never touch error.ts.' }).waitFor();
  });

  it('opens the paging log file: JSON lines that hold every event', async () => {
    await vscode.runCommand('Virtual Context: Open Paging Log File');
    await vscode.page.locator('.tab.active', { hasText: 'events.jsonl' }).waitFor();
    const events = vscode
      .sessionFiles('events.jsonl')
      .flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n'))
      .map((line) => JSON.parse(line) as { seq: number; type: string });
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.filter((event) => event.type === 'message.user')).toHaveLength(
      await chat.userMessages.count(),
    );
  });

  it('keeps the notes in a new chat, and takes the picture for the README', async () => {
    await vscode.runCommand('Virtual Context: New Chat');
    await vi.waitUntil(async () => (await chat.userMessages.count()) === 0, timeout);
    const notes = await vscode.webview('[data-testid=note]');
    await expect.poll(() => notes.locator('[data-testid=note]').count()).toBe(2);
    await vscode.chooseFrom('Virtual Context: Select Model', 'Offline');
    await chat.byTestId('model-button').filter({ hasText: 'Offline' }).waitFor();
    await vscode.widenSecondarySideBar(200);
    await vscode.runCommand('Virtual Context: Show Paging Log');
    await chat.ask('How is the delay between retries calculated?');
    await expect.poll(() => chat.answers.last().textContent()).toContain('src/client.ts');
    await vscode.page.locator('.tab.active', { hasText: 'client.ts' }).waitFor();
    await chat.userMessages.last().evaluate((message) => message.scrollIntoView());
    await vscode.screenshot('overview');
  });
});
