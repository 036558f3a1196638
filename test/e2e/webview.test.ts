/** The chat panel in a browser: see `openViews`. */
import { describe, expect, it, vi } from 'vitest';
import { VirtualContextError } from '../../src/engine/errors';
import { accessibilityViolations, actions, conversation, openChat, view } from '../support/webview/openViews';
import { sampleTranscript } from '../support/webview/sampleTranscript';

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
    await expect.poll(() => view.byTestId('chat-input').inputValue()).toBe('');
    await expect.poll(() => view.byTestId('message-user').innerText()).toContain('Where is the parser?');
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
    await expect.poll(() => view.byTestId('message-user').count()).toBe(1);
    await expect.poll(() => view.byTestId('message-assistant').count()).toBe(1);
  });

  it('keeps a question that is sent while the session is still opening', async () => {
    conversation.session = '';
    await openChat();
    await view.byTestId('chat-input').fill('Early?');
    await view.byTestId('chat-input').press('Enter');
    await view.byTestId('stop').waitFor();
    await conversation.newChat(); // it is open now
    await view.settled();
    await expect.poll(() => view.byTestId('message-user').innerText()).toContain('Early?');
    await expect.poll(() => view.byTestId('stop').count()).toBe(1);
    conversation.emit({ type: 'userMessage', seq: 1, turn: 1, text: 'Early?' });
    conversation.emit({ type: 'turnEnded', turn: 1, reason: 'done' });
    await view.byTestId('send').waitFor();
    await expect.poll(() => view.byTestId('message-user').count()).toBe(1);
  });

  it('breaks lines with Shift+Enter, leaves Enter to an input method, recalls with Arrow Up', async () => {
    await openChat();
    const input = view.byTestId('chat-input');
    await input.pressSequentially('one');
    await input.press('Shift+Enter');
    await input.pressSequentially('two');
    await expect.poll(() => input.inputValue()).toBe('one\ntwo');
    await input.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
    expect(conversation.asked).toEqual([]);
    await input.press('Enter');
    await view.byTestId('stop').waitFor();
    await input.fill('not yet');
    await view.byTestId('send').waitFor();
    await input.press('Escape');
    await view.settled();
    expect(conversation.asked).toEqual([['submit', 'one\ntwo'], ['stop']]);
    await expect.poll(() => input.inputValue()).toBe('not yet');
    conversation.emit({ type: 'userMessage', seq: 1, turn: 1, text: 'one\ntwo' });
    conversation.emit({ type: 'turnEnded', turn: 1, reason: 'cancelled' });
    await view.byTestId('send').waitFor();
    await input.fill('');
    await input.press('ArrowUp');
    await expect.poll(() => input.inputValue()).toBe('one\ntwo');
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
    await expect
      .poll(() => view.page.getByRole('article', { name: 'You, queued' }).innerText())
      .toContain('rather');
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
    await expect.poll(() => row.innerText()).toContain('major fault · archival · 1,812 tokens');
    await row.locator('.tool-toggle').press('Enter');
    await row.locator('.tool-result', { hasText: 'exact text of tool:s1/2' }).waitFor();
    expect(conversation.asked).toEqual([['stored', 'tool:s1/2']]);
    await row.locator('.tool-toggle').press('Enter');
    await row.locator('.tool-details').waitFor({ state: 'detached' });
  });

  it('says in a line what the model was told, and all of it on opening, by keyboard too', async () => {
    await openChat();
    const told = 'After your edits the editor shows:\na.ts:1: error: x\na.ts:2: error: y';
    conversation.emit({ type: 'interrupt', kind: 'diagnosticsChanged', text: told });
    conversation.emit({ type: 'interrupt', kind: 'resumed', text: '' });
    const [first, second] = [view.byTestId('notice').first(), view.byTestId('notice').last()];
    await second.waitFor();
    await expect
      .poll(() => first.innerText())
      .toBe('After your edits the editor shows: a.ts:1: error: x (and 1 more)');
    await first.locator('summary').focus();
    await view.page.keyboard.press('Enter');
    await vi.waitFor(async () => expect(await first.locator('pre').innerText()).toBe(told));
    await expect.poll(() => second.locator('summary').count()).toBe(0);
    await view.page.screenshot({ path: 'test-results/notice-details.png' });
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
    await expect.poll(() => view.byTestId('chat-input').inputValue()).toBe('half a question');
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
    await expect.poll(() => view.byTestId('chat-input').inputValue()).toBe('q');
    await view.page.getByRole('button', { name: 'Retry' }).click();
    await vi.waitFor(() =>
      expect(conversation.asked).toEqual([
        ['submit', 'q'],
        ['submit', 'q'],
      ]),
    );
  });

  it('gives it back above what is being written meanwhile', async () => {
    await openChat();
    await view.byTestId('chat-input').fill('q');
    await view.byTestId('send').click();
    await view.byTestId('chat-input').fill('half a thought');
    conversation.emit({ type: 'messageRefused', text: 'q', message: 'The disk is full.' });
    await view.page.getByRole('alert').filter({ hasText: 'The disk is full.' }).waitFor();
    await expect.poll(() => view.byTestId('chat-input').inputValue()).toBe('q\n\nhalf a thought');
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
    await expect.poll(() => view.byTestId('message-user').count()).toBe(0);
  });

  it('tells how full the window is, in words too, and where its size is set', async () => {
    conversation.emit(...sampleTranscript);
    await openChat();
    const bar = view.byTestId('gauge').locator('.gauge-bar');
    await expect.poll(() => bar.getAttribute('aria-label')).toContain('4,420 of 7,100 usable tokens');
    await bar.click();
    await expect.poll(() => view.byTestId('gauge').innerText()).toContain('1,210');
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
    await expect.poll(() => view.byTestId('gauge-thrashing').count()).toBe(0);
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
