/** What the engine does before the model asks: it brings in what is next to what is in use, and points at what it finds. */
import type { AgentParts } from './AgentParts';
import { cutText } from './cutText';
import type { EventOf } from './events';
import { FaultHints, hintText } from './FaultHints';
import { Prefetcher } from './Prefetcher';
import { entryTokens, interruptText } from './queueEntries';
import type { SessionRecorder } from './SessionRecorder';
import type { TokenBudget } from './TokenBudget';

/** Characters of the last answer that say what a turn has come to, at a rollover. */
const ANSWER_CHARS = 300;
/** Of what may be resident, for all prefetches of a turn. */
const PREFETCH_SHARE = 0.05;

export class Anticipation {
  private readonly hints: FaultHints;
  private readonly prefetcher: Prefetcher;
  /** Last message of the person's that was looked up; after a restart the one resident is looked up again. */
  private lookedThrough = 0;
  private epoch: number;

  constructor(
    private readonly agent: AgentParts,
    private readonly recorder: SessionRecorder,
  ) {
    this.hints = new FaultHints({ ...agent, state: recorder.state });
    this.prefetcher = new Prefetcher({ ...agent, state: recorder.state, recorder });
    this.epoch = recorder.state.epoch;
  }

  /**
   * Called before a step, once everything that happened is in the queue. Looked up is what is new: a message of the
   * person's, or, after a rollover, what the turn is about.
   * @throws JournalError
   */
  async beforeStep(budget: TokenBudget, signal: AbortSignal): Promise<void> {
    const { hints, prefetch, policy, residentLimit } = this.agent.settings();
    const resident = budget.ownTokens(Math.min(budget.budget, residentLimit));
    if (policy.hints && prefetch) await this.prefetcher.beforeStep(resident * PREFETCH_SHARE, signal);
    if (policy.hints && hints) await this.hint(signal);
  }

  private async hint(signal: AbortSignal): Promise<void> {
    const question = this.question();
    if (question === undefined) return;
    const found = await this.hints.find(question, signal);
    if (found.length === 0) return;
    const text = hintText(found);
    const tokens = await entryTokens(this.agent.counter, {
      role: 'user',
      content: interruptText('hint', text),
    });
    await this.recorder.record({ type: 'interrupt', kind: 'hint', text, tokens, hints: found });
  }

  /** What is to be looked up now, if anything. */
  private question(): string | undefined {
    const { state } = this.recorder;
    const events = state.context.entries.map((entry) => entry.event);
    const asked = events.findLast((event): event is EventOf<'message.user'> => event.type === 'message.user');
    // The first epoch evicts nothing.
    const rolledOver = state.epoch > Math.max(1, this.epoch);
    this.epoch = state.epoch;
    if (!asked || (asked.seq <= this.lookedThrough && !rolledOver)) return undefined;
    this.lookedThrough = asked.seq;
    const answer = events.findLast((event) => event.type === 'message.assistant' && event.seq > asked.seq);
    const news = answer?.type === 'message.assistant' ? cutText(answer.text, ANSWER_CHARS) : '';
    return `${asked.text}\n${news}`.trim();
  }
}
