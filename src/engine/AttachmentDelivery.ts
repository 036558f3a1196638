/**
 * Puts what the person attached to their messages into the queue, after the message it belongs to: lines of files through
 * the page fault, so that no line is there twice and changes are noticed; texts as stored, long ones as a digest.
 */
import { messageAddress } from './addresses';
import type { Approver } from './approvals';
import { type Attachment, type AttachmentDraft, type AttachmentWeight, headingOf } from './attachments';
import { digest } from './digest';
import type { OwedAttachment } from './EventQueue';
import { describeError, JournalError } from './errors';
import type { EventOf, SessionEventBody } from './events';
import type { FaultHandler } from './FaultHandler';
import { numberedLine, rawRange, splitLines } from './filePages';
import { entryTokens, interruptText } from './queueEntries';
import type { SessionRecorder } from './SessionRecorder';
import { type FaultHandlerParts, TieredFaultHandler } from './TieredFaultHandler';
import type { TokenBudget } from './TokenBudget';

/** More lines than this are weighed by a part of them. */
const WEIGHED_LINES = 4000;

export interface AttachmentDeliveryParts extends FaultHandlerParts {
  readonly recorder: SessionRecorder;
  readonly approver: Approver;
  /** Own tokens that each of so many attachments may have. */
  readonly limit: (count: number, budget: TokenBudget) => number;
}

type AttachedEntry = Omit<Extract<SessionEventBody, { type: 'interrupt' }>, 'seq' | 'at'>;

export class AttachmentDelivery {
  constructor(private readonly parts: AttachmentDeliveryParts) {}

  /** Makes texts durable, under an address each. @throws JournalError */
  async store(drafts: readonly AttachmentDraft[]): Promise<readonly Attachment[]> {
    const { blobs, recorder } = this.parts;
    const attachments: Attachment[] = [];
    for (const draft of drafts) {
      if (draft.kind === 'file') {
        attachments.push(draft);
        continue;
      }
      const { label } = draft;
      const text = await blobs.put(draft.text);
      const [stored] = await recorder.record({ type: 'attachment.stored', label, text });
      const address = messageAddress(recorder.state.session, stored?.seq ?? 0);
      attachments.push({ kind: 'text', label, address, text });
    }
    return attachments;
  }

  /**
   * At a boundary between two steps, once the messages are in the queue. What a Stop or a crash cuts off is delivered at
   * the next boundary.
   * @throws the signal's reason | JournalError
   */
  async deliver(budget: TokenBudget, signal: AbortSignal): Promise<void> {
    const { recorder, limit } = this.parts;
    const owed = recorder.state.events.owed();
    if (owed.length === 0) return;
    const most = limit(owed.length, budget);
    const faults = new TieredFaultHandler(this.parts, most);
    for (const item of owed) {
      const entry = await this.entry(item, most, faults, signal);
      await recorder.recordWhen(() => signal.throwIfAborted(), entry);
    }
  }

  /**
   * What the attachments would cost if they were sent together now.
   * @returns one for each; an Error for what cannot be attached
   */
  async weigh(
    drafts: readonly AttachmentDraft[],
    budget: TokenBudget,
    signal: AbortSignal,
  ): Promise<readonly (AttachmentWeight | Error)[]> {
    const limit = this.parts.limit(drafts.length, budget);
    return Promise.all(
      drafts.map(async (draft) => {
        try {
          return { tokens: await this.tokensOf(draft, signal), limit };
        } catch (error) {
          return error instanceof Error ? error : new Error(String(error));
        }
      }),
    );
  }

  private async tokensOf(draft: AttachmentDraft, signal: AbortSignal): Promise<number> {
    const { counter, files } = this.parts;
    if (draft.kind === 'text') return (await counter.count([draft.text]))[0] ?? 0;
    const lines = splitLines((await files.read(draft.path, signal)).text);
    const startLine = Math.max(1, draft.startLine ?? 1);
    const endLine = Math.min(lines.length, draft.endLine ?? lines.length);
    const range = { startLine, endLine };
    const shown = splitLines(rawRange(lines, range)).map((line, i) => numberedLine(line, startLine + i));
    const part = shown.slice(0, WEIGHED_LINES);
    const [tokens = 0] = await counter.count([part.join('\n')]);
    return Math.ceil((tokens * shown.length) / Math.max(1, part.length));
  }

  private async entry(
    owed: OwedAttachment,
    limit: number,
    faults: FaultHandler,
    signal: AbortSignal,
  ): Promise<AttachedEntry> {
    const { attachment } = owed;
    try {
      if (attachment.kind === 'text') return await this.textEntry(owed, attachment, limit);
      return await this.fileEntry(owed, attachment, faults, signal);
    } catch (error) {
      signal.throwIfAborted();
      // The person's message goes on without it, and the model is told why.
      if (error instanceof JournalError) throw error;
      return this.failure(owed, describeError(error));
    }
  }

  private async fileEntry(
    owed: OwedAttachment,
    { label, path, startLine, endLine }: Extract<Attachment, { kind: 'file' }>,
    faults: FaultHandler,
    signal: AbortSignal,
  ): Promise<AttachedEntry> {
    const { approver, blobs, files } = this.parts;
    if (await files.isSecret(path)) {
      const shown = files.canonical(path);
      const { allowed } = await approver.approve({ kind: 'secretFile', path: shown }, signal);
      signal.throwIfAborted();
      if (!allowed)
        return this.failure(owed, `The person did not allow to show ${shown}, which looks secret.`);
    }
    const range = { ...(startLine ? { startLine } : {}), ...(endLine ? { endLine } : {}) };
    const { text: body, pages = [], isError } = await faults.readFile({ path, ...range }, signal);
    if (isError) return this.failure(owed, body);
    const text = headingOf(label);
    return {
      ...entryOf(owed, text, await this.count(`${text}\n${body}`)),
      body: await blobs.put(body),
      ...(pages.length > 0 ? { pages } : {}),
    };
  }

  private async textEntry(
    owed: OwedAttachment,
    { label, address, text: stored }: Extract<Attachment, { kind: 'text' }>,
    limit: number,
  ): Promise<AttachedEntry> {
    const { blobs, counter } = this.parts;
    const whole = await blobs.get(stored);
    const [tokens = 0] = await counter.count([whole]);
    const shown = tokens <= limit ? whole : await digest(whole, tokens, limit, address, counter);
    const body = `[${address}: ${label}, ${tokens} tokens]\n${shown}`;
    const text = headingOf(label);
    return {
      ...entryOf(owed, text, await this.count(`${text}\n${body}`)),
      body: await blobs.put(body),
      stored: { address, label },
    };
  }

  private async failure(owed: OwedAttachment, reason: string): Promise<AttachedEntry> {
    const text = `Could not attach ${owed.attachment.label}: ${reason}`;
    return entryOf(owed, text, await this.count(text));
  }

  private count(text: string): Promise<number> {
    return entryTokens(this.parts.counter, { role: 'user', content: interruptText('attached', text) });
  }
}

function entryOf({ posted, index }: OwedAttachment, text: string, tokens: number): AttachedEntry {
  const attached: EventOf<'interrupt'>['attached'] = { posted, index };
  return { type: 'interrupt', kind: 'attached', text, tokens, origin: 'user', attached };
}
