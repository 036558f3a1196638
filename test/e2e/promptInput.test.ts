/** The input box in a browser: mentions, slash commands, dropped files, and the buttons of code blocks. */
import { describe, expect, it, vi } from 'vitest';
import { UnreadableFileError } from '../../src/engine/errors';
import type { MentionOption, MentionWeight } from '../../src/webview/protocol';
import { accessibilityViolations, actions, conversation, openChat, view } from '../support/webview/openViews';

const file = (path: string): MentionOption => ({
  kind: 'file',
  token: `@${path}`,
  label: path.split('/').at(-1) ?? '',
  detail: path,
});
const weight = (token: string, tokens: number, rest: Partial<MentionWeight> = {}): MentionWeight => ({
  kind: 'file',
  token,
  tokens,
  partly: false,
  problem: '',
  ...rest,
});

const input = () => view.byTestId('chat-input');
const labels = () => view.page.locator('.completion-label').allInnerTexts();
const selected = () => view.page.locator('.completion[aria-selected=true] .completion-label').innerText();

async function type(text: string): Promise<void> {
  await input().focus();
  await view.page.keyboard.type(text);
}

describe('mentions', () => {
  it('are found while one types, chosen by keyboard alone, and weighed before they are sent', async () => {
    actions.findMentions.mockImplementation(async (query, more) =>
      more
        ? [{ kind: 'symbol', token: '@src/a.ts:3-9', label: 'QueueManager', detail: 'src/a.ts:3-9' }]
        : [file('src/queue.ts'), file('src/queueEntries.ts')].filter(({ detail }) => detail.includes(query)),
    );
    actions.weighMentions.mockImplementation(async (text) =>
      text.includes('Entries') ? [weight('@src/queueEntries.ts', 1234, { partly: true })] : [],
    );
    await openChat();
    await type('Why is @qu');
    await view.page.locator('.completion', { hasText: 'QueueManager' }).waitFor();
    expect(await labels()).toEqual(['queue.ts', 'queueEntries.ts', 'QueueManager']);
    expect(await selected()).toBe('queue.ts');
    const active = await input().getAttribute('aria-activedescendant');
    await expect.poll(() => view.page.locator(`#${active}`).getAttribute('aria-selected')).toBe('true');
    expect(await accessibilityViolations()).toEqual([]);
    await view.page.screenshot({ path: 'test-results/mentions-picker.png' });
    await view.page.keyboard.press('ArrowUp');
    expect(await selected()).toBe('QueueManager');
    await view.page.keyboard.press('ArrowUp');
    await view.page.keyboard.press('Enter');
    await expect.poll(() => input().inputValue()).toBe('Why is @src/queueEntries.ts ');
    await expect.poll(() => view.byTestId('completions').count()).toBe(0);
    const chip = view.byTestId('mention');
    await chip.waitFor();
    await expect
      .poll(async () => (await chip.innerText()).replace(/\s+/g, ' '))
      .toContain('src/queueEntries.ts 1.2k tokens, in part');
    await expect.poll(() => chip.getAttribute('title')).toContain('can page in the rest');
    expect(await accessibilityViolations()).toEqual([]);
    await view.page.screenshot({ path: 'test-results/mentions-chip.png' });
    await type('slow?');
    await view.page.keyboard.press('Enter');
    await vi.waitFor(() =>
      expect(conversation.asked).toEqual([['submit', 'Why is @src/queueEntries.ts slow?']]),
    );
    await chip.waitFor({ state: 'detached' });
  });

  it('go with Escape, which does not stop the turn; and a chip with its button', async () => {
    actions.findMentions.mockImplementation(async () => [file('src/a.ts')]);
    actions.weighMentions.mockImplementation(async () => [weight('@src/a.ts', 12)]);
    await openChat();
    conversation.emit({ type: 'turnStarted', turn: 1 });
    await type('See @a');
    await view.byTestId('completions').waitFor();
    await view.page.keyboard.press('Escape');
    await view.byTestId('completions').waitFor({ state: 'detached' });
    expect(conversation.asked).toEqual([]);
    await input().fill('See @src/a.ts again');
    await view.page.getByRole('button', { name: 'Remove @src/a.ts' }).press('Enter');
    await expect.poll(() => input().inputValue()).toBe('See again');
    expect(await input().evaluate((box) => box === document.activeElement)).toBe(true);
  });

  it('say what cannot be attached, and stay in the draft while the view is hidden', async () => {
    const problem = '"/etc/passwd" is outside the workspace folders.';
    actions.weighMentions.mockImplementation(async () => [weight('@/etc/passwd', 0, { problem })]);
    await openChat();
    await input().fill('Read @/etc/passwd');
    const chip = view.byTestId('mention');
    await chip.waitFor();
    await expect.poll(() => chip.innerText()).toContain('cannot be attached');
    await expect.poll(() => chip.getAttribute('title')).toBe(problem);
    await view.hideAndShow();
    await chip.waitFor();
    await expect.poll(() => input().inputValue()).toBe('Read @/etc/passwd');
  });

  it('come of files that are dropped or pasted; what is no file is pasted as it is', async () => {
    actions.mentionUris.mockImplementation(async (uris) => {
      if (uris.some((uri) => uri.includes('outside')))
        throw new UnreadableFileError('It is outside the workspace.', 'Open its folder.');
      return uris.map((uri) => `@${uri.split('/project/')[1]}`).join(' ');
    });
    await openChat();
    await input().fill('Compare');
    await input().evaluate((box) => {
      const data = new DataTransfer();
      data.setData('text/uri-list', 'file:///project/src/a.ts\r\nfile:///project/src/');
      box.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    });
    await vi.waitFor(async () => expect(await input().inputValue()).toBe('Compare @src/a.ts @src/ '));
    const paste = (text: string) =>
      input().evaluate((box, pasted) => {
        const data = new DataTransfer();
        data.setData('text/plain', pasted);
        box.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
        );
      }, text);
    await paste('/project/src/b.ts');
    await vi.waitFor(async () => expect(await input().inputValue()).toContain('@src/b.ts'));
    await paste('/outside/c.ts');
    await vi.waitFor(async () => expect(await input().inputValue()).toContain('/outside/c.ts'));
    await expect.poll(() => view.page.locator('.problem').innerText()).toContain('outside the workspace');
  });
});

describe('slash commands', () => {
  it('are completed at the beginning of the message only, and run', async () => {
    actions.slash.mockImplementation(async (name) => (name === 'explain' ? { send: 'Explain @a.ts' } : {}));
    await openChat();
    await type('/e');
    await view.byTestId('completions').waitFor();
    expect(await labels()).toEqual(['/explain']);
    await view.page.screenshot({ path: 'test-results/slash.png' });
    await view.page.keyboard.press('Tab');
    await type('shortly');
    await view.page.keyboard.press('Enter');
    await vi.waitFor(() => expect(conversation.asked).toEqual([['submit', 'Explain @a.ts']]));
    expect(actions.slash.mock.calls).toEqual([['explain', 'shortly']]);
    // What is written out runs with one Enter, though another begins like it.
    await type('/mode');
    expect(await selected()).toBe('/mode');
    await view.page.keyboard.press('Enter');
    await vi.waitFor(() => expect(actions.slash.mock.calls.at(-1)).toEqual(['mode', '']));
    await type('either /n');
    await view.settled();
    await expect.poll(() => view.byTestId('completions').count()).toBe(0);
  });

  it('that are none are sent as text after a hint; one that fails comes back', async () => {
    await openChat();
    await type('/nothing of the kind');
    await view.page.keyboard.press('Enter');
    await view.page.getByText('There is no command /nothing').waitFor();
    expect(conversation.asked).toEqual([]);
    await view.page.keyboard.press('Enter');
    await vi.waitFor(() => expect(conversation.asked).toEqual([['submit', '/nothing of the kind']]));
    actions.slash.mockImplementation(async () => {
      throw new UnreadableFileError('No file is open in an editor.', 'Open one.');
    });
    await input().fill('/fix it');
    await view.page.keyboard.press('Enter');
    await view.page.locator('.problem', { hasText: 'No file is open' }).waitFor();
    await expect.poll(() => input().inputValue()).toBe('/fix it');
  });
});

it('hands code blocks over with the file they are about', async () => {
  const text = [
    'As in [a](src/link.ts):',
    '',
    '```ts\nconst one = 1;\n```',
    '',
    'And:',
    '',
    '```ts src/named.ts\nconst two = 2;\n```',
    '',
    '```python\n# tools/run.py\nprint()\n```',
  ].join('\n');
  conversation.emit(
    { type: 'userMessage', seq: 1, turn: 1, text: 'q' },
    { type: 'assistantMessage', seq: 2, turn: 1, text },
  );
  await openChat();
  expect(await accessibilityViolations()).toEqual([]);
  await view.page.screenshot({ path: 'test-results/code-blocks.png' });
  const button = (name: string, index: number) => view.page.getByRole('button', { name }).nth(index);
  await button('Apply to File', 0).press('Enter');
  await button('Apply to File', 1).press('Enter');
  await button('Create File', 2).press('Enter');
  await button('Insert at Cursor', 1).press('Enter');
  await vi.waitFor(() => expect(actions.codeBlock).toHaveBeenCalledTimes(4));
  expect(actions.codeBlock.mock.calls.map(([block]) => block)).toEqual([
    { act: 'apply', code: 'const one = 1;\n', language: 'ts', path: 'src/link.ts' },
    { act: 'apply', code: 'const two = 2;\n', language: 'ts', path: 'src/named.ts' },
    { act: 'create', code: '# tools/run.py\nprint()\n', language: 'python', path: 'tools/run.py' },
    { act: 'insert', code: 'const two = 2;\n', language: 'ts', path: 'src/named.ts' },
  ]);
});

it('offers to ask the assistant where a block has no certain place', async () => {
  actions.codeBlock.mockImplementation(async () => ({
    refused: { why: 'Not applied to a.ts.', ask: 'Apply this to @a.ts.' },
  }));
  conversation.emit({ type: 'assistantMessage', seq: 1, turn: 1, text: '```ts\nlet a;\n```' });
  await openChat();
  await view.page.getByRole('button', { name: 'Apply to File' }).press('Enter');
  const bar = view.page.locator('.problem', { hasText: 'Not applied to a.ts.' });
  await bar.waitFor();
  expect(await accessibilityViolations()).toEqual([]);
  await bar.getByRole('button', { name: 'Ask the assistant to apply it' }).press('Enter');
  await vi.waitFor(() => expect(conversation.asked).toEqual([['submit', 'Apply this to @a.ts.']]));
  await bar.waitFor({ state: 'detached' });
});
