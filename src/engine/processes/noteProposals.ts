/**
 * A sub-agent's notes as proposals to the process that spawned it: what it pinned, edited and removed is taken over where
 * nobody has changed the same note meanwhile; else it is told as a conflict.
 */
import { describeError, NoteChangedError, NoteLimitError, UnknownNoteError } from '../errors';
import type { Note } from '../events';
import type { SessionNotes } from '../SessionNotes';

export type NoteProposal =
  | { readonly kind: 'pin'; readonly text: string; readonly source: string }
  | { readonly kind: 'edit'; readonly before: Note; readonly text: string }
  | { readonly kind: 'unpin'; readonly before: Note };

export interface MergedNotes {
  /** One line a note that was taken over. */
  readonly applied: readonly string[];
  /** One line a proposal that was not, with the reason. */
  readonly conflicts: readonly string[];
}

/**
 * @param before the notes the sub-agent began with
 * @param after those it ended with
 * @param messageOf address of the message that pinned a note
 */
export function noteProposals(
  before: readonly Note[],
  after: readonly Note[],
  messageOf: (id: string) => string,
): readonly NoteProposal[] {
  const known = new Set(before.map(({ id }) => id));
  const ended = new Map(after.map((note) => [note.id, note]));
  const changes = before.flatMap((note): NoteProposal[] => {
    const now = ended.get(note.id);
    if (!now) return [{ kind: 'unpin', before: note }];
    return now.text === note.text ? [] : [{ kind: 'edit', before: note, text: now.text }];
  });
  const pins = after
    .filter(({ id }) => !known.has(id))
    // A place in a file says more than the message: with it the note goes stale when the file changes.
    .map(({ id, text, source = messageOf(id) }): NoteProposal => ({ kind: 'pin', text, source }));
  return [...changes, ...pins];
}

/** @throws JournalError */
export async function mergeNotes(
  proposals: readonly NoteProposal[],
  notes: SessionNotes,
): Promise<MergedNotes> {
  const applied: string[] = [];
  const conflicts: string[] = [];
  for (const proposal of proposals) {
    if (isSettled(proposal, notes.list())) continue;
    try {
      applied.push(await apply(proposal, notes));
    } catch (error) {
      const refused =
        error instanceof NoteChangedError ||
        error instanceof UnknownNoteError ||
        error instanceof NoteLimitError;
      if (!refused) throw error;
      conflicts.push(`${describe(proposal)}. ${describeError(error)}`);
    }
  }
  return { applied, conflicts };
}

/** Whether the notes are already as proposed. */
function isSettled(proposal: NoteProposal, notes: readonly Note[]): boolean {
  switch (proposal.kind) {
    case 'pin':
      return notes.some(({ text }) => text === proposal.text);
    case 'edit':
      return notes.some(({ id, text }) => id === proposal.before.id && text === proposal.text);
    case 'unpin':
      return !notes.some(({ id }) => id === proposal.before.id);
  }
}

async function apply(proposal: NoteProposal, notes: SessionNotes): Promise<string> {
  switch (proposal.kind) {
    case 'pin': {
      const { id, text } = await notes.pin(proposal.text, proposal.source);
      return `pinned ${id}: ${text}`;
    }
    case 'edit': {
      const { id, text } = proposal.before;
      await notes.edit(id, proposal.text, text);
      return `edited ${id}: ${proposal.text}`;
    }
    case 'unpin': {
      const { id, text } = proposal.before;
      await notes.unpin(id, text);
      return `removed ${id}`;
    }
  }
}

function describe(proposal: NoteProposal): string {
  switch (proposal.kind) {
    case 'pin':
      return `It would pin "${proposal.text}"`;
    case 'edit':
      return `It would change ${proposal.before.id} to "${proposal.text}"`;
    case 'unpin':
      return `It would remove ${proposal.before.id}`;
  }
}
