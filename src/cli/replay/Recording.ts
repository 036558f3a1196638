/** A recorded session, cut into the steps that its model made. */
import { messageAddress } from '../../engine/addresses';
import type { FunctionSchema } from '../../engine/chat';
import type { EventOf, SessionEvent } from '../../engine/events';
import { filesOf } from '../../engine/filesOf';
import type { FilePage } from '../../engine/pages';
import type { BlobStore } from '../../engine/ports';

export interface RecordedStep {
  /** What happened since the step before it. */
  readonly before: readonly SessionEvent[];
  readonly message: EventOf<'message.assistant'>;
  /** When it was asked for, ms since the epoch. */
  readonly at: number;
  /** Provider tokens per own token, as last measured. */
  readonly calibration: number;
}

export interface Recording {
  readonly session: string;
  readonly folders: readonly string[];
  readonly steps: readonly RecordedStep[];
  /** By call. */
  readonly results: ReadonlyMap<string, EventOf<'function.result'>>;
  /** What a call did to files: a sub-agent's may have changed many. */
  readonly edits: ReadonlyMap<string, readonly EventOf<'file.edited'>[]>;
  /** Texts of what was posted, by sequence number. */
  readonly posted: ReadonlyMap<number, EventOf<'event.posted'>>;
  /** Every range that was shown. */
  readonly pages: ReadonlyMap<string, FilePage>;
  /** By address: which message of the person's or of the model's it is, from 0. */
  readonly messages: ReadonlyMap<string, { readonly type: SessionEvent['type']; readonly index: number }>;
  /** In the order of need. */
  readonly schemas: readonly FunctionSchema[];
  /** The model's whole window at the last epoch, provider tokens. */
  readonly windowTokens: number;
  /** Characters of the longest summary that the model wrote; undefined where it wrote none. */
  readonly summaryChars: number | undefined;
  /** As the setting was; undefined where the window left less. */
  readonly maxOutputTokens: number | undefined;
}

/** Before anything was measured. */
const UNMEASURED = 1;

/** @param events of the session from its first one on, those it inherits included. @throws JournalError */
export async function readRecording(
  session: string,
  events: AsyncIterable<SessionEvent>,
  blobs: BlobStore,
): Promise<Recording> {
  const steps: RecordedStep[] = [];
  const results = new Map<string, EventOf<'function.result'>>();
  const edits = new Map<string, readonly EventOf<'file.edited'>[]>();
  const posted = new Map<number, EventOf<'event.posted'>>();
  const pages = new Map<string, FilePage>();
  const messages = new Map<string, { type: SessionEvent['type']; index: number }>();
  let folders: readonly string[] = [];
  let schemas: readonly FunctionSchema[] = [];
  let before: SessionEvent[] = [];
  let edited: EventOf<'file.edited'>[] = [];
  let users = 0;
  let at: number | undefined;
  let calibration = UNMEASURED;
  let summaryChars: number | undefined;
  let budget = 0;
  let reserved = 0;
  for await (const event of events) {
    for (const page of filesOf(event)) pages.set(page.address, page);
    const address = messageAddress(event.inherited ?? session, event.seq);
    if (event.type === 'session.started') folders = event.workspace;
    else if (event.type === 'event.posted') posted.set(event.seq, event);
    else if (event.type === 'file.edited') edited.push(event);
    else if (event.type === 'response.received') calibration = event.calibration;
    else if (event.type === 'request.sent' && event.purpose === 'step') {
      at = event.at;
      reserved = event.maxOutputTokens;
    } else if (event.type === 'function.result') {
      results.set(event.callId, event);
      if (edited.length > 0) edits.set(event.callId, edited);
      edited = [];
    } else if (event.type === 'epoch.started') {
      const known = JSON.parse(await blobs.get(event.functions)) as readonly FunctionSchema[];
      if (known.length >= schemas.length) schemas = known;
      budget = event.budget;
      if (event.summaryBy === 'model' && event.summary !== null)
        summaryChars = Math.max(summaryChars ?? 0, (await blobs.get(event.summary)).length);
    } else if (event.type === 'message.user') {
      messages.set(address, { type: event.type, index: users++ });
    } else if (event.type === 'message.assistant') {
      messages.set(address, { type: event.type, index: steps.length });
      steps.push({ before, message: event, at: at ?? event.at, calibration });
      before = [];
      continue;
    }
    before.push(event);
  }
  const windowTokens = windowOf(budget, reserved);
  const isSetting = reserved < Math.floor(windowTokens / 6);
  const maxOutputTokens = isSetting ? reserved : undefined;
  const read = { session, folders, steps, results, edits, posted, pages, messages, schemas };
  return { ...read, windowTokens, summaryChars, maxOutputTokens };
}

/** `TokenBudget` the other way round. @param reserved tokens kept free for the answer */
function windowOf(budget: number, reserved: number): number {
  const rest = budget + reserved;
  return Math.max(rest + 64, Math.ceil(rest / 0.98));
}
