/** A day's work in a real TypeScript project with its real tests: a failing test is mended, in the real VS Code. */
import { expect, it, vi } from 'vitest';
import { call, script } from '../support/modelServer/policies';
import { toolResults } from '../support/modelServer/toolResults';
import { TestedProject } from '../support/testedProject';
import { chat, scriptedChat, server, told, vscode } from '../support/vscode/scriptedChat';

const timeout = { timeout: 60_000, interval: 100 };

let project: TestedProject;
/** What happens while the model thinks about what it was given. */
let meanwhile: (() => Promise<void>) | undefined;

scriptedChat({
  project: () => {
    project = new TestedProject();
    return project;
  },
  prepare: () => project.write('AGENTS.md', 'Run the tests of what you change.\n'),
  server: { window: 64_000 },
  policy: async (request) => {
    const act = meanwhile;
    if (act && request.messages.at(-1)?.role === 'tool') {
      meanwhile = undefined;
      await act();
    }
    return script(request);
  },
  settings: { 'virtualContext.diagnosticsDelay': 1500 },
});

it('mends a failing test: reads, plans, edits with review, sees the error it made, runs the tests, finishes', async () => {
  const { source, mistake, right, test } = project;
  const line = project.lineOf(mistake);
  const runTests = call('run_command', { command: `npm test -- --run ${test}` });
  const plan = (...states: string[]) =>
    call('update_plan', {
      items: ['find it', 'mend it', 'run the tests'].map((text, i) => ({ text, state: states[i] })),
    });
  const edit = (old: string, put: string) => call('edit_file', { path: source, old, new: put });
  const steps = [
    `${plan('active', 'open', 'open')} ${runTests}`,
    call('read_file', { path: source, startLine: line - 12, endLine: line + 6 }),
    // No boolean: the language server says so.
    edit(mistake, 'return sum % 10;'),
    call('diagnostics', { path: source }),
    edit('return sum % 10;', right),
    `${plan('done', 'done', 'active')} ${runTests}`,
    plan('done', 'done', 'done'),
    '[[say The checksum compared with 1; it is mended, and the tests pass.]]',
  ];
  await chat.send(steps.join(' [[then]] '));
  await chat.byTestId('approval').waitFor();
  await vscode.screenshot('real-project-approval');
  await chat.byTestId('approval-session').click();
  await chat.answers.filter({ hasText: 'the tests pass' }).waitFor({ timeout: 240_000 });
  await chat.idle();
  const [, failed, read, wrong, seen, mended, , passed] = toolResults(server);
  expect(failed).toMatch(/Exit code 1[\s\S]*16 failed/);
  expect(read).toContain(mistake);
  expect(wrong).not.toContain('Refused');
  expect(`${wrong}\n${seen}\n${told()}`).toContain("Type 'number' is not assignable to type 'boolean'");
  expect(mended).not.toContain('Refused');
  expect(passed).toMatch(/Exit code 0[\s\S]*21 passed/);
  expect(told()).toContain('Run the tests of what you change.');
  expect(project.read(source)).toContain(right);
  // The plan is done and folded; the change waits for the person, once: back to what it was is no change.
  await expect.poll(() => chat.byTestId('plan-count').innerText()).toBe('3/3');
  await vi.waitFor(async () => expect(await chat.byTestId('changed-file').count()).toBe(1), timeout);
  await vscode.screenshot('real-project-done');
});

it('is reviewed: one change of two is undone, then all of it by the checkpoint', async () => {
  const { source, mistake, right } = project;
  const comment = '/** Luhn checksum on a digit-only string. Adapted from valibot (MIT). */';
  const shorter = '/** Luhn checksum. */';
  const edit = call('edit_file', { path: source, old: comment, new: shorter });
  await chat.ask(`${edit} [[then]] [[say ok]]`);
  expect(project.read(source)).toContain(shorter);
  await chat.byTestId('changed-file').getByRole('button', { name: 'Open the changes' }).click();
  await vscode.page.locator('.tab.active', { hasText: 'schemas.ts (assistant’s changes)' }).waitFor();
  const undo = vscode.page.locator('.codelens-decoration a', { hasText: 'Undo' });
  await undo.nth(1).waitFor();
  await undo.first().click();
  await vi.waitFor(() => expect(project.read(source)).toContain(comment), timeout);
  expect(project.read(source)).toContain(right);
  await chat.byTestId('restore-checkpoint').first().click();
  await vscode.page.locator('.quick-input-list').getByText('Files', { exact: true }).click();
  await vi.waitFor(() => expect(project.read(source)).toContain(mistake), timeout);
  await chat.byTestId('changes').waitFor({ state: 'detached' });
});

it('refuses the edit of a line that the person changes by hand in the middle of the turn; it is made again', async () => {
  const { source, mistake, right } = project;
  const line = project.lineOf(mistake);
  const edit = (old: string, put: string) => call('edit_file', { path: source, old, new: put });
  meanwhile = async () => {
    await vscode.openFile(source);
    await vscode.page.locator('.tab.active', { hasText: 'schemas.ts' }).waitFor();
    await vscode.page.keyboard.press('Control+g');
    await vscode.page.locator('.quick-input-widget input').first().fill(`:${line}`);
    await vscode.page.keyboard.press('Enter');
    await vscode.page.keyboard.press('End');
    await vscode.page.keyboard.type(' // by hand');
    await vscode.page.keyboard.press('Control+s');
    await vi.waitFor(() => expect(project.read(source)).toContain(`${mistake} // by hand`), timeout);
    // An edit of a document with unsaved changes is not saved.
    await vscode.page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
  };
  const steps = [
    call('read_file', { path: source, startLine: line - 5, endLine: line + 5 }),
    edit(mistake, right),
    edit(`${mistake} // by hand`, `${right} // by hand`),
    '[[say Mended around what you wrote.]]',
  ];
  await chat.ask(steps.join(' [[then]] '));
  const [read, refused, redone] = toolResults(server);
  expect(read).toContain(mistake);
  expect(refused).toContain('Refused: you have not seen these lines as they are now.');
  expect(refused).toContain(`${mistake} // by hand`);
  expect(redone).toContain(`Edited ${source}.`);
  await vi.waitFor(() => expect(project.read(source)).toContain(`${right} // by hand`), timeout);
});
