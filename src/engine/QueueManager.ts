/**
 * Queue manager (Packer et al. 2023, section 2.2): watches how full the window is, warns under memory pressure, and
 * ends the epoch at the high watermark. How an epoch ends is in Rollover.
 */
import type { FunctionSchema } from './chat';
import type { EpochReason } from './events';
import { resultLimit } from './evictionPlan';
import type { MemoryPolicy } from './memoryPolicies';
import type { LanguageModel } from './ports';
import { entryTokens, interruptText, messageTokens } from './queueEntries';
import {
  FUNCTION_OVERHEAD_TOKENS,
  memoryRoom,
  PINNED_SHARE,
  Rollover,
  type RolloverParts,
  type RolloverRequest,
} from './Rollover';
import type { TokenBudget } from './TokenBudget';
import { PAGE_TOKENS } from './textPages';

/** System instructions and schemas may take at most this share of the window; small windows get the core functions. */
const SYSTEM_SHARE = 0.25;
/** Functions even the smallest window gets: the first of the list, which is ordered by need. */
export const CORE_FUNCTIONS = 6;
/** What is done about thrashing: a smaller batch (share of the limit), and results of this share of their size. */
const RELIEF = { leastBatch: 0.15, resultShare: 0.5 } as const;
/** Share of the limit up to which results are admitted: the rest is for what the estimate gets wrong. */
const ADMISSION_SHARE = 0.9;
/** Pages that a warning names. */
const NAMED_PAGES = 8;

export interface QueueSettings {
  readonly policy: MemoryPolicy;
  /** Provider tokens that the person wants resident at most; long contexts rot. */
  readonly residentLimit: number;
}

export interface QueueManagerParts extends RolloverParts {
  readonly schemas: readonly FunctionSchema[];
  /** Asked each time. */
  readonly settings: () => QueueSettings;
}

export class QueueManager {
  private readonly rollover: Rollover;

  constructor(private readonly parts: QueueManagerParts) {
    this.rollover = new Rollover(parts);
  }

  /**
   * Makes the window fit before a step: starts the first epoch, warns, rolls over at the high watermark.
   * @returns whether an epoch was started
   * @throws WindowTooSmallError | JournalError | ModelError when cancelled
   */
  async prepareStep(model: LanguageModel, budget: TokenBudget, signal: AbortSignal): Promise<boolean> {
    const { state } = this.parts;
    const { policy } = this;
    const before = state.epoch;
    const start = (reason: EpochReason) => this.startEpoch(reason, model, budget, signal);
    if (before === 0) await start('start');
    else if (state.model !== model.id || state.budget !== budget.budget) await start('modelChanged');
    else if (this.functionsChanged(model)) await start('modelChanged');
    else if (policy.headEdits && state.notes.through > state.notesInHead) await start('notesChanged');
    await this.watchThrashing(budget);
    const limit = this.limit(budget);
    const resident = () => budget.estimate(state.context.tokens.total);
    const high = limit * policy.high;
    // Beyond the high watermark a warning would come too late to act on.
    if (resident() > limit * policy.warning && resident() <= high && !state.pressureWarned)
      await this.warn(model, budget, signal);
    if (resident() > high) await start('highWatermark');
    return state.epoch !== before;
  }

  /** Whether it has turned out since the epoch began that the model can, or cannot, call functions. */
  private functionsChanged({ callsFunctions }: LanguageModel): boolean {
    const { schemas, state } = this.parts;
    if (schemas.length === 0 || callsFunctions === undefined) return false;
    return callsFunctions !== state.context.functions.length > 0;
  }

  /** Evicts to the low watermark after the provider refused a request for its length. */
  async shrink(model: LanguageModel, budget: TokenBudget, signal: AbortSignal): Promise<void> {
    await this.startEpoch('contextLength', model, budget, signal);
  }

  /**
   * Summarises inside the window and evicts what is not in use, however full it is.
   * @param keep what the person wants the summary to keep; may be empty
   */
  async compact(model: LanguageModel, budget: TokenBudget, keep: string, signal: AbortSignal): Promise<void> {
    await this.startEpoch('compact', model, budget, signal, keep);
  }

  /** Reboots: notes and summary are loaded anew, everything else leaves the window. Nothing on disk is lost. */
  async reset(model: LanguageModel, budget: TokenBudget, signal: AbortSignal): Promise<void> {
    await this.startEpoch('reset', model, budget, signal);
  }

  /** Own tokens each of `calls` results may have so that the whole step still fits after an eviction. */
  admissionLimit(calls: number, budget: TokenBudget): number {
    const { state } = this.parts;
    const own = budget.ownTokens(this.limit(budget));
    const { system } = state.context.tokens;
    // Before the first request there is no head yet.
    const taken = system > 0 ? system : budget.ownTokens(budget.window * SYSTEM_SHARE);
    const head = taken + state.notes.used() + memoryRoom(own);
    const limit = resultLimit(state.context.entries, calls, own, own * ADMISSION_SHARE - head);
    return state.thrashing ? Math.max(PAGE_TOKENS, Math.floor(limit * RELIEF.resultShare)) : limit;
  }

  /** Own tokens the notes may take, so that with the system instructions they stay within half of the window. */
  notesRoom(budget: TokenBudget): number {
    const { system } = this.parts.state.context.tokens;
    const taken = system > 0 ? system : budget.ownTokens(budget.window * SYSTEM_SHARE);
    return Math.max(0, budget.ownTokens(budget.window * PINNED_SHARE) - taken);
  }

  /** Provider tokens that may be resident: while pages come back too soon, all that the window holds. */
  private limit(budget: TokenBudget): number {
    if (this.parts.state.thrashing) return budget.budget;
    return Math.min(budget.budget, this.parts.settings().residentLimit);
  }

  /** While pages come back too soon, an eviction leaves more. */
  private get policy(): MemoryPolicy {
    const { policy } = this.parts.settings();
    if (!this.parts.state.thrashing || policy.batch !== 'workingSet') return policy;
    return { ...policy, low: Math.max(policy.low, policy.high - RELIEF.leastBatch) };
  }

  /** Tells the model, the person and the log when pages begin to come back too soon, and when that is over. */
  private async watchThrashing(budget: TokenBudget): Promise<void> {
    const { state, recorder, counter, settings } = this.parts;
    const { policy, residentLimit } = settings();
    // Calm by itself proves nothing: with less room, a working set that only just fits would go in circles again.
    const usual = budget.ownTokens(Math.min(budget.budget, residentLimit) * policy.low);
    const active = state.stats.thrashing || (state.thrashing && state.stats.workingSet > usual);
    if (active === state.thrashing) return;
    const change = { type: 'thrashing', active, returns: state.stats.recentReturns } as const;
    if (!active) {
      await recorder.record(change);
      return;
    }
    const text =
      `Thrashing: ${change.returns} pages came back soon after they were evicted. More is kept in the window for a ` +
      'while, and results are shorter. Read only the lines you need, and pin what you need again and again.';
    const tokens = await entryTokens(counter, { role: 'user', content: interruptText('thrashing', text) });
    await recorder.record(change, { type: 'interrupt', kind: 'thrashing', text, tokens });
  }

  private async warn(model: LanguageModel, budget: TokenBudget, signal: AbortSignal): Promise<void> {
    const { state, recorder, counter } = this.parts;
    const { queue, pages, total } = state.context.tokens;
    const request = await this.request('highWatermark', model, budget, signal);
    const leaving = this.rollover.plan(request, total - queue - pages).evicted;
    const resident = budget.estimate(total);
    const text = [
      `Memory pressure: ${resident} of ${this.limit(budget)} tokens are in use. These pages are evicted next:`,
      ...leaving.slice(0, NAMED_PAGES).map((page) => `- ${page.address} (${page.tokens} tokens)`),
      ...(leaving.length > NAMED_PAGES ? [`- and ${leaving.length - NAMED_PAGES} more`] : []),
      'Pin what you must keep in view with pin_note. Everything evicted stays reachable with page_in and recall_search.',
    ].join('\n');
    const content = interruptText('memoryPressure', text);
    const tokens = await entryTokens(counter, { role: 'user', content });
    await recorder.record({ type: 'interrupt', kind: 'memoryPressure', text, tokens });
  }

  private async startEpoch(
    reason: EpochReason,
    model: LanguageModel,
    budget: TokenBudget,
    signal: AbortSignal,
    keep?: string,
  ): Promise<void> {
    const request = await this.request(reason, model, budget, signal);
    await this.rollover.start(keep === undefined ? request : { ...request, keep });
  }

  private async request(
    reason: EpochReason,
    model: LanguageModel,
    budget: TokenBudget,
    signal: AbortSignal,
  ): Promise<RolloverRequest> {
    const functions = model.callsFunctions === false ? [] : await this.functionsFor(budget);
    const { policy } = this;
    return { reason, model, functions, budget, limit: this.limit(budget), policy, signal };
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
