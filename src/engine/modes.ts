/** How far the model may act by itself. Enforced where calls are run: the list of functions is the same in every mode. */

export const AGENT_MODES = ['ask', 'edit', 'auto'] as const;

/** `ask`: reads only. `edit`: edits wait for the person's review. `auto`: edits are kept at once. */
export type AgentMode = (typeof AGENT_MODES)[number];

/** What a function does beyond the window; absent: nothing. */
export type FunctionEffect = 'edit' | 'command' | 'network';

export interface ModeSettings {
  readonly mode: AgentMode;
  /** Why nothing is edited and no command is run whatever the mode (Restricted Mode), with what to do next. */
  readonly forbidden?: string;
}

/** @returns why a function with this effect is not run, as the model is told; undefined when it may run */
export function refusedByMode(
  name: string,
  effect: FunctionEffect | undefined,
  { mode, forbidden }: ModeSettings,
): string | undefined {
  if (effect === undefined || effect === 'network') return undefined;
  if (forbidden !== undefined) return `${name} was not run. ${forbidden}`;
  if (mode !== 'ask') return undefined;
  return `${name} was not run: the mode is "ask", which only reads. Answer without it and show what you would do, what takes several steps as a plan (update_plan); the person can choose the mode "edit" or "auto".`;
}
