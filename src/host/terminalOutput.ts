/** What the last command of each terminal has printed, where its shell tells VS Code where commands begin and end. */
import { stripVTControlCharacters } from 'node:util';
import { type Disposable, type Terminal, window } from 'vscode';
import { VirtualContextError } from '../engine/errors';
import { OWN_TERMINAL } from './terminalCommands';

/** UTF-16 units kept of a command's output: its end. */
const KEPT_CHARS = 200_000;
/** Of a command's line, where only its beginning is shown. */
const SHOWN_CHARS = 60;

interface LastCommand {
  readonly command: string;
  output: string;
  cut: boolean;
  exitCode: number | undefined;
  running: boolean;
}

export class TerminalOutput implements Disposable {
  /** Of the person's terminals, that of the last command last. */
  private readonly last = new Map<Terminal, LastCommand>();
  private readonly subscriptions: readonly Disposable[] = [
    window.onDidStartTerminalShellExecution(({ terminal, execution }) => {
      // What the assistant's commands print is shown to it anyway.
      if (terminal.creationOptions.name === OWN_TERMINAL) return;
      const command: LastCommand = {
        command: execution.commandLine.value,
        output: '',
        cut: false,
        exitCode: undefined,
        running: true,
      };
      this.last.delete(terminal);
      this.last.set(terminal, command);
      void follow(command, execution.read());
    }),
    window.onDidEndTerminalShellExecution(({ terminal, exitCode }) => {
      const command = this.last.get(terminal);
      if (command) Object.assign(command, { exitCode, running: false });
    }),
    window.onDidCloseTerminal((terminal) => this.last.delete(terminal)),
  ];

  /**
   * Of the last command in the active terminal; where nothing is known of that one, in any.
   * @throws VirtualContextError when there is none, or VS Code passed nothing on
   */
  text(): string {
    const command = this.command();
    if (!command) {
      throw new VirtualContextError(
        'No terminal has told of a command yet.',
        'Run one in a terminal with shell integration.',
      );
    }
    const output = printed(command);
    if (output === '') {
      throw new VirtualContextError(
        `VS Code passed on no output of ${shown(command)} (${endOf(command)}): it has printed none, or ended too quickly.`,
        'Run it again with "; sleep 1" at its end, or paste what the terminal shows.',
      );
    }
    const cut = command.cut ? '[what came before is not kept]\n' : '';
    return `$ ${command.command}\n${cut}${output}\n[${endOf(command)}]`;
  }

  /** The command that `text` is about, in a few words; empty where there is none. */
  about(): string {
    const command = this.command();
    if (!command) return '';
    const silent = printed(command) === '' ? ', no output was passed on' : '';
    return `${shown(command)} (${endOf(command)}${silent})`;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private command(): LastCommand | undefined {
    const { activeTerminal } = window;
    return (activeTerminal && this.last.get(activeTerminal)) ?? [...this.last.values()].at(-1);
  }
}

function printed({ output }: LastCommand): string {
  return stripVTControlCharacters(output).replace(/\r\n?/g, '\n').trimEnd();
}

function endOf({ running, exitCode }: LastCommand): string {
  return running ? 'still running' : `exit code ${exitCode ?? 'unknown'}`;
}

function shown({ command }: LastCommand): string {
  const [line = ''] = command.split('\n', 1);
  return line.length < command.length || line.length > SHOWN_CHARS ? `${line.slice(0, SHOWN_CHARS)}…` : line;
}

async function follow(command: LastCommand, chunks: AsyncIterable<string>): Promise<void> {
  for await (const chunk of chunks) {
    command.output += chunk;
    if (command.output.length <= KEPT_CHARS * 2) continue;
    command.output = command.output.slice(-KEPT_CHARS);
    command.cut = true;
  }
}
