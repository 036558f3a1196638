/**
 * A chat as a file of its own. What is exported is what was said, done and kept in view, not what the engine made of it:
 * an imported chat begins with a window of this machine's making. What was approved, the changes of files and what files
 * were before are no part of it.
 */
import * as z from 'zod';
import type { Attachment } from '../engine/attachments';
import { JournalError } from '../engine/errors';
import type { EventOf, SessionEvent } from '../engine/events';
import type { BlobStore } from '../engine/ports';
import { WorkingContext } from '../engine/WorkingContext';

const FORMAT = 'virtual-context-chat';
const VERSION = 2;

const at = z.number().int().nonnegative();
const oneLine = (chars: number) =>
  z.string().transform((text) => text.replace(/\s+/g, ' ').trim().slice(0, chars));

const attachment = z.object({ label: oneLine(300), text: z.string() });

const message = z.discriminatedUnion('role', [
  z.object({
    role: z.literal('user'),
    at,
    text: z.string(),
    /** Since version 2. */
    attachments: z.array(attachment).exactOptional(),
  }),
  z.object({
    role: z.literal('assistant'),
    at,
    text: z.string(),
    reasoning: z.string().exactOptional(),
    calls: z.array(z.object({ id: z.string(), name: z.string().min(1), arguments: z.string() })),
  }),
  z.object({
    role: z.literal('tool'),
    at,
    callId: z.string(),
    name: z.string().min(1),
    text: z.string(),
    isError: z.boolean(),
  }),
]);

const exportedChat = z.object({
  format: z.literal(FORMAT),
  version: z.number().int().positive(),
  title: z.string(),
  messages: z.array(message),
  /** Since version 2. */
  plan: z
    .array(z.object({ text: oneLine(1000), state: z.enum(['open', 'active', 'done']) }))
    .max(100)
    .default([]),
  /** Those pinned at the end. Since version 2. */
  notes: z
    .array(z.object({ text: z.string().min(1) }))
    .max(1000)
    .default([]),
});

export type ExportedChat = z.output<typeof exportedChat>;
type ExportedMessage = ExportedChat['messages'][number];
type ExportedAttachment = z.output<typeof attachment>;

/** @param events the chat's lineage @throws JournalError when a text is lost */
export async function exportChat(
  title: string,
  events: AsyncIterable<SessionEvent>,
  blobs: Pick<BlobStore, 'get'>,
): Promise<ExportedChat> {
  const messages: ExportedMessage[] = [];
  const kept = new WorkingContext(() => Number.POSITIVE_INFINITY);
  const attached = new AttachedTexts(blobs);
  for await (const event of events) {
    const { at: time } = event;
    kept.apply(event, 0);
    if (event.type === 'event.posted') attached.posted(event);
    if (event.type === 'interrupt') await attached.shown(event);
    if (event.type === 'message.user') {
      const { text, posted } = event;
      messages.push({ role: 'user', at: time, text, ...(await attached.ofMessage(posted)) });
    }
    if (event.type === 'message.assistant') {
      const { text, reasoning, calls } = event;
      const thought = reasoning === undefined ? {} : { reasoning };
      const made = calls.map(({ id, name, arguments: args }) => ({ id, name, arguments: args }));
      messages.push({ role: 'assistant', at: time, text, ...thought, calls: made });
    }
    if (event.type === 'function.result') {
      const { callId, name, isError } = event;
      const text = await blobs.get(event.whole ?? event.result);
      messages.push({ role: 'tool', at: time, callId, name, text, isError });
    }
  }
  const plan = kept.plan.items.map(({ text, state }) => ({ text, state }));
  const notes = kept.list().map(({ text }) => ({ text }));
  return { format: FORMAT, version: VERSION, title, messages, plan, notes };
}

/** What was attached to messages: texts as they were then, lines of files as the model was given them. */
class AttachedTexts {
  private readonly byPost = new Map<number, readonly Attachment[]>();
  /** What `ofMessage` has returned: lines of files are given to the model after the message. */
  private readonly given = new Map<number, ExportedAttachment[]>();

  constructor(private readonly blobs: Pick<BlobStore, 'get'>) {}

  posted({ seq, attachments = [] }: EventOf<'event.posted'>): void {
    if (attachments.length > 0) this.byPost.set(seq, attachments);
  }

  async ofMessage(posted = 0): Promise<{ attachments?: ExportedAttachment[] }> {
    const all = this.byPost.get(posted);
    if (!all) return {};
    const attachments = await Promise.all(
      all.map(async (one) => {
        const text = one.kind === 'text' ? await this.blobs.get(one.text) : '';
        return { label: one.label, text };
      }),
    );
    this.given.set(posted, attachments);
    return { attachments };
  }

  async shown({ attached, pages = [], body, text }: EventOf<'interrupt'>): Promise<void> {
    if (!attached) return;
    const { posted, index } = attached;
    const given = this.given.get(posted)?.[index];
    if (!given || this.byPost.get(posted)?.[index]?.kind !== 'file') return;
    const lines = await Promise.all(pages.map(({ source }) => this.blobs.get(source)));
    // Without pages it says where the lines are in the chat, or why there are none.
    given.text = lines.length > 0 ? lines.join('') : body ? await this.blobs.get(body) : text;
  }
}

/** @throws JournalError when the text is no exported chat */
export function parseExportedChat(text: string): ExportedChat {
  const nextStep = 'Choose a JSON file that "Export Chat as JSON" has written.';
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new JournalError('The file is not JSON.', nextStep);
  }
  const parsed = exportedChat.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new JournalError(
      `The file is no exported chat: ${issue?.path.join('.')}: ${issue?.message}.`,
      nextStep,
    );
  }
  const { version } = parsed.data;
  if (version <= VERSION) return { ...parsed.data, version: VERSION };
  throw new JournalError(
    `The chat was exported by a newer version of Virtual Context (format ${version}).`,
    'Update Virtual Context, then import it again.',
  );
}
