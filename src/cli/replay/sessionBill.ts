/** What a session cost and how its memory fared, told from its log alone: the same for one that was and one that might have been. */
import type { SessionEvent } from '../../engine/events';
import type { MemoryFigures } from '../../engine/MemoryStats';
import { memoryReport } from '../../engine/memoryReport';
import type { BlobStore, TokenCounter } from '../../engine/ports';
import { replayRequests } from '../../engine/RequestReplay';
import { SessionState } from '../../engine/SessionState';
import { sha256 } from '../../journal/sha256';
import {
  CountedPrompt,
  OUTPUT_PRICE,
  PRICE_TABLES,
  PriceMeter,
  type PriceTable,
  promptTexts,
} from './prices';

export interface SessionBill {
  /** As `vctx stats` has them. */
  readonly figures: MemoryFigures;
  /** Steps and summaries that were sent. */
  readonly requests: number;
  readonly summaries: number;
  /** Own tokens of all prompts, and of what was answered. */
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Estimated provider tokens resident when a step was asked for. */
  readonly residency: { readonly mean: number; readonly peak: number };
  readonly costs: readonly {
    readonly table: PriceTable['name'];
    /** Share of the prompts that a prefix cache would have served. */
    readonly cachedShare: number;
    /** In input tokens, output included. */
    readonly cost: number;
  }[];
}

/** @param events read twice. @throws JournalError when a blob is missing or damaged */
export async function sessionBill(
  session: string,
  events: () => AsyncIterable<SessionEvent>,
  blobs: BlobStore,
  counter: TokenCounter,
  signal: AbortSignal,
): Promise<SessionBill> {
  const state = new SessionState(session, blobs, counter, () => 0);
  const sentAt = new Map<number, number>();
  const resident: number[] = [];
  const summaryTexts: string[] = [];
  let outputTokens = 0;
  let written: string | undefined;
  await state.restore(events(), (event) => {
    signal.throwIfAborted();
    if (event.type === 'message.assistant') outputTokens += event.tokens;
    if (event.type === 'request.sent') {
      sentAt.set(event.seq, event.at);
      if (event.purpose === 'step') resident.push(event.estimatedTokens);
    }
    if (event.type === 'epoch.started' && event.summaryBy === 'model' && event.summary !== null) {
      if (event.summary !== written) summaryTexts.push(event.summary);
      written = event.summary;
    }
  });
  for (const hash of summaryTexts) outputTokens += (await counter.count([await blobs.get(hash)]))[0] ?? 0;
  const meters = PRICE_TABLES.map((table) => new PriceMeter(table));
  const known = new Map<string, number>();
  let summaries = 0;
  for await (const { seq, purpose, request } of replayRequests(session, events(), blobs, sha256)) {
    signal.throwIfAborted();
    if (purpose === 'summary') summaries++;
    const missing = promptTexts(request).filter((text) => !known.has(text));
    for (const [index, tokens] of (await counter.count(missing)).entries())
      known.set(missing[index] ?? '', tokens);
    const prompt = new CountedPrompt(request, (text) => known.get(text) ?? 0);
    for (const meter of meters) meter.bill(prompt, sentAt.get(seq) ?? 0);
  }
  const total = resident.reduce((sum, tokens) => sum + tokens, 0);
  return {
    figures: memoryReport(state, {}).figures,
    requests: sentAt.size,
    summaries,
    promptTokens: meters[0]?.promptTokens ?? 0,
    outputTokens,
    residency: {
      mean: resident.length === 0 ? 0 : Math.round(total / resident.length),
      peak: resident.reduce((most, tokens) => Math.max(most, tokens), 0),
    },
    costs: meters.map(({ table, promptTokens, cachedTokens, inputBilled }) => ({
      table: table.name,
      cachedShare: promptTokens === 0 ? 0 : cachedTokens / promptTokens,
      cost: Math.round(inputBilled + outputTokens * OUTPUT_PRICE),
    })),
  };
}
