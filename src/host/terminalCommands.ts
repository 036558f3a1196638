/** Runs commands in terminals of the editor, where shell integration tells what they print and how they end. */
import { type Disposable, env, type Terminal, ThemeIcon, window } from 'vscode';
import type { CommandEnd, CommandOrder, CommandRunner } from '../engine/commandPorts';

export interface TerminalParts {
  /** Runs what no terminal can. */
  readonly fallback: (shell: string) => CommandRunner;
  /** The shell for commands, given the person's. */
  readonly shell: (personal: string) => string;
  readonly environment: Readonly<Record<string, string>>;
  /** Ends a process with all it has started. */
  readonly endTree: (pid: number) => Promise<void>;
}

/** Name of the terminals in which the assistant's commands run. */
export const OWN_TERMINAL = 'Virtual Context';

/** How long a shell may take until it has integration. */
const INTEGRATION_MS = 5000;
/** How often it may fail to, until nobody waits for it any more. */
const MAX_FAILURES = 2;
const NO_TERMINAL =
  'It ran without a terminal: none has got shell integration, so commands run without one until the window is reloaded.';
/** The end of a command may be told before the last of its output. */
const LAST_OUTPUT_MS = 1000;

export class TerminalCommands implements CommandRunner, Disposable {
  private failures = 0;
  /** Whether somebody was told that terminals are not tried any more. */
  private told = false;
  /** Of the last command that has ended: left for the person to look at. */
  private finished: Terminal | undefined;
  private readonly terminals = new Map<CommandOrder, Terminal>();

  constructor(private readonly parts: TerminalParts) {}

  shell(): string {
    return this.parts.shell(env.shell);
  }

  async run(order: CommandOrder, signal: AbortSignal): Promise<CommandEnd> {
    // A terminal takes several lines for several commands.
    const terminal = /[\r\n]/.test(order.command) ? undefined : await this.open(order, signal);
    if (signal.aborted) {
      terminal?.dispose();
      return { exitCode: undefined };
    }
    if (terminal) return this.execute(terminal, order, signal);
    const end = await this.parts.fallback(this.shell()).run(order, signal);
    if (this.failures < MAX_FAILURES || this.told) return end;
    this.told = true;
    return { ...end, note: NO_TERMINAL };
  }

  show(order: CommandOrder): boolean {
    const terminal = this.terminals.get(order);
    terminal?.show(true);
    return terminal !== undefined;
  }

  dispose(): void {
    this.finished?.dispose();
  }

  /** @returns a terminal with shell integration; undefined when there is none */
  private async open({ folder }: CommandOrder, signal: AbortSignal): Promise<Terminal | undefined> {
    if (this.failures >= MAX_FAILURES) return undefined;
    const shell = this.shell();
    const terminal = window.createTerminal({
      ...(shell === env.shell ? {} : { shellPath: shell }),
      name: OWN_TERMINAL,
      cwd: folder,
      env: { ...this.parts.environment },
      iconPath: new ThemeIcon('terminal'),
      isTransient: true,
    });
    if (await hasIntegration(terminal, signal)) {
      this.failures = 0;
      return terminal;
    }
    if (!signal.aborted) this.failures++;
    terminal.dispose();
    return undefined;
  }

  private async execute(terminal: Terminal, order: CommandOrder, signal: AbortSignal): Promise<CommandEnd> {
    const { command, onOutput } = order;
    this.terminals.set(order, terminal);
    const subscriptions: Disposable[] = [];
    let killed: Promise<void> | undefined;
    const kill = () => {
      killed ??= this.kill(terminal);
    };
    try {
      const ended = new Promise<number | undefined>((resolve) => {
        subscriptions.push(
          window.onDidEndTerminalShellExecution((event) => {
            if (event.execution === execution) resolve(event.exitCode);
          }),
          window.onDidCloseTerminal((closed) => {
            if (closed === terminal) resolve(closed.exitStatus?.code);
          }),
        );
      });
      const execution = terminal.shellIntegration?.executeCommand(command);
      if (!execution) return { exitCode: undefined };
      const output = forward(execution.read(), onOutput);
      signal.addEventListener('abort', kill, { once: true });
      if (signal.aborted) kill();
      const exitCode = await ended;
      await Promise.race([output, new Promise((resolve) => setTimeout(resolve, LAST_OUTPUT_MS))]);
      await killed;
      return { exitCode: killed ? undefined : exitCode };
    } finally {
      signal.removeEventListener('abort', kill);
      for (const subscription of subscriptions) subscription.dispose();
      this.terminals.delete(order);
      this.finished?.dispose();
      this.finished = terminal;
    }
  }

  private async kill(terminal: Terminal): Promise<void> {
    const pid = await terminal.processId;
    if (pid !== undefined) await this.parts.endTree(pid);
    terminal.dispose();
  }
}

async function forward(output: AsyncIterable<string>, onOutput: CommandOrder['onOutput']): Promise<void> {
  for await (const text of output) await onOutput(text);
}

/** Resolves when it has, closes, takes too long, or nobody waits any more. */
function hasIntegration(terminal: Terminal, signal: AbortSignal): Promise<boolean> {
  if (terminal.shellIntegration) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (has: boolean) => {
      clearTimeout(timer);
      for (const subscription of subscriptions) subscription.dispose();
      signal.removeEventListener('abort', give);
      resolve(has);
    };
    const give = () => settle(false);
    const timer = setTimeout(give, INTEGRATION_MS);
    const subscriptions = [
      window.onDidChangeTerminalShellIntegration((event) => {
        if (event.terminal === terminal) settle(true);
      }),
      window.onDidCloseTerminal((closed) => {
        if (closed === terminal) settle(false);
      }),
    ];
    signal.addEventListener('abort', give, { once: true });
  });
}
