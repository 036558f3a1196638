/** The webviews in a browser, with their real providers and policy but without VS Code around them. */
import axe from 'axe-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualContextError } from '../../src/engine/errors';
import type { ChatActions } from '../../src/host/chatRequests';
import { ChatViewProvider } from '../../src/host/chatViewProvider';
import { NotesViewProvider } from '../../src/host/notesViewProvider';
import { FakeConversation } from '../support/webview/FakeConversation';
import { sampleTranscript } from '../support/webview/sampleTranscript';
import { type Theme, WebviewBrowser, type WebviewPage } from '../support/webview/WebviewPage';

vi.mock('vscode', () => ({
  Uri: {
    joinPath: (base: { path: string }, ...parts: string[]) => ({ path: [base.path, ...parts].join('/') }),
  },
  workspace: { workspaceFolders: [{}] },
}));

const extensionUri = { path: '' } as never;

let browser: WebviewBrowser;
let view: WebviewPage;
let conversation: FakeConversation;
let actions: { [Name in keyof ChatActions]: ReturnType<typeof vi.fn<ChatActions[Name]>> };

beforeAll(async () => {
  browser = await WebviewBrowser.launch();
});

afterAll(() => browser.close());

beforeEach(() => {
  conversation = new FakeConversation();
  actions = {
    openFile: vi.fn(async () => undefined),
    folderIsOpen: vi.fn(() => true),
    openFolder: vi.fn(async () => undefined),
    selectModel: vi.fn(async () => undefined),
    showMemory: vi.fn(async () => undefined),
    setApiKey: vi.fn(async () => undefined),
    openWindowSetting: vi.fn(async () => undefined),
  };
});

afterEach(async () => {
  const { problems } = view;
  await view.close();
  expect(problems).toEqual([]);
});

async function openChat(options: Parameters<WebviewBrowser['open']>[1] = {}): Promise<void> {
  view = await browser.open(new ChatViewProvider(extensionUri, conversation, actions), options);
  await view.byTestId('chat-input').waitFor();
  await view.settled();
}

async function openNotes(theme: Theme = 'dark'): Promise<void> {
  view = await browser.open(new NotesViewProvider(extensionUri, conversation, actions), {
    theme,
    width: 320,
  });
  await view.byTestId('notes-usage').waitFor();
}

/** @returns what axe-core finds wrong, one line each */
async function accessibilityViolations(): Promise<string[]> {
  await view.page.evaluate(axe.source);
  return view.page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
    );
  });
}

function distanceToEnd(): Promise<number> {
  return view.page
    .locator('.messages')
    .evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
}

const longAnswer = Array.from({ length: 80 }, (_, i) => `Paragraph ${i}.`).join('\n\n');

describe('the chat panel', () => {
  it('sends a question, streams the answer, and offers Send again at the end', async () => {
    await openChat();
    await view.byTestId('chat-input').fill('Where is the parser?');
    await view.byTestId('chat-input').press('Enter');
    await view.byTestId('stop').waitFor();
    expect(await view.byTestId('chat-input').inputValue()).toBe('');
    expect(await view.byTestId('message-user').innerText()).toContain('Where is the parser?');
    conversation.emit({ type: 'turnStarted', turn: 1 });
    conversation.emit({ type: 'userMessage', seq: 1, turn: 1, text: 'Where is the parser?' });
    conversation.emit({ type: 'textDelta', turn: 1, text: 'In **src' });
    await view.byTestId('message-assistant').waitFor();
    conversation.emit({ type: 'textDelta', turn: 1, text: '/parse.ts**.' });
    await view.byTestId('message-assistant').locator('strong', { hasText: 'src/parse.ts' }).waitFor();
    conversation.emit({ type: 'assistantMessage', seq: 2, turn: 1, text: 'In **src/parse.ts**.' });
    conversation.emit({ type: 'turnEnded', turn: 1, reason: 'done' });
    await view.byTestId('send').waitFor();
    expect(conversation.asked).toEqual([['submit', 'Where is the parser?']]);
    expect(await view.byTestId('message-user').count()).toBe(1);
    expect(await view.byTestId('message-assistant').count()).toBe(1);
  });

  it('keeps a question that is sent while the session is still opening', async () => {
    conversation.session = '';
    await openChat();
    await view.byTestId('chat-input').fill('Early?');
    await view.byTestId('chat-input').press('Enter');
    await view.byTestId('stop').waitFor();
    await conversation.newChat(); // it is open now
    await view.settled();
    expect(await view.byTestId('message-user').innerText()).toContain('Early?');
    expect(await view.byTestId('stop').count()).toBe(1);
    conversation.emit({ type: 'userMessage', seq: 1, turn: 1, text: 'Early?' });
    conversation.emit({ type: 'turnEnded', turn: 1, reason: 'done' });
    await view.byTestId('send').waitFor();
    expect(await view.byTestId('message-user').count()).toBe(1);
  });

  it('breaks lines with Shift+Enter, leaves Enter to an input method, recalls with Arrow Up', async () => {
    await openChat();
    const input = view.byTestId('chat-input');
    await input.pressSequentially('one');
    await input.press('Shift+Enter');
    await input.pressSequentially('two');
    expect(await input.inputValue()).toBe('one\ntwo');
    await input.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
    expect(conversation.asked).toEqual([]);
    await input.press('Enter');
    await view.byTestId('stop').waitFor();
    await input.fill('not yet');
    await view.byTestId('send').waitFor();
    await input.press('Escape');
    await view.settled();
    expect(conversation.asked).toEqual([['submit', 'one\ntwo'], ['stop']]);
    expect(await input.inputValue()).toBe('not yet');
    conversation.emit({ type: 'userMessage', seq: 1, turn: 1, text: 'one\ntwo' });
    conversation.emit({ type: 'turnEnded', turn: 1, reason: 'cancelled' });
    await view.byTestId('send').waitFor();
    await input.fill('');
    await input.press('ArrowUp');
    expect(await input.inputValue()).toBe('one\ntwo');
  });

  it('queues what is sent while a turn runs, says so, and moves it to its place once delivered', async () => {
    await openChat();
    const input = view.byTestId('chat-input');
    conversation.emit(
      { type: 'turnStarted', turn: 1 },
      { type: 'userMessage', seq: 1, turn: 1, text: 'first' },
      { type: 'textDelta', turn: 1, text: 'Working on it' },
    );
    await view.byTestId('stop').waitFor();
    await input.fill('rather second');
    await view.page.getByRole('button', { name: 'Queue for the next step (Enter)' }).click({ clickCount: 2 });
    await view.byTestId('queued').waitFor();
    // The second click met the Stop button: it is no wish to stop.
    expect(conversation.asked).toEqual([['submit', 'rather second']]);
    expect(await view.page.getByRole('article', { name: 'You, queued' }).innerText()).toContain('rather');
    expect(await accessibilityViolations()).toEqual([]);
    await view.byTestId('stop').waitFor();
    conversation.emit({ type: 'messageQueued', posted: 5, text: 'rather second' });
    conversation.emit({ type: 'assistantMessage', seq: 6, turn: 1, text: 'Working on it' });
    conversation.emit({ type: 'userMessage', seq: 7, turn: 1, text: 'rather second', posted: 5 });
    await view.byTestId('queued').waitFor({ state: 'detached' });
    const articles = await view.page.getByRole('article').allInnerTexts();
    expect(articles.map((text) => text.trim())).toEqual(['first', 'Working on it', 'rather second']);
    await view.byTestId('stop').click();
    await vi.waitFor(() => expect(conversation.asked.at(-1)).toEqual(['stop']));
  });

  it('opens files at the range from rows, links and inline code, also by keyboard', async () => {
    conversation.emit(...sampleTranscript);
    await openChat();
    await view.byTestId('tool-file').first().click();
    const answer = view.byTestId('message-assistant');
    await answer.locator('.file-link').first().click();
    await answer.locator('.file-link').nth(1).press('Enter');
    await vi.waitFor(() => expect(actions.openFile).toHaveBeenCalledTimes(3));
    expect(actions.openFile.mock.calls.map(([place]) => place)).toEqual([
      { path: 'src/engine/QueueManager.ts', startLine: 60, endLine: 140 },
      { path: 'src/engine/QueueManager.ts', startLine: 83, endLine: 96 },
      { path: 'src/engine/stubs.ts', startLine: 12, endLine: 40 },
    ]);
    expect(view.page.url()).toMatch(/page\.html$/);
  });

  it('asks for a result only when its row is opened', async () => {
    conversation.emit(...sampleTranscript);
    await openChat();
    expect(conversation.asked).toEqual([]);
    const row = view.byTestId('tool-row').nth(1);
    expect(await row.innerText()).toContain('major fault · archival · 1,812 tokens');
    await row.locator('.tool-toggle').press('Enter');
    await row.locator('.tool-result', { hasText: 'exact text of tool:s1/2' }).waitFor();
    expect(conversation.asked).toEqual([['stored', 'tool:s1/2']]);
    await row.locator('.tool-toggle').press('Enter');
    await row.locator('.tool-details').waitFor({ state: 'detached' });
  });

  it('pins messages, and says why when it cannot', async () => {
    conversation.emit(...sampleTranscript);
    await openChat();
    await view.byTestId('pin-message').last().click();
    await vi.waitFor(() => expect(conversation.asked).toEqual([['pinMessage', 20]]));
    conversation.refusal = new VirtualContextError('The notes are full.', 'Unpin one.');
    await view.byTestId('pin-message').first().press('Enter');
    await view.page.getByRole('alert').filter({ hasText: 'The notes are full. Unpin one.' }).waitFor();
  });

  it('copies code', async () => {
    conversation.emit(...sampleTranscript);
    await openChat();
    await view.page.locator('.copy-code').click();
    await view.page.locator('.copy-code .codicon-check').waitFor();
    const copied = await view.page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain("return evict('oldest-first', goal);\n}");
  });

  it('never lets an answer run or load anything', async () => {
    await openChat();
    const text = [
      '<img src=x onerror="document.title=1"><script>document.title=1</script>',
      '![x](https://example.com/x.png) [a](javascript:document.title=1) [b](command:quit)',
      '```html\n<script>document.title=1</script>\n```',
    ].join('\n\n');
    conversation.emit({ type: 'assistantMessage', seq: 1, turn: 1, text });
    await view.byTestId('message-assistant').waitFor();
    const counts = await view.byTestId('message-assistant').evaluate((message) => ({
      active: message.querySelectorAll('img, script, iframe, [onerror], [style]').length,
      links: [...message.querySelectorAll('a')].map((link) => link.getAttribute('href')),
    }));
    expect(counts).toEqual({ active: 0, links: ['https://example.com/x.png'] });
    expect(await view.page.title()).toBe('Virtual Context chat');
  });

  it('follows the end only while the person is there', async () => {
    await openChat();
    conversation.emit({ type: 'assistantMessage', seq: 1, turn: 1, text: longAnswer });
    await view.page.getByText('Paragraph 79.').waitFor();
    await vi.waitFor(async () => expect(await distanceToEnd()).toBeLessThan(5));
    await view.page.locator('.messages').evaluate((scroller) => {
      scroller.scrollTop = 200;
    });
    await view.settled();
    conversation.emit({ type: 'textDelta', turn: 2, text: longAnswer });
    await view.byTestId('message-assistant').nth(1).waitFor({ state: 'attached' });
    await view.settled();
    expect(await view.page.locator('.messages').evaluate(({ scrollTop }) => scrollTop)).toBe(200);
    await view.page.getByRole('button', { name: 'Scroll to the end' }).click();
    await vi.waitFor(async () => expect(await distanceToEnd()).toBeLessThan(5));
  });

  it('is the same after it was hidden: draft, open rows, place in the conversation', async () => {
    conversation.emit(...sampleTranscript, { type: 'assistantMessage', seq: 21, turn: 2, text: longAnswer });
    await openChat();
    await view.byTestId('chat-input').fill('half a question');
    await view.byTestId('tool-row').first().locator('.tool-toggle').click();
    await view.page.locator('.tool-details').waitFor();
    const scroller = view.page.locator('.messages');
    await scroller.evaluate((element) => {
      element.scrollTop = 700;
    });
    await view.page.waitForTimeout(400);
    const before = await scroller.evaluate(({ scrollTop }) => scrollTop);
    await view.hideAndShow();
    await view.page.locator('.tool-details').waitFor();
    expect(await view.byTestId('chat-input').inputValue()).toBe('half a question');
    await vi.waitFor(async () => {
      const after = await scroller.evaluate(({ scrollTop }) => scrollTop);
      expect(Math.abs(after - before)).toBeLessThan(40);
    });
  });

  it('puts what was taken back into the input box, before what is being written', async () => {
    conversation.emit(...sampleTranscript);
    await openChat();
    const messages = view.byTestId('message-user');
    const context = JSON.parse((await messages.first().getAttribute('data-vscode-context')) ?? '');
    expect(context).toEqual({ webviewSection: 'virtualContext.message', seq: expect.any(Number) });
    await view.byTestId('chat-input').fill('half a question');
    conversation.takenBack = 'Where was it?';
    conversation.reset();
    const draft = () => view.byTestId('chat-input').inputValue();
    await vi.waitFor(async () => expect(await draft()).toBe('Where was it?\n\nhalf a question'));
  });

  it('shows the text of a running turn once after it was hidden', async () => {
    await openChat();
    conversation.emit({ type: 'turnStarted', turn: 1 });
    conversation.emit(
      { type: 'textDelta', turn: 1, text: 'one ' },
      { type: 'textDelta', turn: 1, text: 'two' },
    );
    await view.hideAndShow();
    await view.byTestId('stop').waitFor();
    await view.settled();
    expect((await view.byTestId('message-assistant').innerText()).trim()).toBe('one two');
  });

  it('offers to go on after a crash', async () => {
    conversation.emit(
      { type: 'turnStarted', turn: 1 },
      { type: 'userMessage', seq: 1, turn: 1, text: 'q' },
      { type: 'turnEnded', turn: 1, reason: 'interrupted' },
    );
    await openChat();
    await view.page.getByRole('button', { name: 'Continue' }).click();
    await vi.waitFor(() => expect(conversation.asked).toEqual([['resumeTurn']]));
  });

  it('gives back a question that could not be recorded, and Retry sends it again', async () => {
    await openChat();
    await view.byTestId('chat-input').fill('q');
    await view.byTestId('send').click();
    await view.byTestId('stop').waitFor();
    await vi.waitFor(() => expect(conversation.asked).toHaveLength(1));
    conversation.emit({ type: 'messageRefused', text: 'q' });
    conversation.emit({
      type: 'turnEnded',
      turn: 1,
      reason: 'error',
      message: 'No net.',
      errorKind: 'network',
    });
    await view.byTestId('turn-end').filter({ hasText: 'No net.' }).waitFor();
    expect(await view.byTestId('chat-input').inputValue()).toBe('q');
    await view.page.getByRole('button', { name: 'Retry' }).click();
    await vi.waitFor(() =>
      expect(conversation.asked).toEqual([
        ['submit', 'q'],
        ['submit', 'q'],
      ]),
    );
  });

  it('names the model, lets choose another, and starts over', async () => {
    await openChat();
    await view.page.getByRole('button', { name: 'Select Model', exact: true }).click();
    await vi.waitFor(() => expect(actions.selectModel).toHaveBeenCalled());
    conversation.setModel('gpt-x', false);
    await view.byTestId('model-button').filter({ hasText: 'gpt-x' }).waitFor();
    await view.byTestId('example').first().click();
    conversation.emit({ type: 'userMessage', seq: 1, turn: 1, text: 'q' });
    await view.byTestId('message-user').waitFor();
    await view.byTestId('new-chat').click();
    await view.byTestId('example').first().waitFor();
    expect(await view.byTestId('message-user').count()).toBe(0);
  });

  it('tells how full the window is, in words too, and where its size is set', async () => {
    conversation.emit(...sampleTranscript);
    await openChat();
    const bar = view.byTestId('gauge').locator('.gauge-bar');
    expect(await bar.getAttribute('aria-label')).toContain('4,420 of 7,100 usable tokens');
    await bar.click();
    expect(await view.byTestId('gauge').innerText()).toContain('1,210');
    await view.page.getByRole('button', { name: 'Set it' }).click();
    await vi.waitFor(() => expect(actions.openWindowSetting).toHaveBeenCalled());
    await view.page.getByRole('button', { name: 'Show memory' }).press('Enter');
    await vi.waitFor(() => expect(actions.showMemory).toHaveBeenCalled());
  });

  it('shows thrashing at the gauge while it lasts, and tells hit ratio and limit', async () => {
    conversation.emit(...sampleTranscript);
    await openChat();
    const gauge = view.byTestId('gauge');
    const label = () => gauge.locator('.gauge-bar').getAttribute('aria-label');
    expect(await label()).toContain('At most 5,000 tokens are kept. Hit ratio 75 %');
    expect(await view.byTestId('gauge-thrashing').count()).toBe(0);
    const last = sampleTranscript.findLast((event) => event.type === 'gauge');
    if (last?.type !== 'gauge') throw new Error('The sample has no gauge.');
    conversation.emit({ type: 'gauge', gauge: { ...last.gauge, thrashing: true } });
    await gauge.getByText('Thrashing').waitFor();
    expect(await label()).toContain('Thrashing: pages come back soon');
    await gauge.locator('.gauge-bar').click();
    expect(await accessibilityViolations()).toEqual([]);
    await view.page.screenshot({ path: 'test-results/gauge-thrashing.png' });
    conversation.emit(last);
    await view.byTestId('gauge-thrashing').waitFor({ state: 'detached' });
  });

  it('stays quick with thousands of items', async () => {
    for (let turn = 1; turn <= 1000; turn++) {
      conversation.emit({ type: 'userMessage', seq: turn * 2, turn, text: `Question ${turn}` });
      conversation.emit({
        type: 'assistantMessage',
        seq: turn * 2 + 1,
        turn,
        text: `Answer **${turn}** \`x\`.`,
      });
    }
    await openChat();
    await view.page.getByText('Question 1000').waitFor();
    const frame = await view.page.evaluate(async () => {
      const start = performance.now();
      const event = { type: 'textDelta', text: 'more text ' };
      for (let i = 0; i < 20; i++) {
        window.postMessage({ kind: 'event', event }, '*');
        await new Promise((done) => requestAnimationFrame(done));
      }
      return (performance.now() - start) / 20;
    });
    // Rebuilding two thousand messages takes more than a second.
    expect(frame).toBeLessThan(200);
  });

  it.each(['dark', 'light', 'high-contrast'] as const)('is accessible: %s', async (theme) => {
    conversation.emit(...sampleTranscript, {
      type: 'turnEnded',
      turn: 2,
      reason: 'error',
      errorKind: 'auth',
    });
    await openChat({ theme, height: 1400 });
    await view.byTestId('tool-row').first().locator('.tool-toggle').click();
    await view.byTestId('gauge').locator('.gauge-bar').click();
    await view.page.locator('.tool-details').waitFor();
    expect(await accessibilityViolations()).toEqual([]);
  });

  it('is accessible before the first question', async () => {
    await openChat();
    await view.byTestId('example').first().waitFor();
    expect(await accessibilityViolations()).toEqual([]);
  });
});

describe('the opener', () => {
  const opener = {
    lastAt: Date.now() - 3 * 86_400_000,
    sessions: 4,
    question: 'Why does the parser drop emoji?',
    items: [
      { kind: 'open', text: 'write the migration <b>now</b>' },
      { kind: 'open', text: 'document the flag' },
      { kind: 'decision', text: 'Decision: ids are ULIDs.' },
      { kind: 'goal', text: 'We are building a billing service.' },
      { kind: 'note', text: 'CI runs on Node 24' },
    ],
  } as const;

  it.each(['dark', 'light', 'high-contrast'] as const)('can be read by everybody (%s)', async (theme) => {
    conversation.whereLeft = opener;
    await openChat({ theme, width: 300 });
    await view.byTestId('opener').waitFor();
    await view.byTestId('opener-details').locator('summary').click();
    expect(await view.byTestId('opener').innerText()).toContain('3 days ago');
    expect(await view.byTestId('opener-item').first().innerText()).toBe('write the migration <b>now</b>');
    // However long it is, it is read from its top.
    expect(await view.page.locator('.messages').evaluate(({ scrollTop }) => scrollTop)).toBe(0);
    await view.page.screenshot({ path: `test-results/opener-${theme}.png` });
    expect(await accessibilityViolations()).toEqual([]);
  });

  it('follows the conversation after a break, and goes when it is taken up or dismissed', async () => {
    conversation.emit(...sampleTranscript);
    conversation.whereLeft = opener;
    await openChat();
    await view.byTestId('opener').waitFor();
    await view.byTestId('opener-dismiss').click();
    await vi.waitFor(async () => expect(await view.byTestId('opener').count()).toBe(0));
    expect(conversation.asked).toEqual([['dismissOpener']]);
    conversation.whereLeft = opener;
    await view.hideAndShow();
    await view.byTestId('opener').waitFor();
    conversation.emit({ type: 'turnStarted', turn: 9 });
    await vi.waitFor(async () => expect(await view.byTestId('opener').count()).toBe(0));
  });
});

describe('the pinned notes', () => {
  const source = 'file:app/src/a.ts#L3-L9@0123456789abcdef';
  const person = { id: 'a', text: 'Commit small.', by: 'person' } as const;
  const model = { id: 'b', text: 'Uses tabs.', by: 'model', source, stale: true } as const;

  it('adds, edits in place, deletes and brings back', async () => {
    await openNotes();
    await view.byTestId('note-input').fill('First note');
    await view.byTestId('note-add').click();
    const note = view.byTestId('note');
    await note.filter({ hasText: 'First note' }).waitFor();
    expect(await view.byTestId('note-input').inputValue()).toBe('');
    await view.byTestId('note-edit').click();
    await view.byTestId('note-editor').fill('Better note');
    await view.byTestId('note-editor').press('Control+Enter');
    await note.filter({ hasText: 'Better note' }).waitFor();
    await view.byTestId('note-delete').click();
    await note.waitFor({ state: 'detached' });
    await view.byTestId('note-undo').click();
    await note.filter({ hasText: 'Better note' }).waitFor();
    expect(conversation.asked.map(([method]) => method)).toEqual(['pin', 'edit', 'unpin', 'pin']);
  });

  it('saves when the editor is left, not when Escape leaves it', async () => {
    conversation.setNotes([person]);
    await openNotes();
    await view.byTestId('note-edit').click();
    await view.byTestId('note-editor').fill('Changed');
    await view.byTestId('note-editor').press('Escape');
    await view.byTestId('note-text').waitFor();
    expect(conversation.asked).toEqual([]);
    await view.byTestId('note-text').dblclick();
    await view.byTestId('note-editor').fill('Changed');
    await view.byTestId('note-input').focus();
    await view.byTestId('note-text').filter({ hasText: 'Changed' }).waitFor();
    expect(conversation.asked).toEqual([['edit', 'a', 'Changed']]);
  });

  it('keeps what is being typed when the model changes the notes', async () => {
    conversation.setNotes([person]);
    await openNotes();
    await view.byTestId('note-edit').click();
    await view.byTestId('note-editor').fill('Half a thou');
    conversation.setNotes([{ ...person, text: 'From the model', by: 'model' }, model]);
    await view.byTestId('note').nth(1).waitFor();
    expect(await view.byTestId('note-editor').inputValue()).toBe('Half a thou');
    conversation.setNotes([model]);
    await view.byTestId('note-editor').waitFor({ state: 'detached' });
    expect(await view.byTestId('note-input').inputValue()).toBe('Half a thou');
  });

  it('keeps the text of a note that is over the limit, and says so', async () => {
    conversation.setNotes([person]);
    conversation.refusal = new VirtualContextError('Only 3 tokens are free.', 'Shorten it.');
    await openNotes();
    await view.byTestId('note-edit').click();
    await view.byTestId('note-editor').fill('Far too long');
    await view.byTestId('note-editor').press('Control+Enter');
    await view.page.getByRole('alert').filter({ hasText: 'Only 3 tokens are free. Shorten it.' }).waitFor();
    expect(await view.byTestId('note-editor').inputValue()).toBe('Far too long');
    await view.hideAndShow();
    expect(await view.byTestId('note-editor').inputValue()).toBe('Far too long');
  });

  it('opens the source, marks what is stale, counts tokens', async () => {
    conversation.setNotes([person, model]);
    await openNotes();
    await view.byTestId('note-source').click();
    await vi.waitFor(() =>
      expect(actions.openFile).toHaveBeenCalledWith({ path: 'src/a.ts', startLine: 3, endLine: 9 }),
    );
    expect(await view.byTestId('note-stale').count()).toBe(1);
    expect(await view.byTestId('notes-usage').innerText()).toContain('/ 2,000 tokens');
  });

  it.each(['dark', 'light', 'high-contrast'] as const)('are accessible: %s', async (theme) => {
    conversation.setNotes([person, model]);
    await openNotes(theme);
    await view.byTestId('note').first().hover();
    await view.byTestId('note-edit').first().click();
    await view.byTestId('note-editor').waitFor();
    expect(await accessibilityViolations()).toEqual([]);
  });
});
