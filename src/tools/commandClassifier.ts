/** How commands are classified: the contract of the bundle that does it (`commandSafety/`), which is loaded when needed. */

/** Where a command is to run. */
export interface CommandPlace {
  /** Path or name of the shell. */
  readonly shell: string;
  /** Absolute path of the folder it runs in. */
  readonly folder: string;
  /** Absolute paths of the workspace folders. */
  readonly roots: readonly string[];
  /** What the person has allowed: words that a command begins with; with a `$` behind them, all of its words. */
  readonly allowed: readonly string[];
}

export interface CommandVerdict {
  /**
   * `allowed`: each part by the list. `knownSafe`: each part by the list, or it only looks at the workspace. Both run
   * unasked. `ask`: the person decides, and may put it on the list. `danger`: the person decides each time.
   */
  readonly level: 'allowed' | 'knownSafe' | 'ask' | 'danger';
  /** Completes "The command …"; empty when nothing is asked. */
  readonly reason: string;
  /** What would allow it, put on the list; empty when nothing would. */
  readonly prefixes: readonly string[];
}

export interface CommandClassifier {
  classify(command: string, place: CommandPlace): Promise<CommandVerdict>;
}
