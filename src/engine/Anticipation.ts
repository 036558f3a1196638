/** What the engine does before the model asks: it looks for what a message is about, and points at it. */
import type { AgentParts } from './AgentParts';
import { cutText } from './cutText';
import type { EventOf } from './events';
import { FaultHints, hintText } from './FaultHints';
import { entryTokens, interruptText } from './queueEntries';
import type { SessionRecorder } from './SessionRecorder';

/** Characters of the last answer that say what a turn has come to, at a rollover. */
const ANSWER_CHARS = 300;

export class Anticipation {
  private readonly hints: FaultHints;
  /** Last message of the person's that was looked up; after a restart the one resident is looked up again. */
  private lookedThrough = 0;
  private epoch: number;

  constructor(
    private readonly agent: AgentParts,
    private readonly recorder: SessionRecorder,
  ) {
    this.hints = new FaultHints({ ...agent, state: recorder.state });
    this.epoch = recorder.state.epoch;
  }

  /**
   * Called before a step, once everything that happened is in the queue. Looks up what is new: a message of the person's,
   * or, after a rollover, what the turn is about.
   * @throws JournalError
   */
  async beforeStep(signal: AbortSignal): Promise<void> {
    const { hints, policy } = this.agent.settings();
    if (!hints || !policy.hints) return;
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
