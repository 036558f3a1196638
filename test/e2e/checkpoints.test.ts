/** Going back to a checkpoint while a turn runs, and to one whose texts are no longer kept, in the real VS Code. */
import { rmSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { sha256 } from '../../src/journal/sha256';
import { call, script } from '../support/modelServer/policies';
import { chat, content, scriptedChat, timeout, vscode } from '../support/vscode/scriptedChat';

/** Lets the model that thinks for long answer. */
let answer: () => void = () => undefined;

const BEFORE = 'export const a = 1;\n';
const pick = () => vscode.page.locator('.quick-input-widget');

scriptedChat({
  files: { 'a.ts': BEFORE, 'b.ts': 'export const b = 1;\n' },
  policy: async (request) => {
    const asked = request.messages.findLast(({ role }) => role === 'user')?.content ?? '';
    const edited = request.messages.findLast(({ role }) => role === 'tool')?.content?.includes('Edited');
    if (asked.includes('and think') && edited) await new Promise<void>((resolve) => (answer = resolve));
    return script(request);
  },
});

it('restoring while a turn runs says that it stops it, and does', async () => {
  const edit = { path: 'a.ts', old: 'a = 1', new: 'a = 2' };
  await chat.send(
    `${call('read_file', { path: 'a.ts' })} [[then]] ${call('edit_file', edit)} [[then]] [[say ok]] and think`,
  );
  await vi.waitFor(() => expect(content('a.ts')).toContain('a = 2'), timeout);
  await chat.byTestId('restore-checkpoint').last().click();
  await pick().getByText('(this stops the turn that runs)').waitFor();
  await pick().getByText('What commands changed stays as it is.').waitFor();
  await vscode.screenshot('checkpoint-while-running');
  await pick().getByText('Files', { exact: true }).click();
  await vi.waitFor(() => expect(content('a.ts')).toBe(BEFORE), timeout);
  await chat.byTestId('turn-end').last().waitFor();
  await chat.idle();
  answer();
});

it('a checkpoint whose texts are gone names the setting, and changes nothing', async () => {
  const edit = { path: 'b.ts', old: 'b = 1', new: 'b = 2' };
  await chat.ask(
    `${call('read_file', { path: 'b.ts' })} [[then]] ${call('edit_file', edit)} [[then]] [[say ok]]`,
  );
  const after = content('b.ts');
  // As the sweep does long after. A file that the model was shown whole is kept: it is lost all the same.
  for (const blob of vscode.sessionFiles(sha256('export const b = 1;\n'))) rmSync(blob);
  await chat.byTestId('restore-checkpoint').last().click();
  await pick().getByText('Files: No Longer Kept').waitFor();
  await vscode.screenshot('checkpoint-gone');
  await expect.poll(() => pick().getByText('Files', { exact: true }).count()).toBe(0);
  await pick().getByText('Files: No Longer Kept').click();
  await vscode.page.locator('.settings-editor').getByText('Max Megabytes').first().waitFor();
  expect(content('b.ts')).toBe(after);
});
