import { expect, it, vi } from 'vitest';
import { runSlash, type SlashParts } from '../../../src/host/slashCommands';

const { update } = vi.hoisted(() => ({ update: vi.fn(async () => undefined) }));

vi.mock('vscode', () => ({
  ConfigurationTarget: { Global: 1 },
  commands: {},
  workspace: { getConfiguration: () => ({ update }) },
}));

it('/plan changes nothing: the mode becomes ask, and the model is asked for a plan', async () => {
  const parts = {} as SlashParts;
  await expect(runSlash('plan', ' ', parts)).rejects.toThrow('A plan of what?');
  expect(update).not.toHaveBeenCalled();
  const { send } = await runSlash('plan', 'move the parser', parts);
  expect(update).toHaveBeenCalledWith('mode', 'ask', 1);
  expect(send).toMatch(/update_plan[^\n]*Change nothing yet\.\n\nmove the parser$/);
});
