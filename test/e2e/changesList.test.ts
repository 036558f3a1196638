/** The list of changed files, checkpoints and the mode in the chat panel, in a browser: see `openViews`. */
import { describe, expect, it, vi } from 'vitest';
import type { ChangedFile } from '../../src/webview/protocol';
import {
  accessibilityViolations,
  actions,
  conversation,
  openChat,
  panel,
  view,
} from '../support/webview/openViews';
import { sampleTranscript } from '../support/webview/sampleTranscript';

const edited: ChangedFile = {
  path: 'src/engine/queue.ts',
  change: 'edited',
  added: 12,
  removed: 4,
  editedSince: false,
};
const created: ChangedFile = {
  path: 'test/queue.test.ts',
  change: 'created',
  added: 30,
  removed: 0,
  editedSince: true,
};
const deleted: ChangedFile = { path: 'old.ts', change: 'deleted', added: 0, removed: 8, editedSince: false };
const moved: ChangedFile = { ...edited, path: 'src/a.ts', change: 'moved', from: 'src/b.ts' };

const show = (...files: ChangedFile[]) => panel.tell({ type: 'changes', files });
const focused = () => view.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');

describe('changed files', () => {
  it('are listed with their counts while there are any, also after the view was hidden', async () => {
    await openChat();
    await expect.poll(() => view.byTestId('changes').count()).toBe(0);
    show(edited, created);
    await view.byTestId('changes').waitFor();
    await expect
      .poll(() => view.byTestId('changes-toggle').innerText())
      .toMatch(/2 files changed\s+\+42\s+−4/);
    const rows = await view.byTestId('changed-file').allInnerTexts();
    expect(rows.map((row) => row.replace(/\s+/g, ' ').trim())).toEqual([
      'queue.ts src/engine +12 −4',
      'queue.test.ts test edited by you +30 −0',
    ]);
    await view.hideAndShow();
    await view.byTestId('changed-file').first().waitFor();
    await view.byTestId('changes-toggle').click();
    await expect.poll(() => view.byTestId('changed-file').count()).toBe(0);
    show();
    await view.byTestId('changes').waitFor({ state: 'detached' });
  });

  it('are opened, kept and undone one by one and all together', async () => {
    show(edited, created);
    await openChat();
    await view.page
      .getByRole('button', { name: 'queue.ts src/engine, edited, 12 added, 4 removed. Open' })
      .click();
    await view.byTestId('keep-file').nth(1).click();
    await view.byTestId('undo-file').first().click();
    await view.byTestId('show-all').click();
    await view.byTestId('keep-all').click();
    await view.byTestId('undo-all').click();
    await vi.waitFor(() => expect(actions.undoChanges).toHaveBeenCalledTimes(2));
    expect(actions.showChanges.mock.calls).toEqual([['src/engine/queue.ts'], [undefined]]);
    expect(actions.keepChanges.mock.calls).toEqual([['test/queue.test.ts'], [undefined]]);
    expect(actions.undoChanges.mock.calls).toEqual([['src/engine/queue.ts'], [undefined]]);
  });

  it('say why one cannot be undone', async () => {
    show(edited);
    actions.undoChanges.mockRejectedValue(new Error('You have changed these lines since.'));
    await openChat();
    await view.byTestId('undo-file').click();
    await view.page.getByRole('alert').filter({ hasText: 'You have changed these lines since.' }).waitFor();
  });

  it('are gone through by keyboard; the focus goes on to the next file, at the end to the input', async () => {
    show(edited, created, deleted);
    await openChat();
    await view.byTestId('changes-toggle').focus();
    await view.page.keyboard.press('ArrowDown');
    expect(await focused()).toContain('queue.ts src/engine, edited');
    await view.page.keyboard.press('ArrowDown');
    await view.page.keyboard.press('ArrowDown');
    await view.page.keyboard.press('ArrowDown');
    expect(await focused()).toContain('old.ts, deleted');
    await view.page.keyboard.press('ArrowUp');
    await view.page.keyboard.press('Enter');
    await vi.waitFor(() => expect(actions.showChanges).toHaveBeenCalledWith('test/queue.test.ts'));
    await view.byTestId('keep-file').nth(1).focus();
    show(edited, deleted);
    await view.settled();
    await vi.waitFor(async () => expect(await focused()).toContain('old.ts, deleted'));
    show();
    await view.settled();
    await vi.waitFor(async () => expect(await focused()).toBe('Ask about this workspace'));
  });

  it.each(['dark', 'light', 'high-contrast'] as const)('are accessible: %s', async (theme) => {
    conversation.emit(...sampleTranscript);
    show(edited, created, deleted, moved);
    panel.tell({ type: 'mode', mode: 'auto' });
    await openChat({ theme });
    await view.byTestId('changed-file').first().waitFor();
    expect(await accessibilityViolations()).toEqual([]);
    await view.page.screenshot({ path: `test-results/changes-${theme}.png` });
  });

  it('fit in a narrow view', async () => {
    show(edited, created, { ...deleted, path: 'a/very/long/way/down/to/a-file-with-a-long-name.test.ts' });
    await openChat({ width: 280 });
    await view.byTestId('changed-file').first().waitFor();
    const width = await view.page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(280);
    await view.page.screenshot({ path: 'test-results/changes-narrow.png' });
  });
});

describe('the mode', () => {
  it('is shown as it is and leads to another choice', async () => {
    panel.tell({ type: 'mode', mode: 'ask' });
    await openChat();
    await expect.poll(() => view.byTestId('mode-button').innerText()).toContain('Ask');
    panel.tell({ type: 'mode', mode: 'auto' });
    await view.page.getByRole('button', { name: 'Mode: Auto.' }).click();
    await vi.waitFor(() => expect(actions.selectMode).toHaveBeenCalledTimes(1));
  });
});
