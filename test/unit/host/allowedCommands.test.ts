import { beforeEach, expect, it, vi } from 'vitest';
import { AllowedCommands } from '../../../src/host/allowedCommands';

interface Item {
  readonly label: string;
  readonly description: string;
}

const vscode = vi.hoisted(() => ({
  shown: [] as { readonly label: string; readonly description: string }[],
  picked: [] as string[],
  setting: ['npm test'] as readonly string[],
}));

vi.mock('vscode', () => ({
  ConfigurationTarget: { Global: 1 },
  window: {
    showInformationMessage: async () => undefined,
    showQuickPick: async (items: readonly Item[]) => {
      vscode.shown = [...items];
      return items.filter(({ label, description }) => vscode.picked.includes(`${label} ${description}`));
    },
  },
  workspace: {
    getConfiguration: () => ({
      update: async (_: string, value: readonly string[]) => {
        vscode.setting = value;
      },
    }),
  },
}));

let values: Map<string, unknown>;

/** As the extension makes it anew when the window is reloaded. */
function open(): AllowedCommands {
  const memento = {
    keys: () => [...values.keys()],
    get: (key: string, otherwise?: unknown) => values.get(key) ?? otherwise,
    update: async (key: string, value: unknown) => {
      values.set(key, structuredClone(value));
    },
  };
  return new AllowedCommands(
    memento as ConstructorParameters<typeof AllowedCommands>[0],
    () => vscode.setting,
  );
}

beforeEach(() => {
  values = new Map();
  Object.assign(vscode, { shown: [], picked: [], setting: ['npm test'] });
});

it('remembers a chat over a reload, its sub-agents too, and forgets it with the chat', async () => {
  await open().allow(['mkdir'], 'session', 'c1.2');
  await open().allow(['touch'], 'session', 'c1');
  await open().allow(['tsc'], 'always', 'c1');
  expect(open().allowed('c1')).toEqual(['npm test', 'tsc', 'mkdir', 'touch']);
  expect(open().allowed('c1.1')).toEqual(open().allowed('c1'));
  expect(open().allowed('c2')).toEqual(['npm test', 'tsc']);
  await open().forget(['c1']);
  expect(open().allowed('c1')).toEqual(['npm test', 'tsc']);
});

it('remembers the chats of late', async () => {
  for (let n = 0; n < 60; n++) await open().allow(['mkdir'], 'session', `c${n}`);
  expect(open().allowed('c9')).not.toContain('mkdir');
  expect(open().allowed('c10')).toContain('mkdir');
});

it('lists all that is allowed where one is, and revokes what is picked, there alone', async () => {
  await open().allow(['npm test', 'make $'], 'session', 'c1');
  await open().allow(['npm test'], 'always', 'c1');
  await open().allow(['npm test'], 'session', 'c2');
  vscode.picked = ['npm test … in this chat', 'make (with nothing behind it) in this chat'];
  await open().manage('c1');
  expect(vscode.shown.map(({ description }) => description)).toEqual([
    'by the setting virtualContext.commands.allow, in all workspaces',
    'always, in this workspace',
    'in this chat',
    'in this chat',
  ]);
  expect(open().allowed('c1')).toEqual(['npm test', 'npm test']);
  expect(open().allowed('c2')).toHaveLength(3);
  vscode.picked = ['npm test … by the setting virtualContext.commands.allow, in all workspaces'];
  await open().manage('c1');
  expect(vscode.setting).toEqual([]);
  expect(open().allowed('c1')).toEqual(['npm test']);
});
