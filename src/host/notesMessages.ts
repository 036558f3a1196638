/** The engine's notes as the pinned-notes view is told them. Pure. */
import { parseAddress } from '../engine/addresses';
import type { Note } from '../engine/events';
import type { RulesShown } from '../engine/OutputBuffer';
import type { NotesChange, NotesState, NotesUsage, NoteView, RulesView } from '../webview/notesProtocol';
import type { Place } from '../webview/protocol';

/**
 * @param severalFolders whether workspace paths begin with a folder's name, as addresses always do
 * @returns the note for the view
 */
export function noteViewOf({ id, text, by, source, stale }: Note, severalFolders: boolean): NoteView {
  const place = source === undefined ? undefined : placeOf(source, severalFolders);
  const label = source === undefined ? undefined : sourceLabel(source, place);
  return {
    id,
    text,
    by,
    ...(label === undefined ? {} : { sourceLabel: label }),
    ...(place === undefined ? {} : { place }),
    ...(stale ? { stale: 'The text it was taken from has changed since it was pinned.' } : {}),
  };
}

/** @returns a rules file for the view */
export function rulesViewOf({ path, tokens, scope, description, active, ...rules }: RulesShown): RulesView {
  const warning = warningOf(rules);
  return {
    path,
    tokens,
    active,
    ...(scope === undefined ? {} : { scope }),
    ...(description === undefined ? {} : { description }),
    ...(warning === undefined ? {} : { warning }),
  };
}

function warningOf({
  lines,
  shownLines,
  problem,
}: Pick<RulesShown, 'lines' | 'shownLines' | 'problem'>): string | undefined {
  if (problem !== undefined) return `${problem} Correct it: until then these rules do not hold.`;
  if (shownLines >= lines) return undefined;
  const part = shownLines === 0 ? 'None' : `Only the first ${shownLines}`;
  return `${part} of its ${lines} lines fit in the window: shorten it.`;
}

/** @returns what turns the notes before into the notes after; undefined when nothing that is shown has changed */
export function notesChange(before: NotesState, after: NotesState): NotesChange | undefined {
  const known = new Map(before.notes.map((note) => [note.id, JSON.stringify(note)]));
  const changed = after.notes.filter((note) => known.get(note.id) !== JSON.stringify(note));
  const kept = new Set(after.notes.map(({ id }) => id));
  const removed = before.notes.map(({ id }) => id).filter((id) => !kept.has(id));
  const sameRules = JSON.stringify(before.rules) === JSON.stringify(after.rules);
  const sameNotes = changed.length === 0 && removed.length === 0;
  if (sameNotes && sameRules && sameUsage(before.usage, after.usage)) return undefined;
  return { rules: after.rules, changed, removed, usage: after.usage };
}

function sameUsage(a: NotesUsage, b: NotesUsage): boolean {
  return a.used === b.used && a.limit === b.limit;
}

function placeOf(source: string, severalFolders: boolean): Place | undefined {
  const address = parseAddress(source);
  if (address?.kind !== 'file') return undefined;
  const { addressPath, startLine, endLine } = address;
  const path = severalFolders ? addressPath : addressPath.replace(/^[^/]*\//, '');
  return { path, startLine, endLine };
}

function sourceLabel(source: string, place: Place | undefined): string {
  if (place) return `${place.path}:${place.startLine}-${place.endLine}`;
  switch (parseAddress(source)?.kind) {
    case 'msg':
      return 'from the chat';
    case 'tool':
      return 'from a function result';
    case 'note':
      return 'from a note';
    default:
      return source;
  }
}
