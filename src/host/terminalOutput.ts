/** What the last command of each terminal has printed, where its shell tells VS Code where commands begin and end. */
import { stripVTControlCharacters } from 'node:util';
import { type Disposable, type Terminal, window } from 'vscode';

/** UTF-16 units kept of a command's output: its end. */
const KEPT_CHARS = 200_000;

interface LastCommand {
  readonly command: string;
  output: string;
  cut: boolean;
  exitCode: number | undefined;
  running: boolean;
}

export class TerminalOutput implements Disposable {
  private readonly last = new Map<Terminal, LastCommand>();
  private readonly subscriptions: readonly Disposable[] = [
    window.onDidStartTerminalShellExecution(({ terminal, execution }) => {
      const command: LastCommand = {
        command: execution.commandLine.value,
        output: '',
        cut: false,
        exitCode: undefined,
        running: true,
      };
      this.last.set(terminal, command);
      void follow(command, execution.read());
    }),
    window.onDidEndTerminalShellExecution(({ terminal, exitCode }) => {
      const command = this.last.get(terminal);
      if (command) Object.assign(command, { exitCode, running: false });
    }),
    window.onDidCloseTerminal((terminal) => this.last.delete(terminal)),
  ];

  /** @returns of the active terminal; undefined where nothing is known */
  text(): string | undefined {
    const terminal = window.activeTerminal ?? [...this.last.keys()].at(-1);
    const command = terminal && (this.last.get(terminal) ?? [...this.last.values()].at(-1));
    if (!command) return undefined;
    const output = stripVTControlCharacters(command.output).replace(/\r\n?/g, '\n').trimEnd();
    const end = command.running ? 'still running' : `exit code ${command.exitCode ?? 'unknown'}`;
    const cut = command.cut ? '[what came before is not kept]\n' : '';
    return `$ ${command.command}\n${cut}${output}\n[${end}]`;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}

async function follow(command: LastCommand, chunks: AsyncIterable<string>): Promise<void> {
  for await (const chunk of chunks) {
    command.output += chunk;
    if (command.output.length <= KEPT_CHARS * 2) continue;
    command.output = command.output.slice(-KEPT_CHARS);
    command.cut = true;
  }
}
