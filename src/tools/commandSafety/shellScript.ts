/** What a command line says, once a grammar has read it: the same for every shell. */

export interface Word {
  /** The word after quote removal; undefined when only the shell can tell (variables, substitutions, braces). */
  readonly text: string | undefined;
  /** Holds a pattern that the shell replaces by file names. */
  readonly glob: boolean;
  /** Not known, and fit to be printed: `$?`, `"in $PWD"`. */
  readonly shown?: true;
  /** Not known, for a command makes it: `$(…)`, `<(…)`. */
  readonly made?: true;
}

export interface SimpleCommand {
  /** Name and arguments. */
  readonly words: readonly Word[];
  /** Variables set for it alone. */
  readonly assignments: readonly { readonly name: string; readonly value: Word }[];
  /** Whether its input comes from a pipe, a here-document or a file. */
  readonly fed: boolean;
}

interface Redirect {
  readonly writes: boolean;
  readonly target: Word;
}

/** In the order of the text; what is nested (in substitutions, loops, functions) stands among the rest. */
export type ScriptPart =
  | { readonly kind: 'command'; readonly command: SimpleCommand }
  | { readonly kind: 'redirect'; readonly redirect: Redirect }
  /** Text that a command reads, or that some shells run: a here-document. */
  | { readonly kind: 'text'; readonly text: string }
  /** Nothing to most shells; an interactive zsh runs it. */
  | { readonly kind: 'comment'; readonly text: string }
  /** What nobody could mean well. */
  | { readonly kind: 'danger'; readonly reason: string }
  /** A construct that is fine to look at and never allowed by a list: loops, functions, assignments, background. */
  | { readonly kind: 'construct'; readonly name: string };

export interface ShellScript {
  readonly parts: readonly ScriptPart[];
  /** The grammar has not understood all of it. */
  readonly broken: boolean;
}

export function literal(text: string): Word {
  return { text, glob: false };
}

export const UNKNOWN_WORD: Word = { text: undefined, glob: false };
