import type { NoteKeeper } from '../engine/EngineFunction';

/** @returns how full the working context is, so that the model knows before it pins the next note */
export function notesUsage(notes: NoteKeeper): string {
  const { used, limit } = notes.usage();
  return `Notes: ${used} of ${limit} tokens used, ${Math.max(0, limit - used)} free.`;
}
