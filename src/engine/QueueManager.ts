/**
 * Queue manager (Packer et al. 2023, section 2.2): warns under memory pressure, and at the high watermark evicts the
 * oldest entries in one batch, writes a new recursive summary and starts an epoch with a fresh head.
 */
import type { FunctionSchema } from './chat';
import { WindowTooSmallError } from './errors';
import type { EpochReason, SessionEventBody } from './events';
import { canonicalRequest, headMessages, requestHash } from './MainContext';
import type { BlobStore, Clock, ContentHasher, LanguageModel, ModelRequest, TokenCounter } from './ports';
import { entryTokens, interruptText, messageTokens, pagesOf } from './queueEntries';
import { chooseLeaving, type Replacement, resultLimit } from './ReplacementPolicy';
import type { SessionRecorder } from './SessionRecorder';
import type { SessionState } from './SessionState';
import { Summarizer } from './Summarizer';
import { renderStubs } from './stubs';
import type { TokenBudget } from './TokenBudget';
import { tagged } from './taggedText';

/** Shares of the budget. The warning share and the low watermark are the paper's (70 %, 50 %). */
export const WATERMARKS = { warning: 0.7, high: 0.9, low: 0.5 } as const;
/** Shares of the budget that the head's variable parts may take. */
const SUMMARY_SHARE = 0.1;
const STUBS_SHARE = 0.05;
const MAX_SUMMARY_TOKENS = 1500;
/** System instructions and schemas may take at most this share of the window; small windows get the core functions. */
const SYSTEM_SHARE = 0.25;
/** System instructions, schemas and notes together. */
const PINNED_SHARE = 0.5;
/** Functions even the smallest window gets: the first of the list, which is ordered by need. */
const CORE_FUNCTIONS = 5;
/** Own tokens a function costs beside its schema's text. */
const FUNCTION_OVERHEAD_TOKENS = 4;

export interface QueueManagerParts {
  readonly state: SessionState;
  readonly recorder: SessionRecorder;
  readonly blobs: BlobStore;
  readonly hash: ContentHasher;
  readonly counter: TokenCounter;
  readonly clock: Clock;
  /** Kernel text. */
  readonly instructions: string;
  readonly schemas: readonly FunctionSchema[];
}

export class QueueManager {
  private readonly summarizer: Summarizer;

  constructor(private readonly parts: QueueManagerParts) {
    this.summarizer = new Summarizer(parts.counter);
  }

  /**
   * Makes the window fit before a step: starts the first epoch, warns at 70 %, rolls over at the high watermark.
   * @returns whether an epoch was started
   * @throws WindowTooSmallError | JournalError | ModelError when cancelled
   */
  async prepareStep(model: LanguageModel, budget: TokenBudget, signal: AbortSignal): Promise<boolean> {
    const { state } = this.parts;
    const before = state.epoch;
    if (before === 0) await this.startEpoch('start', model, budget, signal);
    else if (state.model !== model.id || state.budget !== budget.budget) {
      await this.startEpoch('modelChanged', model, budget, signal);
    }
    const resident = () => budget.estimate(state.context.tokens.total);
    const high = budget.budget * WATERMARKS.high;
    // Beyond the high watermark a warning would come too late to act on.
    if (resident() > budget.budget * WATERMARKS.warning && resident() <= high && !state.pressureWarned) {
      await this.warn(resident(), budget);
    }
    if (resident() > high) await this.startEpoch('highWatermark', model, budget, signal);
    return state.epoch !== before;
  }

  /** Evicts to the low watermark after the provider refused a request for its length. */
  async shrink(model: LanguageModel, budget: TokenBudget, signal: AbortSignal): Promise<void> {
    await this.startEpoch('contextLength', model, budget, signal);
  }

  /** Own tokens each of `calls` results may have so that the whole step still fits after an eviction. */
  admissionLimit(calls: number, budget: TokenBudget): number {
    const { state } = this.parts;
    const own = budget.ownTokens(budget.budget);
    const head = state.context.tokens.system + state.notes.used() + own * (SUMMARY_SHARE + STUBS_SHARE);
    return resultLimit(state.context.entries, calls, own, own * WATERMARKS.high - head);
  }

  /** Own tokens the notes may take, so that with the system instructions they stay within half of the window. */
  notesRoom(budget: TokenBudget): number {
    const { system } = this.parts.state.context.tokens;
    const taken = system > 0 ? system : budget.ownTokens(budget.window * SYSTEM_SHARE);
    return Math.max(0, budget.ownTokens(budget.window * PINNED_SHARE) - taken);
  }

  private async warn(resident: number, budget: TokenBudget): Promise<void> {
    const { state, recorder, counter } = this.parts;
    const { queue, total } = state.context.tokens;
    const leaving = this.choose(budget, total - queue);
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
    const { state, recorder, blobs, counter } = this.parts;
    const functions = await this.functionsFor(budget);
    const own = budget.ownTokens(budget.budget);
    const summaryCap = Math.floor(Math.min(MAX_SUMMARY_TOKENS, own * SUMMARY_SHARE));
    const stubsCap = Math.floor(own * STUBS_SHARE);
    const planned = await this.fixedHead(functions, budget);
    const fixed = planned.tokens.system + planned.tokens.notes;
    const { total, queue, summary: memory } = state.context.tokens;

    const mustEvict =
      reason === 'highWatermark' ||
      reason === 'contextLength' ||
      (reason === 'modelChanged' && fixed + queue + memory > own * WATERMARKS.high);
    const chosen: Replacement = mustEvict
      ? this.choose(budget, fixed + summaryCap + stubsCap)
      : { leaving: [], retained: [...state.context.entries], evicted: [] };
    // Another epoch with the same queue would break the prefix and gain nothing.
    if (reason === 'highWatermark' && chosen.leaving.length === 0 && budget.estimate(total) <= budget.budget)
      return;

    const summary = await this.summarizer.summarise(
      state.summary,
      chosen.leaving,
      summaryCap,
      own,
      model.generative ? (request) => this.askForSummary(model, request, budget, signal) : undefined,
      signal,
    );
    const resident = new Set(
      chosen.retained.flatMap((entry) => pagesOf(entry, state.session)).map((page) => page.address),
    );
    const away = [...state.pages.evictedPages(), ...chosen.evicted].filter(
      (page) => !resident.has(page.address),
    );
    const memoryText = memoryMessage(summary.text, await renderStubs(state.session, away, stubsCap, counter));
    const [memoryTokens = 0] = await counter.count([memoryText]);
    // Once more: the person may have changed notes while the summary was written.
    const head = await this.fixedHead(functions, budget);
    const headTokens = { ...head.tokens, summary: memoryText === '' ? 0 : messageTokens(memoryTokens) };
    const tokensAfter =
      headTokens.system +
      headTokens.notes +
      headTokens.summary +
      chosen.retained.reduce((sum, entry) => sum + entry.event.tokens, 0);
    const events: SessionEventBody[] = [
      {
        type: 'epoch.started',
        epoch: state.epoch + 1,
        reason,
        model: model.id,
        budget: budget.budget,
        head: await blobs.put(JSON.stringify(headMessages(this.parts.instructions, head.notes, memoryText))),
        headTokens,
        functions: await blobs.put(JSON.stringify(functions)),
        summary: summary.text === '' ? null : await blobs.put(summary.text),
        summaryBy: summary.by,
        notesThrough: head.notesThrough,
        retained: chosen.retained.map((entry) => entry.event.seq),
        evicted: chosen.evicted,
        tokensBefore: total,
        tokensAfter,
      },
    ];
    if (summary.failure !== undefined) {
      events.unshift({ type: 'request.failed', kind: 'summary', message: summary.failure });
    }
    budget.newEpoch();
    await recorder.record(...events);
    // After a refusal the estimate is a guess: the provider has the last word.
    if (reason !== 'contextLength' && budget.estimate(tokensAfter) > budget.budget)
      throw tooSmall(budget, tokensAfter);
  }

  private choose(budget: TokenBudget, headTokens: number): Replacement {
    const { entries } = this.parts.state.context;
    const target = budget.ownTokens(budget.budget * WATERMARKS.low) - headTokens;
    const room = budget.ownTokens(budget.budget * WATERMARKS.high) - headTokens;
    return chooseLeaving(entries, target, room, this.parts.state.session);
  }

  /** What of the head does not depend on what leaves. @throws WindowTooSmallError */
  private async fixedHead(
    functions: readonly FunctionSchema[],
    budget: TokenBudget,
  ): Promise<{
    readonly tokens: { readonly system: number; readonly notes: number };
    readonly notes: string;
    readonly notesThrough: number;
  }> {
    const { state, counter, instructions } = this.parts;
    const notes = state.notes.render();
    const notesThrough = state.notes.through;
    const [systemTokens = 0, schemaTokens = 0, notesTokens = 0] = await counter.count([
      instructions,
      JSON.stringify(functions),
      notes,
    ]);
    const tokens = {
      system: messageTokens(systemTokens) + schemaTokens + functions.length * FUNCTION_OVERHEAD_TOKENS,
      notes: messageTokens(notesTokens),
    };
    // A head that leaves less than a fifth of the window for the conversation cannot do useful work.
    if (tokens.system + tokens.notes > budget.ownTokens(budget.budget) * 0.8)
      throw tooSmall(budget, tokens.system + tokens.notes);
    return { tokens, notes, notesThrough };
  }

  /** @returns the text of the answer. @throws ModelError | JournalError */
  private async askForSummary(
    model: LanguageModel,
    request: ModelRequest,
    budget: TokenBudget,
    signal: AbortSignal,
  ): Promise<string> {
    const { recorder, blobs, hash, counter, clock } = this.parts;
    const counts = await Promise.all(request.messages.map((message) => entryTokens(counter, message)));
    const ownTokens = counts.reduce((sum, tokens) => sum + tokens, 0);
    await recorder.record({
      type: 'request.sent',
      purpose: 'summary',
      model: model.id,
      hash: requestHash(request, hash),
      body: await blobs.put(canonicalRequest(request)),
      messages: request.messages.length,
      maxOutputTokens: request.maxOutputTokens,
      estimatedTokens: budget.estimateAnew(ownTokens),
    });
    const sentAt = clock.now();
    let text = '';
    for await (const event of model.stream(request, signal)) {
      if (event.type === 'text') text += event.text;
      if (event.type !== 'finish') continue;
      await recorder.record({
        type: 'response.received',
        purpose: 'summary',
        ...(event.usage ? { usage: event.usage } : {}),
        ownTokens,
        calibration: budget.calibration,
        ms: clock.now() - sentAt,
      });
    }
    return text;
  }

  /** As many functions, in their order of need, as fit the share of the window; at least the core. */
  private async functionsFor(budget: TokenBudget): Promise<readonly FunctionSchema[]> {
    const { schemas, counter, instructions } = this.parts;
    const [used = 0, ...costs] = await counter.count([
      instructions,
      ...schemas.map((schema) => JSON.stringify(schema)),
    ]);
    const share = budget.ownTokens(budget.window * SYSTEM_SHARE);
    let tokens = messageTokens(used);
    return schemas.filter((_, index) => {
      tokens += (costs[index] ?? 0) + FUNCTION_OVERHEAD_TOKENS;
      return index < CORE_FUNCTIONS || tokens <= share;
    });
  }
}

function memoryMessage(summary: string, stubs: string): string {
  const parts: string[] = [];
  if (summary !== '') parts.push(tagged('summary', summary));
  if (stubs !== '') parts.push(tagged('evicted', stubs, ' note="page_in(address) brings any of these back"'));
  return parts.join('\n');
}

function tooSmall(budget: TokenBudget, needed: number): WindowTooSmallError {
  return new WindowTooSmallError(
    `The model's window of ${budget.window} tokens is too small: ${needed} tokens are needed before the conversation starts, and ${budget.budget} are left beside the answer.`,
    'Choose a model with a larger window, correct the context window setting, or remove pinned notes.',
  );
}
