import { beforeEach, expect, it, vi } from 'vitest';
import type { OutputEvent } from '../../../src/engine/OutputBuffer';
import { rulesWarning } from '../../../src/host/rulesWarning';

const { window } = vi.hoisted(() => ({
  window: { showWarningMessage: vi.fn(async () => 'Open'), showErrorMessage: vi.fn(async () => undefined) },
}));

vi.mock('vscode', () => ({ window }));

beforeEach(() => vi.clearAllMocks());

const notes = (shownLines: number): OutputEvent => ({
  type: 'notes',
  notes: [],
  rules: [{ path: 'AGENTS.md', tokens: 10, lines: 9, shownLines, active: true }],
  used: 0,
  limit: 100,
});

it('warns once of rules that do not fit, and opens them', async () => {
  const open = vi.fn(async () => undefined);
  const listen = rulesWarning(open);
  for (const shown of [9, 4, 3]) listen(notes(shown));
  await vi.waitFor(() => expect(open).toHaveBeenCalledWith('AGENTS.md'));
  expect(window.showWarningMessage.mock.calls).toEqual([
    [expect.stringMatching(/^AGENTS\.md: .*4 of its 9 lines/), 'Open'],
  ]);
});

it('says when the rules cannot be opened', async () => {
  rulesWarning(async () => {
    throw new Error('AGENTS.md does not exist.');
  })(notes(4));
  await vi.waitFor(() =>
    expect(window.showErrorMessage.mock.calls).toEqual([['Virtual Context: AGENTS.md does not exist.']]),
  );
});
