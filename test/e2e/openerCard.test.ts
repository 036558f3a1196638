/** The opener in the chat panel, in a browser: see `openViews`. */
import { describe, expect, it, vi } from 'vitest';
import { accessibilityViolations, conversation, openChat, view } from '../support/webview/openViews';
import { sampleTranscript } from '../support/webview/sampleTranscript';

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
    await expect.poll(() => view.byTestId('opener').innerText()).toContain('3 days ago');
    await expect
      .poll(() => view.byTestId('opener-item').first().innerText())
      .toBe('write the migration <b>now</b>');
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
