/**
 * Rollover: ends an epoch and begins the next. One batch leaves the queue, what has to be kept is written back, the
 * summary is written once, and a new head is frozen.
 */
import { type CarriedBlock, carriedBlock } from './carriedPages';
import type { FunctionSchema } from './chat';
import { WindowTooSmallError } from './errors';
import type { EpochReason, SessionEventBody } from './events';
import { type EvictionPlan, evictOldest, isInHead, keepAll, keepWorkingSet } from './evictionPlan';
import { headMessages } from './MainContext';
import type { MemoryPolicy } from './memoryPolicies';
import type { Page } from './PageTable';
import type { FilePage } from './pages';
import type { BlobStore, Clock, ContentHasher, LanguageModel, TokenCounter, WorkspaceFiles } from './ports';
import { messageTokens } from './queueEntries';
import type { RulesKeeper } from './RulesKeeper';
import { type RefreshedPage, refreshedPages } from './refreshedPages';
import type { SessionRecorder } from './SessionRecorder';
import type { SessionState } from './SessionState';
import { Summarizer } from './Summarizer';
import { SummaryRequests } from './SummaryRequests';
import { renderStubs } from './stubs';
import type { TokenBudget } from './TokenBudget';
import { tagged } from './taggedText';
import { WriteBack } from './WriteBack';

/** Shares of the limit that the head's variable parts may take. */
const SUMMARY_SHARE = 0.1;
const STUBS_SHARE = 0.05;
const MAX_SUMMARY_TOKENS = 1500;
/** Own tokens a function costs beside its schema's text. */
export const FUNCTION_OVERHEAD_TOKENS = 4;
/**
 * What may stay at least, of the room beside the head and in own tokens: in a small window the head alone is about what the
 * low watermark leaves, and what the running turn has found would have to be looked up again.
 */
const LEAST_STAYING = { share: 0.5, tokens: 2000 } as const;
/** What compaction leaves, of what a rollover would. */
const COMPACT_SHARE = 0.5;
/** Of the window: system instructions, schemas, rules and notes together; of what the first two leave, rules get half. */
export const PINNED_SHARE = 0.5;
/** A head that leaves less than a fifth of the window for the conversation cannot do useful work. */
const FIXED_HEAD_SHARE = 0.8;

export interface RolloverParts {
  readonly state: SessionState;
  readonly recorder: SessionRecorder;
  readonly blobs: BlobStore;
  readonly hash: ContentHasher;
  readonly counter: TokenCounter;
  readonly clock: Clock;
  readonly files: WorkspaceFiles;
  /** Kernel text. */
  readonly instructions: string;
  readonly rules: RulesKeeper;
  /** Writes the summaries in place of the chat's own model; resolves to undefined where none is set. */
  readonly summaryModel?: () => Promise<LanguageModel | undefined>;
}

export interface RolloverRequest {
  readonly reason: EpochReason;
  readonly model: LanguageModel;
  readonly functions: readonly FunctionSchema[];
  readonly budget: TokenBudget;
  /** Provider tokens that may be resident: the budget, or less where the person wants less. */
  readonly limit: number;
  readonly policy: MemoryPolicy;
  /** What the person wants the summary to keep. */
  readonly keep?: string;
  readonly signal: AbortSignal;
}

export class Rollover {
  private readonly summarizer: Summarizer;
  private readonly summaries: SummaryRequests;
  private readonly writeBack: WriteBack;

  constructor(private readonly parts: RolloverParts) {
    this.summarizer = new Summarizer(parts.counter);
    this.summaries = new SummaryRequests(parts);
    this.writeBack = new WriteBack(parts);
  }

  /** What would leave now. */
  plan(
    request: RolloverRequest,
    headTokens: number,
    refreshed: ReadonlyMap<string, RefreshedPage> = new Map(),
  ): EvictionPlan {
    const { state } = this.parts;
    const { reason, budget, limit, policy } = request;
    const queue = { entries: state.context.entries, locked: this.writeBack.locked };
    const pages = state.pages.all().map((page) => {
      const now = refreshed.get(page.address);
      return now ? { ...page, stale: false, tokens: now.tokens } : page;
    });
    const room = budget.ownTokens(limit * Math.min(policy.high, 0.9)) - headTokens;
    // Between two turns a reboot clears everything; within one it keeps what was asked and the latest exchange.
    if (reason === 'reset') return evictOldest(queue, pages, 0, state.openTurn === undefined ? -1 : room);
    if (policy.batch === 'share') {
      const { queue: tokens } = state.context.tokens;
      return evictOldest(queue, pages, Math.min(tokens * policy.low, room), room);
    }
    const batch = reason === 'compact' ? COMPACT_SHARE : 1;
    const low = budget.ownTokens(limit * policy.low * batch) - headTokens;
    const least = Math.min(room * LEAST_STAYING.share, LEAST_STAYING.tokens) * batch;
    const target = Math.max(low, least);
    return keepWorkingSet(queue, pages, state.replacement.victims(), state.step, target, room);
  }

  /**
   * Starts an epoch, unless it would break the prefix and free nothing.
   * @throws WindowTooSmallError | JournalError | ModelError when cancelled
   */
  async start(request: RolloverRequest): Promise<void> {
    const { state, recorder, blobs, counter } = this.parts;
    const { reason, model, functions, budget, limit, policy, signal } = request;
    const own = budget.ownTokens(limit);
    const summaryCap =
      policy.summary === 'none' ? 0 : Math.floor(Math.min(MAX_SUMMARY_TOKENS, own * SUMMARY_SHARE));
    const stubsCap = Math.floor(Math.min(policy.stubs, own * STUBS_SHARE));
    const memoryCap = summaryCap + stubsCap;
    const fixedTokens = async () => {
      const { tokens } = await this.fixedHead(functions, budget);
      return tokens.system + tokens.notes;
    };
    let fixed = await fixedTokens();
    const { total, queue, summary: memory, pages } = state.context.tokens;
    const evicts =
      reason === 'highWatermark' ||
      reason === 'contextLength' ||
      reason === 'compact' ||
      reason === 'reset' ||
      (reason === 'modelChanged' && fixed + queue + memory + pages > own * policy.high);
    if (evicts) this.writeBack.unlock();
    // What is pinned or has to stay takes room: others may have to leave for it.
    while (evicts && (await this.writeBack.pinStanding(this.plan(request, fixed + memoryCap).leaving)))
      fixed = await fixedTokens();
    const refreshed = await refreshedPages(state.pages.all(), this.parts, signal);
    const plan = evicts
      ? this.plan(request, fixed + memoryCap, refreshed)
      : keepAll(
          state.context.entries,
          state.pages.all().filter((page) => page.carried),
        );
    // Another epoch with the same queue would break the prefix and gain nothing.
    if ((reason === 'compact' || reason === 'reset') && plan.evicted.length === 0) return;
    if (reason === 'highWatermark' && plan.leaving.length === 0 && budget.estimate(total) <= budget.budget)
      return;

    const summary = await this.summarizer.summarise(
      state.summary,
      policy.summary === 'none' ? [] : plan.leaving.filter((entry) => !isInHead(entry)),
      summaryCap,
      own,
      model.generative && plan.leaving.length > 0 ? await this.summaries.writer(request) : undefined,
      signal,
      request.keep,
    );
    const staying = this.staying(plan);
    const carried = await carriedBlock(plan.carried, refreshed, staying, this.parts);
    const stubs = stubsCap > 0 ? await this.stubs(plan, staying, stubsCap) : '';
    const memoryText = memoryMessage(summary.text, stubs);
    const [memoryTokens = 0, carriedTokens = 0] = await counter.count([memoryText, carried.text]);
    // Once more: the person may have changed notes while the summary was written.
    const head = await this.fixedHead(functions, budget);
    const headTokens = {
      ...head.tokens,
      summary: memoryText === '' ? 0 : messageTokens(memoryTokens),
      pages: carried.text === '' ? 0 : messageTokens(carriedTokens),
    };
    const tokensAfter =
      headTokens.system +
      headTokens.notes +
      headTokens.summary +
      headTokens.pages +
      plan.retained.reduce((sum, entry) => sum + entry.event.tokens, 0);
    const messages = headMessages(head.instructions, head.notes, memoryText, carried.text);
    const events: SessionEventBody[] = [
      ...this.writeBack.decisions(plan.leaving),
      {
        type: 'epoch.started',
        epoch: state.epoch + 1,
        reason,
        model: model.id,
        budget: budget.budget,
        head: await blobs.put(JSON.stringify(messages)),
        headTokens,
        functions: await blobs.put(JSON.stringify(functions)),
        summary: summary.text === '' ? null : await blobs.put(summary.text),
        summaryBy: summary.by,
        notesThrough: head.notesThrough,
        ...head.rules,
        retained: plan.retained.map((entry) => entry.event.seq),
        evicted: [...plan.evicted, ...notShown(plan.carried, carried)].map(
          ({ address, seq, kind, tokens, label }) => ({
            address,
            seq,
            kind,
            tokens,
            label,
          }),
        ),
        ...(carried.pages.length === 0 ? {} : { carried: carried.pages }),
        tokensBefore: total,
        tokensAfter,
      },
    ];
    if (summary.failure !== undefined) {
      events.unshift({ type: 'request.failed', kind: 'summary', message: summary.failure });
    }
    budget.newEpoch();
    await recorder.record(...events);
    // After a refusal the estimate is a guess: the provider has the last word. What evicts nothing is followed by what does.
    if (evicts && reason !== 'contextLength' && budget.estimate(tokensAfter) > budget.budget)
      throw tooSmall(budget, tokensAfter);
  }

  /** Pages that the queue goes on holding. */
  private staying(plan: EvictionPlan): readonly Page[] {
    const seqs = new Set(plan.retained.map(({ event }) => event.seq));
    return this.parts.state.pages.all().filter((page) => !page.carried && seqs.has(page.seq));
  }

  private stubs(plan: EvictionPlan, staying: readonly Page[], cap: number): Promise<string> {
    const { state, counter } = this.parts;
    const resident = new Set([...staying, ...plan.carried].map((page) => page.address));
    const away = [...state.pages.evictedPages(), ...plan.evicted].filter(
      (page) => !resident.has(page.address),
    );
    return renderStubs(state.session, away, state.pages.olderEvicted(), cap, counter);
  }

  /** What of the head does not depend on what leaves. @throws WindowTooSmallError */
  private async fixedHead(
    functions: readonly FunctionSchema[],
    budget: TokenBudget,
  ): Promise<{
    readonly tokens: { readonly system: number; readonly notes: number };
    readonly instructions: string;
    readonly notes: string;
    readonly notesThrough: number;
    readonly rules: { readonly rules?: readonly FilePage[]; readonly rulesThrough?: number };
  }> {
    const { state, counter, rules } = this.parts;
    const notes = state.notes.render();
    const notesThrough = state.notes.through;
    const rulesThrough = state.rules.through;
    const cannotCall = functions.length === 0 ? NO_FUNCTIONS : '';
    const [kernelTokens = 0, schemaTokens = 0, notesTokens = 0] = await counter.count([
      `${this.parts.instructions}${cannotCall}`,
      JSON.stringify(functions),
      notes,
    ]);
    const fixed = messageTokens(kernelTokens) + schemaTokens + functions.length * FUNCTION_OVERHEAD_TOKENS;
    const rendered = await rules.render((budget.ownTokens(budget.window * PINNED_SHARE) - fixed) / 2);
    const [rulesTokens = 0] = await counter.count([rendered.text]);
    const tokens = { system: fixed + rulesTokens, notes: messageTokens(notesTokens) };
    if (tokens.system + tokens.notes > budget.ownTokens(budget.budget) * FIXED_HEAD_SHARE)
      throw tooSmall(budget, tokens.system + tokens.notes);
    return {
      tokens,
      instructions: [this.parts.instructions, cannotCall, rendered.text].filter(Boolean).join('\n\n'),
      notes,
      notesThrough,
      rules: rulesThrough === 0 ? {} : { rules: rendered.shown, rulesThrough },
    };
  }
}

const NO_FUNCTIONS =
  'In this chat you cannot call functions, whatever is said above: answer from what you see here, and say what the person ' +
  'should show you where that is not enough.';

/** Own tokens that summary and stubs may take of `own`. */
export function memoryRoom(own: number): number {
  return own * (SUMMARY_SHARE + STUBS_SHARE);
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

/** Pages that were to stay and that nothing shows: what the queue holds of them is enough. */
function notShown(carried: readonly Page[], block: CarriedBlock): readonly Page[] {
  const shown = new Set(block.pages.flatMap((page) => page.from));
  return carried.filter((page) => !shown.has(page.address));
}
