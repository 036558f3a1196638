/** What crosses between the extension host and the view of pinned notes: as in `protocol`. */
import type { Nothing, Place } from './protocol';

export interface NoteView {
  readonly id: string;
  readonly text: string;
  readonly by: 'person' | 'model';
  /** Where the text was taken from, as a person reads it: `src/a.ts:10-20`, `message`. */
  readonly sourceLabel?: string;
  /** Set when the source is lines of a file. */
  readonly place?: Place;
  /** Why the note may no longer be true. */
  readonly stale?: string;
}

/** Tokens that all notes take, and may take. */
export interface NotesUsage {
  readonly used: number;
  readonly limit: number;
}

/** A file of standing rules: locked, the person changes it in the editor. */
export interface RulesView {
  /** Workspace path. */
  readonly path: string;
  readonly tokens: number;
  /** What it holds for, in words; missing: for everything. */
  readonly scope?: string;
  /** What the file says of itself. */
  readonly description?: string;
  /** Whether it holds now: something in its scope was touched. */
  readonly active: boolean;
  /** What does not fit in the window, or cannot be read. */
  readonly warning?: string;
}

export interface NotesState {
  readonly rules: readonly RulesView[];
  readonly notes: readonly NoteView[];
  readonly usage: NotesUsage;
}

/** `changed` notes take the place of those with the same id; new ones come last, in the given order. */
export interface NotesChange {
  /** All of them. */
  readonly rules: readonly RulesView[];
  readonly changed: readonly NoteView[];
  readonly removed: readonly string[];
  readonly usage: NotesUsage;
}

export type NotesHostEvent = ({ readonly type: 'notesChanged' } & NotesChange) | { readonly type: 'reset' };

export interface NotesRequests {
  load: { params: Nothing; result: NotesState };
  add: { params: { readonly text: string }; result: null };
  edit: { params: { readonly id: string; readonly text: string }; result: null };
  remove: { params: { readonly id: string }; result: null };
  /** Pins again what `remove` took away; the host still knows it for a while. */
  restore: { params: { readonly id: string }; result: null };
  openFile: { params: Place; result: null };
}
