/** The cards that wait for the person, and the list of background commands, in a browser. */
import { expect, it, vi } from 'vitest';
import type { ApprovalCard } from '../../src/webview/protocol';
import {
  accessibilityViolations,
  actions,
  conversation,
  openChat,
  panel,
  view,
} from '../support/webview/openViews';

const card: ApprovalCard = {
  id: 'one',
  kind: 'command',
  title: 'Run this command?',
  detail: 'In proj. The command is not on the list.',
  command: 'npm run lint',
  choices: [
    { decision: 'deny', label: 'Don’t Allow' },
    { decision: 'once', label: 'Run Once' },
    { decision: 'session', label: 'Allow in This Session', about: 'npm run lint' },
    { decision: 'always', label: 'Always Allow', about: 'npm run lint' },
  ],
};

it('focuses what allows nothing, unless the person is writing', async () => {
  await openChat();
  panel.tell({ type: 'approvals', cards: [card] });
  await view.byTestId('approval').waitFor();
  await view.settled();
  await view.page.keyboard.press('Enter');
  await view.settled();
  expect(actions.answerApproval.mock.calls).toEqual([['one', { decision: 'deny' }]]);
  panel.tell({ type: 'approvals', cards: [] });
  await view.settled();
  await view.byTestId('chat-input').fill('and then');
  panel.tell({ type: 'approvals', cards: [{ ...card, id: 'two' }] });
  await view.byTestId('approval').waitFor();
  await view.settled();
  await view.page.keyboard.type(' this');
  await expect.poll(() => view.byTestId('chat-input').inputValue()).toBe('and then this');
});

it('focuses and announces the next card, though it asks the same', async () => {
  await openChat();
  const focused = () => view.page.evaluate(() => document.activeElement?.getAttribute('data-decision'));
  const status = () => view.page.locator('[role=status]').last().innerText();
  panel.tell({ type: 'approvals', cards: [card] });
  await vi.waitFor(async () => expect(await focused()).toBe('deny'));
  expect(await status()).toBe('Waiting for you: Run this command?');
  await view.byTestId('approval-once').click();
  panel.tell({ type: 'approvals', cards: [] });
  await view.settled();
  expect(await focused()).toBeNull();
  expect(await status()).toBe('');
  panel.tell({ type: 'approvals', cards: [{ ...card, id: 'two' }] });
  await vi.waitFor(async () => expect(await focused()).toBe('deny'));
  expect(await status()).toBe('Waiting for you: Run this command?');
});

it('offers for an edited command only to run it, and refuses with words', async () => {
  panel.tell({ type: 'approvals', cards: [card] });
  await openChat();
  await view.byTestId('approval-command').fill('npm run format');
  await expect.poll(() => view.byTestId('approval-session').count()).toBe(0);
  await view.byTestId('approval-once').click();
  await view.byTestId('approval-command').fill('npm run lint');
  await view.byTestId('approval-always').click();
  await view.byTestId('approval-explain').click();
  await view.page.keyboard.type('Use biome.');
  await view.page.keyboard.press('Enter');
  await view.settled();
  expect(actions.answerApproval.mock.calls).toEqual([
    ['one', { decision: 'once', command: 'npm run format' }],
    ['one', { decision: 'always' }],
    ['one', { decision: 'deny', words: 'Use biome.' }],
  ]);
});

it('takes a double click for one answer, though the next card has taken the place of the first', async () => {
  const next = { ...card, id: 'two' };
  panel.tell({ type: 'approvals', cards: [card, next] });
  actions.answerApproval.mockImplementation(() => panel.tell({ type: 'approvals', cards: [next] }));
  await openChat();
  await view.byTestId('approval-once').first().dblclick();
  await view.byTestId('approval-once').nth(1).waitFor({ state: 'detached' });
  expect(actions.answerApproval.mock.calls).toEqual([['one', { decision: 'once' }]]);
});

it.each(['dark', 'light', 'high-contrast'] as const)('is accessible in %s', async (theme) => {
  panel.tell({
    type: 'approvals',
    cards: [
      { ...card, dangerous: true },
      {
        id: 'e',
        kind: 'edit',
        title: 'Edit AGENTS.md?',
        detail: '',
        diff: '-a\n+b',
        choices: card.choices.slice(0, 2),
      },
    ],
  });
  panel.tell({ type: 'backgroundCommands', commands: [{ id: 'c1', command: 'npm run dev', startedAt: 0 }] });
  await openChat({ theme });
  await view.byTestId('approval').first().waitFor();
  expect(await accessibilityViolations()).toEqual([]);
  await view.byTestId('background-show').click();
  await view.byTestId('background-stop').click();
  await view.settled();
  expect(actions.showCommand.mock.calls).toEqual([['c1']]);
  expect(actions.stopCommand.mock.calls).toEqual([['c1']]);
});

it('ends one command of a turn, or has it go on in the background', async () => {
  await openChat();
  conversation.emit(
    { type: 'turnStarted', turn: 1 },
    { type: 'callStarted', callId: 'call_1', name: 'run_command', arguments: '{"command":"sleep 100"}' },
    { type: 'callStarted', callId: 'call_2', name: 'grep', arguments: '{"pattern":"x"}' },
  );
  await view.byTestId('tool-move').click();
  await view.byTestId('tool-stop').click();
  await view.settled();
  expect(actions.moveCommand.mock.calls).toEqual([['s1', 'call_1']]);
  expect(conversation.asked).toContainEqual(['stopCall call_1']);
  // The row has not opened, and only a command has these.
  await expect.poll(() => view.page.locator('.tool-details').count()).toBe(0);
  expect(await accessibilityViolations()).toEqual([]);
  const ended = { name: 'run_command', address: 'tool:s1/1', tokens: 9, isError: true, pages: [], ms: 1 };
  conversation.emit({ type: 'callFinished', callId: 'call_1', ...ended });
  await view.byTestId('tool-stop').waitFor({ state: 'detached' });
});

it('does not call running what still waits for the person', async () => {
  await openChat();
  conversation.emit(
    { type: 'turnStarted', turn: 1 },
    { type: 'callStarted', callId: 'call_1', name: 'run_command', arguments: '{"command":"npm test"}' },
  );
  panel.tell({ type: 'approvals', cards: [card] });
  const row = view.byTestId('tool-row');
  await row.filter({ hasText: 'waiting for you' }).waitFor();
  expect(await view.byTestId('tool-stop').count()).toBe(0);
  panel.tell({ type: 'approvals', cards: [] });
  await row.filter({ hasText: 'running' }).waitFor();
  await view.byTestId('tool-stop').waitFor();
});

it('fits its buttons into a narrow panel, however long what they allow', async () => {
  const about = 'docker compose --file deploy/production.yaml exec --no-TTY application npm run verify …';
  await openChat();
  await view.page.setViewportSize({ width: 280, height: 700 });
  const choices = card.choices.map((choice) => (choice.about === undefined ? choice : { ...choice, about }));
  panel.tell({ type: 'approvals', cards: [{ ...card, choices, dangerous: true }] });
  await view.byTestId('approval').waitFor();
  await view.settled();
  await view.page.screenshot({ path: 'test-results/approval-narrow.png' });
  const edges = await view.byTestId('approval').evaluate((shown) => {
    const right = (element: Element) => element.getBoundingClientRect().right;
    return [right(shown), ...[...shown.querySelectorAll('vscode-button')].map(right)];
  });
  expect(edges.length).toBeGreaterThan(4);
  for (const edge of edges.slice(1)) expect(edge).toBeLessThanOrEqual(edges[0] ?? 0);
});
