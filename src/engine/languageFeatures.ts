/** What the editor's language servers know of the code. Only an editor implements it; without one nothing is offered. */

import { cutText } from './cutText';

/** A place in a text. */
export interface TextPosition {
  /** 1-based. */
  readonly line: number;
  /** 0-based, UTF-16 units. */
  readonly column: number;
}

/** Lines of a file that a language server names; the file may be outside the workspace. */
export interface CodePlace {
  /** Absolute. */
  readonly path: string;
  /** 1-based, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
}

export interface CodeSymbol extends CodePlace {
  readonly name: string;
  /** In words, e.g. `method`. */
  readonly kind: string;
  /** Symbols it is in. */
  readonly depth: number;
  /** Name of the symbol it is in; may be empty. */
  readonly container: string;
}

/** Most grave first. */
export const SEVERITIES = ['error', 'warning', 'information', 'hint'] as const;

export interface Problem extends CodePlace {
  readonly severity: (typeof SEVERITIES)[number];
  readonly message: string;
  /** Who says so, with its code, e.g. `ts 2322`; may be empty. */
  readonly source: string;
}

const MAX_MESSAGE_CHARS = 500;

/** @returns e.g. `src/a.ts:3: error: Cannot find name 'x'. (ts 2304)` */
export function describeProblem(path: string, { startLine, severity, message, source }: Problem): string {
  const text = cutText(message.replace(/\s+/g, ' ').trim(), MAX_MESSAGE_CHARS);
  return `${path}:${startLine}: ${severity}: ${text}${source === '' ? '' : ` (${source})`}`;
}

export interface TextChange {
  readonly start: TextPosition;
  /** Exclusive. */
  readonly end: TextPosition;
  readonly text: string;
}

export interface FileChanges {
  /** Absolute. */
  readonly path: string;
  /** Disjoint, in ascending order. */
  readonly changes: readonly TextChange[];
}

/** Paths are absolute. Nothing found and no language server there look the same: an empty answer. */
export interface LanguageFeatures {
  /** @param path one file, which is looked at now; without it whatever is reported of any file */
  problems(path: string | undefined, signal: AbortSignal): Promise<readonly Problem[]>;
  definition(path: string, at: TextPosition, signal: AbortSignal): Promise<readonly CodePlace[]>;
  references(path: string, at: TextPosition, signal: AbortSignal): Promise<readonly CodePlace[]>;
  /** In the order of the text. */
  documentSymbols(path: string, signal: AbortSignal): Promise<readonly CodeSymbol[]>;
  workspaceSymbols(query: string, signal: AbortSignal): Promise<readonly CodeSymbol[]>;
  /** What a rename would change; changes nothing. @throws RenameError when the language server refuses */
  rename(
    path: string,
    at: TextPosition,
    newName: string,
    signal: AbortSignal,
  ): Promise<readonly FileChanges[]>;
}
