/** A message that the person has taken back to send it otherwise: what was attached to it goes along again. */
import type { AttachmentDraft } from '../engine/attachments';

export interface TakenBackMessage {
  /** The session it was taken back in. */
  readonly session: string;
  readonly text: string;
  readonly drafts: readonly AttachmentDraft[];
}

/**
 * @param text as it is sent now @param fresh what it mentions, read now
 * @returns of what it still speaks of, what was attached then: a selection or a terminal's output may be another by now
 */
export function attachedAgain(
  { text: before, drafts }: TakenBackMessage,
  text: string,
  fresh: readonly AttachmentDraft[],
): readonly AttachmentDraft[] {
  if (text === before) return drafts;
  const still = drafts.filter(
    (draft) => text.includes(draft.label) && (isPlace(draft) || text.includes(`@${draft.label}`)),
  );
  const about = drafts.filter((draft) => draft.kind === 'file' && text.includes(draft.path));
  const again = drafts.filter((draft) => still.includes(draft) || about.includes(draft));
  const labels = new Set(again.map(({ label }) => label));
  return [...again, ...fresh.filter(({ label }) => !labels.has(label))];
}

/** `src/a.ts:10-20`, not a word such as `selection`. */
function isPlace({ label }: AttachmentDraft): boolean {
  return /[./\\]/.test(label);
}
