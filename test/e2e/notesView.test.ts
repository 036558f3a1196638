/** The pinned notes in a browser: see `openViews`. */
import { describe, expect, it, vi } from 'vitest';
import { VirtualContextError } from '../../src/engine/errors';
import {
  accessibilityViolations,
  actions,
  conversation,
  openNotes,
  view,
} from '../support/webview/openViews';

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
    await expect.poll(() => view.byTestId('note-input').inputValue()).toBe('');
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
    await expect.poll(() => view.byTestId('note-editor').inputValue()).toBe('Half a thou');
    conversation.setNotes([model]);
    await view.byTestId('note-editor').waitFor({ state: 'detached' });
    await expect.poll(() => view.byTestId('note-input').inputValue()).toBe('Half a thou');
  });

  it('keeps the text of a note that is over the limit, and says so', async () => {
    conversation.setNotes([person]);
    conversation.refusal = new VirtualContextError('Only 3 tokens are free.', 'Shorten it.');
    await openNotes();
    await view.byTestId('note-edit').click();
    await view.byTestId('note-editor').fill('Far too long');
    await view.byTestId('note-editor').press('Control+Enter');
    await view.page.getByRole('alert').filter({ hasText: 'Only 3 tokens are free. Shorten it.' }).waitFor();
    await expect.poll(() => view.byTestId('note-editor').inputValue()).toBe('Far too long');
    await view.hideAndShow();
    await expect.poll(() => view.byTestId('note-editor').inputValue()).toBe('Far too long');
  });

  it('opens the source, marks what is stale, counts tokens', async () => {
    conversation.setNotes([person, model]);
    await openNotes();
    await view.byTestId('note-source').click();
    await vi.waitFor(() =>
      expect(actions.openFile).toHaveBeenCalledWith({ path: 'src/a.ts', startLine: 3, endLine: 9 }),
    );
    await expect.poll(() => view.byTestId('note-stale').count()).toBe(1);
    await expect.poll(() => view.byTestId('notes-usage').innerText()).toContain('/ 2,000 tokens');
  });

  it.each(['dark', 'light', 'high-contrast'] as const)('are accessible: %s', async (theme) => {
    conversation.setNotes([person, model]);
    await openNotes(theme);
    await view.byTestId('note').first().hover();
    await view.byTestId('note-edit').first().click();
    await view.byTestId('note-editor').waitFor();
    expect(await accessibilityViolations()).toEqual([]);
  });

  it('lists the rules: what they are for, whether they hold, what is wrong with them', async () => {
    const rules = { tokens: 40, lines: 9, shownLines: 9, active: true };
    conversation.rules = [
      { ...rules, path: 'AGENTS.md' },
      { ...rules, path: 'src/AGENTS.md', scope: 'files below src/' },
      { ...rules, path: 'ts.md', scope: 'files matching *.ts', description: 'Our TypeScript', active: false },
      { ...rules, path: 'bad.md', active: false, problem: 'Its front matter cannot be read (x).' },
    ];
    await openNotes();
    await expect
      .poll(() => view.byTestId('rules-scope').allInnerTexts())
      .toEqual(['For files below src/', 'For files matching *.ts; none was touched in this chat yet']);
    await expect.poll(() => view.byTestId('rules-description').allInnerTexts()).toEqual(['Our TypeScript']);
    await expect
      .poll(() => view.byTestId('rules-warning').allInnerTexts())
      .toEqual(['Its front matter cannot be read (x). Correct it: until then these rules do not hold.']);
    await expect.poll(() => view.page.getByRole('img', { name: 'not in force yet' }).count()).toBe(2);
    await view.byTestId('rules-open').nth(1).click();
    await vi.waitFor(() => expect(actions.openFile).toHaveBeenCalledWith({ path: 'src/AGENTS.md' }));
    expect(await accessibilityViolations()).toEqual([]);
  });
});
