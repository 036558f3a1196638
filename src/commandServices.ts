/** Commands in the editor, put together: terminals, what may run unasked, what goes on in the background. */
import { join } from 'node:path';
import type { AllowedCommands } from './host/allowedCommands';
import type { BackgroundEnds } from './host/backgroundEnds';
import { lazily } from './host/lazily';
import type { PanelExtras } from './host/panelExtras';
import { TerminalCommands } from './host/terminalCommands';
import type { BackgroundCommands } from './tools/backgroundCommands';
import type { CommandClassifier } from './tools/commandClassifier';
import type { CommandParts } from './tools/runCommand';

export interface CommandServiceParts {
  readonly permissions: AllowedCommands;
  readonly ends: BackgroundEnds;
  readonly extras: PanelExtras;
  /** Where the built programs lie. */
  readonly dist: string;
  readonly onTrouble: (error: unknown) => void;
}

export class CommandServices {
  /** What the functions that run commands need: the same for all chats of the window. */
  readonly functionParts = lazily(() => this.make());
  private readonly classifier = lazily(() => this.load());
  private background: BackgroundCommands | undefined;
  private terminals: TerminalCommands | undefined;
  private closing = false;

  constructor(private readonly parts: CommandServiceParts) {}

  /** Ends what runs in the background. */
  async close(): Promise<void> {
    this.closing = true;
    await this.background?.close();
    this.terminals?.dispose();
  }

  private async load(): Promise<CommandClassifier> {
    const { openClassifier } = await import('./tools/commandSafety/classifyCommand');
    return openClassifier(join(this.parts.dist, 'grammars'));
  }

  private async make(): Promise<CommandParts> {
    const { permissions, ends, extras, onTrouble } = this.parts;
    const { BackgroundCommands, ChildCommands, COMMAND_ENVIRONMENT, commandShell, endTree } = await import(
      './agent'
    );
    const runner = new TerminalCommands({
      fallback: (shell) => new ChildCommands(shell),
      shell: commandShell,
      environment: COMMAND_ENVIRONMENT,
      endTree,
    });
    const background = new BackgroundCommands(runner, (session, text) => {
      ends.ended(session, text).catch(onTrouble);
    });
    background.onChange(() => {
      // What the window ends is told when it is open again.
      if (!this.closing) ends.remember(background.running()).catch(onTrouble);
    });
    extras.attach(background);
    this.background = background;
    this.terminals = runner;
    return {
      runner,
      background,
      permissions,
      classifier: this.classifier,
    };
  }
}
