/**
 * Queue manager (Packer et al. 2023, section 2.2): warns under memory pressure, and at the high watermark evicts the
 * oldest entries in one batch, writes a new recursive summary and starts an epoch with a fresh head.
 */
import type { FunctionSchema } from './chat';
import { WindowTooSmallError } from './errors';
import type { EvictedPage, SessionEventBody } from './events';
import { canonicalRequest, headMessages, requestHash } from './MainContext';
import type { BlobStore, ContentHasher, LanguageModel, TokenCounter } from './ports';
import {
  entryTokens,
  groupEntries,
  interruptText,
  messageTokens,
  pagesOf,
  type QueueEntry,
} from './queueEntries';
import type { SessionRecorder } from './SessionRecorder';
import type { SessionState } from './SessionState';
import { Summarizer, type Summary } from './Summarizer';
import { renderStubs } from './stubs';
import type { TokenBudget } from './TokenBudget';

/** Shares of the budget. The warning share and the low watermark are the paper's (70 %, 50 %). */
export const WATERMARKS = { warning: 0.7, high: 0.9, low: 0.5 } as const;
/** Shares of the budget that the head's variable parts may take. */
const SUMMARY_SHARE = 0.1;
const STUBS_SHARE = 0.05;
const MAX_SUMMARY_TOKENS = 1500;
/** System instructions and schemas may take at most this share of the window; small windows get the core functions. */
const SYSTEM_SHARE = 0.25;
/** One admitted result may take at most this share of the budget. */
const RESULT_SHARE = 0.2;
/** Smallest result worth admitting, own tokens. */
const MIN_RESULT_TOKENS = 96;
/** Functions even the smallest window gets: the first of the list, which is ordered by need. */
const CORE_FUNCTIONS = 5;

export interface QueueManagerParts {
  readonly state: SessionState;
  readonly recorder: SessionRecorder;
  readonly blobs: BlobStore;
  readonly hash: ContentHasher;
  readonly counter: TokenCounter;
  /** Kernel text. */
  readonly instructions: string;
  readonly schemas: readonly FunctionSchema[];
}

export type EpochReason = 'start' | 'highWatermark' | 'contextLength' | 'modelChanged';

export class QueueManager {
  private readonly summarizer: Summarizer;

  constructor(private readonly parts: QueueManagerParts) {
    this.summarizer = new Summarizer(parts.counter, {
      sending: async (request) => {
        const { recorder, blobs, hash, state } = this.parts;
        await recorder.record({
          type: 'request.sent',
          purpose: 'summary',
          model: state.model,
          hash: requestHash(request, hash),
          body: await blobs.put(canonicalRequest(request)),
          messages: request.messages.length,
          maxOutputTokens: request.maxOutputTokens,
          estimatedTokens: 0,
        });
      },
    });
  }

  /**
   * Makes the window fit before a step: starts the first epoch, warns at 70 %, rolls over at the high watermark.
   * @throws WindowTooSmallError | JournalError
   */
  async prepareStep(model: LanguageModel, budget: TokenBudget, signal: AbortSignal): Promise<void> {
    const { state } = this.parts;
    if (state.epoch === 0) await this.startEpoch('start', model, budget, signal);
    else if (state.model !== model.id || state.budget !== budget.budget) {
      await this.startEpoch('modelChanged', model, budget, signal);
    }
    const resident = budget.estimate(state.context.tokens.total);
    if (resident > budget.budget * WATERMARKS.warning && !state.pressureWarned) {
      await this.warn(resident, budget);
    }
    if (budget.estimate(state.context.tokens.total) > budget.budget * WATERMARKS.high) {
      await this.startEpoch('highWatermark', model, budget, signal);
    }
  }

  /** Evicts to the low watermark after the provider refused a request for its length. */
  async shrink(model: LanguageModel, budget: TokenBudget, signal: AbortSignal): Promise<void> {
    await this.startEpoch('contextLength', model, budget, signal);
  }

  /**
   * Own tokens each of `calls` results may have so that the whole step still fits after an eviction.
   * @throws WindowTooSmallError
   */
  admissionLimit(calls: number, budget: TokenBudget): number {
    const { state } = this.parts;
    const own = budget.ownTokens(budget.budget);
    const { system } = state.context.tokens;
    const groups = groupEntries(state.context.entries);
    const kept = this.protectedEntries(groups).reduce((sum, entry) => sum + entry.event.tokens, 0);
    const head = system + state.notes.used() + own * (SUMMARY_SHARE + STUBS_SHARE);
    const room = (own * WATERMARKS.high - head - kept) / Math.max(1, calls) - 32;
    return Math.floor(Math.max(MIN_RESULT_TOKENS, Math.min(own * RESULT_SHARE, room)));
  }

  private async warn(resident: number, budget: TokenBudget): Promise<void> {
    const { state, recorder, counter } = this.parts;
    const leaving = this.choose(budget, state.context.tokens.total - state.context.tokens.queue);
    const labels = leaving.evicted.slice(0, 8).map((page) => `- ${page.address} (${page.tokens} tokens)`);
    const text = [
      `Memory pressure: ${resident} of ${budget.budget} tokens are in use. The oldest pages are evicted next:`,
      ...labels,
      'Pin what you must keep in view with pin_note. Everything evicted stays reachable with page_in and recall_search.',
    ].join('\n');
    const content = interruptText('memoryPressure', text);
    const tokens = await entryTokens(counter, { role: 'user', content });
    await recorder.record({ type: 'interrupt', kind: 'memoryPressure', text, tokens });
  }

  /** Starts an epoch: evicts down to the low watermark when the window is too full, and freezes a new head. */
  private async startEpoch(
    reason: EpochReason,
    model: LanguageModel,
    budget: TokenBudget,
    signal: AbortSignal,
  ): Promise<void> {
    const { state, recorder, blobs, counter, instructions } = this.parts;
    const functions = await this.functionsFor(budget);
    const own = budget.ownTokens(budget.budget);
    const summaryCap = Math.floor(Math.min(MAX_SUMMARY_TOKENS, own * SUMMARY_SHARE));
    const stubsCap = Math.floor(own * STUBS_SHARE);
    const notesText = state.notes.render();
    const [systemTokens = 0, schemaTokens = 0, notesTokens = 0] = await counter.count([
      instructions,
      JSON.stringify(functions),
      notesText,
    ]);
    const system = messageTokens(systemTokens) + schemaTokens + functions.length * 4;
    const notes = messageTokens(notesTokens);
    this.checkWindow(system, notes, own, budget);

    const mustEvict =
      reason === 'highWatermark' ||
      reason === 'contextLength' ||
      (reason === 'modelChanged' &&
        system + notes + state.context.tokens.queue + state.context.tokens.summary > own * WATERMARKS.high);
    const chosen = mustEvict
      ? this.choose(budget, system + notes + summaryCap + stubsCap)
      : { leaving: [], retained: [...state.context.entries], evicted: [] };

    const summary: Summary | undefined =
      chosen.leaving.length > 0
        ? await this.summarizer.summarise(state.summary, chosen.leaving, summaryCap, own, model, signal)
        : undefined;
    const summaryText = summary?.text ?? state.summary;
    const resident = new Set(
      chosen.retained.flatMap((entry) => pagesOf(entry, state.session)).map((p) => p.address),
    );
    const away = [...state.pages.evictedPages(), ...chosen.evicted].filter(
      (page) => !resident.has(page.address),
    );
    const memory = memoryText(summaryText, renderStubs(state.session, away, stubsCap));
    const [memoryTokens = 0] = await counter.count([memory]);
    const headTokens = { system, notes, summary: memory === '' ? 0 : messageTokens(memoryTokens) };
    const tokensAfter =
      system +
      notes +
      headTokens.summary +
      chosen.retained.reduce((sum, entry) => sum + entry.event.tokens, 0);
    budget.newEpoch();
    const events: SessionEventBody[] = [
      {
        type: 'epoch.started',
        epoch: state.epoch + 1,
        reason,
        model: model.id,
        budget: budget.budget,
        head: await blobs.put(JSON.stringify(headMessages(instructions, notesText, memory))),
        headTokens,
        functions: await blobs.put(JSON.stringify(functions)),
        summary: summaryText === '' ? null : await blobs.put(summaryText),
        summaryBy: summary?.by ?? 'none',
        retained: chosen.retained.map((entry) => entry.event.seq),
        evicted: chosen.evicted,
        tokensBefore: state.context.tokens.total,
        tokensAfter,
      },
    ];
    if (summary?.failure) {
      events.unshift({ type: 'request.failed', kind: 'summary', message: summary.failure });
    }
    await recorder.record(...events);
    if (budget.estimate(tokensAfter) > budget.budget) throw tooSmall(budget, tokensAfter);
  }

  /** Oldest-first choice of what leaves so that head and queue meet the low watermark. */
  private choose(
    budget: TokenBudget,
    headTokens: number,
  ): { leaving: QueueEntry[]; retained: QueueEntry[]; evicted: EvictedPage[] } {
    const { state } = this.parts;
    const groups = groupEntries(state.context.entries);
    const kept = new Set(this.protectedEntries(groups));
    const target = budget.ownTokens(budget.budget * WATERMARKS.low) - headTokens;
    let queue = state.context.tokens.queue;
    const leaving: QueueEntry[] = [];
    const retained: QueueEntry[] = [];
    for (const group of groups) {
      const tokens = group.reduce((sum, entry) => sum + entry.event.tokens, 0);
      if (queue > target && !group.some((entry) => kept.has(entry))) {
        queue -= tokens;
        leaving.push(...group);
      } else retained.push(...group);
    }
    return { leaving, retained, evicted: leaving.flatMap((entry) => pagesOf(entry, state.session)) };
  }

  /** What an eviction never takes: the person's message of the running turn, and the latest exchange. */
  private protectedEntries(groups: readonly QueueEntry[][]): QueueEntry[] {
    const current = groups
      .flat()
      .findLast((entry) => entry.event.type === 'message.user' && entry.event.turn === this.parts.state.turn);
    const latest = groups.findLast((group) => group[0]?.event.type !== 'interrupt') ?? [];
    return [...new Set([...(current ? [current] : []), ...latest])];
  }

  /** As many functions, in their order of need, as fit the share of the window; at least the core. */
  private async functionsFor(budget: TokenBudget): Promise<readonly FunctionSchema[]> {
    const { schemas, counter, instructions } = this.parts;
    const [used = 0, ...costs] = await counter.count([
      instructions,
      ...schemas.map((schema) => JSON.stringify(schema)),
    ]);
    let tokens = used;
    return schemas.filter((_, index) => {
      tokens += costs[index] ?? 0;
      return index < CORE_FUNCTIONS || tokens <= budget.window * SYSTEM_SHARE;
    });
  }

  private checkWindow(system: number, notes: number, own: number, budget: TokenBudget): void {
    // A head that leaves less than a fifth of the window for the conversation cannot do useful work.
    if (system + notes > own * 0.8) throw tooSmall(budget, system + notes);
  }
}

function memoryText(summary: string, stubs: string): string {
  const parts: string[] = [];
  if (summary !== '') parts.push(`<summary>\n${summary}\n</summary>`);
  if (stubs !== '')
    parts.push(`<evicted note="page_in(address) brings any of these back">\n${stubs}\n</evicted>`);
  return parts.join('\n');
}

function tooSmall(budget: TokenBudget, needed: number): WindowTooSmallError {
  return new WindowTooSmallError(
    `The model's window of ${budget.window} tokens is too small: ${needed} tokens are needed before the conversation starts.`,
    'Choose a model with a larger window, correct the context window setting, or remove pinned notes.',
  );
}
