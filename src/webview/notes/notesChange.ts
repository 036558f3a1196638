import type { NotesChange, NotesState } from '../notesProtocol';

/** @returns the notes after a change; see `NotesChange` for the order */
export function applyNotesChange(
  state: NotesState,
  { rules, changed, removed, usage }: NotesChange,
): NotesState {
  const gone = new Set(removed);
  const notes = new Map(state.notes.filter(({ id }) => !gone.has(id)).map((note) => [note.id, note]));
  for (const note of changed) notes.set(note.id, note);
  return { rules, notes: [...notes.values()], usage };
}
