/** What the person's terminals have printed, over an editor that the test plays. */
import { beforeEach, expect, it, vi } from 'vitest';
import { TerminalOutput } from '../../../src/host/terminalOutput';

interface FakeTerminal {
  readonly creationOptions: { readonly name?: string };
}

const editor = vi.hoisted(() => ({
  active: undefined as FakeTerminal | undefined,
  start: (_: object) => {},
  end: (_: object) => {},
  close: (_: object) => {},
}));

vi.mock('vscode', () => {
  const event = (name: 'start' | 'end' | 'close') => (listener: (event: object) => void) => {
    editor[name] = listener;
    return { dispose: () => undefined };
  };
  return {
    window: {
      get activeTerminal() {
        return editor.active;
      },
      onDidStartTerminalShellExecution: event('start'),
      onDidEndTerminalShellExecution: event('end'),
      onDidCloseTerminal: event('close'),
    },
  };
});

const bash: FakeTerminal = { creationOptions: {} };
const zsh: FakeTerminal = { creationOptions: { name: 'zsh' } };
const own: FakeTerminal = { creationOptions: { name: 'Virtual Context' } };

async function ran(terminal: FakeTerminal, command: string, output: string, exitCode = 0): Promise<void> {
  async function* read() {
    if (output !== '') yield output;
  }
  editor.start({ terminal, execution: { commandLine: { value: command }, read } });
  await new Promise((resolve) => setImmediate(resolve));
  editor.end({ terminal, exitCode });
}

let terminals: TerminalOutput;

beforeEach(() => {
  editor.active = undefined;
  terminals = new TerminalOutput();
});

it('is that of the active terminal, else of the last command; never of the assistant’s', async () => {
  expect(() => terminals.text()).toThrow('No terminal has told of a command yet.');
  await ran(own, 'npm test', 'of the assistant\r\n');
  editor.active = own;
  expect(() => terminals.text()).toThrow('No terminal has told of a command yet.');
  await ran(bash, 'make', '\u001b[31mwrong\u001b[0m\r\n', 2);
  await ran(zsh, 'ls', 'a.ts\r\n');
  expect(terminals.text()).toBe('$ ls\na.ts\n[exit code 0]');
  await ran(bash, 'make', 'right\r\n');
  expect(terminals.text()).toBe('$ make\nright\n[exit code 0]');
  editor.active = zsh;
  expect(terminals.text()).toContain('a.ts');
  expect(terminals.about()).toBe('ls (exit code 0)');
  editor.close(zsh);
  expect(terminals.about()).toBe('make (exit code 0)');
});

it('says so where VS Code has passed on nothing', async () => {
  await ran(bash, `echo ${'x'.repeat(100)}`, '\u001b]633;C\u0007', 1);
  expect(() => terminals.text()).toThrow(/^VS Code passed on no output of echo x{55}… \(exit code 1\)/);
  expect(terminals.about()).toMatch(/… \(exit code 1, no output was passed on\)$/);
});
