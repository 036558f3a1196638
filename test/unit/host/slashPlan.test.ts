import { expect, it, vi } from 'vitest';
import { runSlash, type SlashParts } from '../../../src/host/slashCommands';

vi.mock('vscode', () => ({ commands: {} }));

const sessions = { beginPlan: vi.fn(async () => undefined), chooseMode: vi.fn(async () => undefined) };
const parts = { sessions } as unknown as SlashParts;

it('/plan changes nothing: the chat only reads from then on, and the model is asked for a plan', async () => {
  await expect(runSlash('plan', ' ', parts)).rejects.toThrow('A plan of what?');
  expect(sessions.beginPlan).not.toHaveBeenCalled();
  const { send } = await runSlash('plan', 'move the parser', parts);
  expect(sessions.beginPlan).toHaveBeenCalledOnce();
  expect(send).toMatch(/update_plan[^\n]*Change nothing yet\.\n\nmove the parser$/);
});

it('/mode chooses the mode of this chat', async () => {
  await runSlash('mode', 'Auto', parts);
  expect(sessions.chooseMode).toHaveBeenCalledExactlyOnceWith('auto');
  await expect(runSlash('mode', 'turbo', parts)).rejects.toThrow('There is no mode turbo.');
});
