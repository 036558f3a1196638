/** Ports of the functions that run commands. */

export interface CommandOrder {
  readonly command: string;
  /** Absolute path of the folder it runs in. */
  readonly folder: string;
  /**
   * Output as it comes, both streams in one, with the codes for terminals.
   * @returns when the next may come, if that should wait
   */
  readonly onOutput: (text: string) => Promise<void> | undefined;
}

export interface CommandEnd {
  /** Undefined: it was ended from outside, or its end told none. */
  readonly exitCode: number | undefined;
  /** What person and model should know about how it ran. */
  readonly note?: string;
}

export interface CommandRunner {
  /** Path of the shell that reads the commands. */
  shell(): string;
  /**
   * Runs a command to its end. When the signal aborts it is ended with all it has started, and waited for.
   * @throws CommandError when it cannot be started
   */
  run(order: CommandOrder, signal: AbortSignal): Promise<CommandEnd>;
  /** @returns whether the person is shown where an order runs that has not ended */
  show?(order: CommandOrder): boolean;
}

/** What the person has allowed to run without being asked. */
export interface CommandPermissions {
  /** Words that a command begins with; with a `$` behind them, all of its words. */
  allowed(session: string): readonly string[];
  /** @param scope for the rest of the session, or for this workspace until it is revoked */
  allow(prefixes: readonly string[], scope: 'session' | 'always', session: string): Promise<void>;
}
