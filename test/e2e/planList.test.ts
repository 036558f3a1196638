/** The plan in the chat panel, in a browser: see `openViews`. */
import { describe, expect, it, vi } from 'vitest';
import type { PlanItem } from '../../src/webview/protocol';
import {
  accessibilityViolations,
  actions,
  conversation,
  openChat,
  panel,
  view,
} from '../support/webview/openViews';

const PLAN: readonly PlanItem[] = [
  { text: 'read the parser', state: 'done' },
  { text: 'mend <b>emoji</b>', state: 'active' },
  { text: 'run the tests', state: 'open' },
];

const texts = () => view.byTestId('plan-text').allInnerTexts();
const items = () => conversation.plan.now().items.map(({ text, state }) => `${state} ${text}`);
const inFocus = () => view.page.evaluate(() => document.activeElement?.textContent ?? '');

async function open(options: Parameters<typeof openChat>[0] = {}): Promise<void> {
  conversation.setPlan(...PLAN);
  await openChat(options);
  await view.byTestId('plan').waitFor();
}

describe('the plan', () => {
  it.each(['dark', 'light', 'high-contrast'] as const)('can be read by everybody (%s)', async (theme) => {
    await open({ theme, width: 300 });
    expect(await texts()).toEqual(PLAN.map(({ text }) => text));
    await expect.poll(() => view.byTestId('plan-count').innerText()).toBe('1/3');
    await view.byTestId('plan-text').first().focus();
    await view.page.screenshot({ path: `test-results/plan-${theme}.png` });
    expect(await accessibilityViolations()).toEqual([]);
    await view.byTestId('plan-toggle').click();
    await expect.poll(() => view.byTestId('plan-current').innerText()).toBe('mend <b>emoji</b>');
    await expect.poll(() => view.byTestId('plan-item').count()).toBe(0);
    expect(await accessibilityViolations()).toEqual([]);
  });

  it('is not there without items, follows the model, and folds when all is done', async () => {
    await openChat();
    await expect.poll(() => view.byTestId('plan').count()).toBe(0);
    conversation.setPlan(...PLAN);
    await view.byTestId('plan-item').nth(2).waitFor();
    conversation.setPlan(...PLAN.map(({ text }): PlanItem => ({ text, state: 'done' })));
    await vi.waitFor(async () => expect(await view.byTestId('plan-item').count()).toBe(0));
    await expect.poll(() => view.byTestId('plan-count').innerText()).toBe('3/3');
    await view.byTestId('plan-clear').click();
    await view.byTestId('plan').waitFor({ state: 'detached' });
    expect(conversation.asked).toEqual([['changePlan', []]]);
  });

  it('is edited with the keyboard alone: tick, reword, add, move, delete', async () => {
    await open();
    await view.byTestId('plan-tick').nth(1).focus();
    await view.page.keyboard.press('Space');
    await vi.waitFor(() => expect(items()[1]).toBe('done mend <b>emoji</b>'));
    await view.byTestId('plan-text').nth(2).focus();
    // Twice, before the first is answered.
    await view.page.keyboard.press('Alt+ArrowUp');
    await view.page.keyboard.press('Alt+ArrowUp');
    await vi.waitFor(() => expect(items()[0]).toBe('open run the tests'));
    await vi.waitFor(async () => expect(await inFocus()).toBe('run the tests'));
    await view.page.keyboard.press('Enter');
    await view.byTestId('plan-editor').fill('run all tests');
    await view.page.keyboard.press('Enter');
    await vi.waitFor(() => expect(items()[0]).toBe('open run all tests'));
    await vi.waitFor(async () => expect(await inFocus()).toBe('run all tests'));
    await view.page.keyboard.press('Delete');
    await vi.waitFor(() => expect(items()).toEqual(['done read the parser', 'done mend <b>emoji</b>']));
    // All that is left is done: it folds, and opens when the person wants it.
    await view.byTestId('plan-toggle').press('Enter');
    await view.byTestId('plan-add').fill('write docs');
    await view.byTestId('plan-add').press('Enter');
    await vi.waitFor(() => expect(items().at(-1)).toBe('open write docs'));
    await vi.waitFor(async () => expect(await view.byTestId('plan-add').inputValue()).toBe(''));
  });

  it('keeps what is being typed while the model changes the plan, and says when it came first', async () => {
    await open();
    await view.byTestId('plan-text').nth(2).click();
    await view.byTestId('plan-editor').fill('half a thou');
    conversation.setPlan(PLAN[2] as PlanItem, PLAN[0] as PlanItem);
    await vi.waitFor(async () => expect(await view.byTestId('plan-item').count()).toBe(2));
    await expect.poll(() => view.byTestId('plan-editor').inputValue()).toBe('half a thou');
    await view.page.keyboard.press('Escape');
    await vi.waitFor(async () => expect(await texts()).toHaveLength(2));
    expect(conversation.asked).toEqual([]);
    conversation.refusal = new Error('The plan has changed meanwhile.');
    await view.byTestId('plan-tick').first().click();
    await view.page.getByRole('alert').filter({ hasText: 'has changed meanwhile' }).waitFor();
    await expect.poll(() => view.byTestId('plan-tick').first().isChecked()).toBe(false);
  });

  it('is carried out, where it was made without changing anything, when the person says so', async () => {
    await open();
    await expect.poll(() => view.byTestId('plan-carry-out').count()).toBe(0);
    panel.tell({ type: 'mode', mode: 'ask' });
    await view.byTestId('plan-carry-out').click();
    await vi.waitFor(() => expect(conversation.asked).toEqual([['submit', 'Carry out the plan.']]));
    expect(actions.allowEdits).toHaveBeenCalledOnce();
    // While it runs there is nothing to begin.
    await view.byTestId('plan-carry-out').waitFor({ state: 'detached' });
  });

  it('gives the text of an item that is gone to the box for a new one', async () => {
    await open();
    await view.byTestId('plan-text').nth(2).click();
    await view.byTestId('plan-editor').fill('half a thou');
    conversation.setPlan(PLAN[0] as PlanItem, PLAN[1] as PlanItem);
    await vi.waitFor(async () => expect(await view.byTestId('plan-add').inputValue()).toBe('half a thou'));
  });
});
