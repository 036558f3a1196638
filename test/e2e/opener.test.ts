/** The card that says where the person left off, in the real VS Code. No model is involved: it is extracted. */
import { describe, expect, it, vi } from 'vitest';
import { chat, reload, scriptedChat, timeout, vscode, write } from '../support/vscode/scriptedChat';

const files = { 'src/backoff.ts': 'export const backoff = (attempt: number) => 2 ** attempt;\n' };

async function newChat(): Promise<void> {
  await vscode.runCommand('Virtual Context: New Chat');
  await vi.waitUntil(async () => (await chat.userMessages.count()) === 0, timeout);
}

describe('the opener', () => {
  scriptedChat({ files, offline: true });

  it('is not there while there is nothing to tell', async () => {
    await chat.byTestId('example').first().waitFor();
    await expect.poll(() => chat.byTestId('opener').count()).toBe(0);
  });

  it('begins a new chat with what is open and decided', async () => {
    await chat.ask(
      'We are building a retry queue. We decided to cap the delay at 8 s.\nNext: test the jitter; document the cap\nWhere is the backoff?',
    );
    await newChat();
    await chat.byTestId('opener').waitFor();
    const items = chat.byTestId('opener-item');
    await expect.poll(() => items.allInnerTexts()).toEqual(['document the cap', 'test the jitter']);
    const details = chat.byTestId('opener-details');
    await expect.poll(() => details.innerText()).toContain('Decisions, goals and notes (2)');
    await details.locator('summary').focus();
    await vscode.page.keyboard.press('Enter');
    await details.getByText('We decided to cap the delay at 8 s.').waitFor();
    await details.getByText('We are building a retry queue.').waitFor();
    await vscode.screenshot('opener');
  });

  it('puts an open item into the input without sending it, all by keyboard', async () => {
    const item = chat.byTestId('opener-item').first();
    await item.focus();
    await vscode.page.keyboard.press('Enter');
    await expect.poll(() => chat.byTestId('chat-input').inputValue()).toBe('Go on with: document the cap');
    await expect.poll(() => chat.userMessages.count()).toBe(0);
    await expect.poll(() => chat.byTestId('opener').count()).toBe(1);
  });

  it('goes for good when it is dismissed', async () => {
    await chat.byTestId('opener-dismiss').focus();
    await vscode.page.keyboard.press('Enter');
    await vi.waitUntil(async () => (await chat.byTestId('opener').count()) === 0, timeout);
    // VS Code writes what an extension remembers a moment later.
    await vscode.page.waitForTimeout(1000);
    await reload();
    await chat.byTestId('example').first().waitFor();
    await vscode.page.waitForTimeout(1000);
    await expect.poll(() => chat.byTestId('opener').count()).toBe(0);
  });

  it('goes at the first question', async () => {
    await chat.ask('Done: document the cap');
    await newChat();
    await chat.byTestId('opener').waitFor();
    await expect.poll(() => chat.byTestId('opener-item').allInnerTexts()).toEqual(['test the jitter']);
    await chat.send('Where is the jitter?');
    await vi.waitUntil(async () => (await chat.byTestId('opener').count()) === 0, timeout);
    await chat.idle();
  });

  it('as a message is the first thing said in a new chat, once', async () => {
    write('.vscode/settings.json', JSON.stringify({ 'virtualContext.opener': 'message' }));
    await reload();
    const ends = () => vscode.log('Virtual Context: Paging').match(/turn\.ended \| done/g)?.length ?? 0;
    const before = ends();
    await chat.ask('Next: test the jitter\nWhere is the backoff?');
    await newChat();
    await chat.answers.first().waitFor();
    // Of the question, and of the opener: a window that is reloaded earlier offers to continue it.
    await vi.waitUntil(() => ends() === before + 2, timeout);
    await expect.poll(() => chat.answers.first().innerText()).toContain('test the jitter');
    await expect.poll(() => chat.byTestId('opener').count()).toBe(0);
    await vscode.screenshot('opener-message');
    await reload();
    await chat.answers.first().waitFor();
    await vscode.page.waitForTimeout(2000);
    await expect.poll(() => chat.answers.count()).toBe(1);
  });
});
