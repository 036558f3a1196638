/** Changes to the plan, by the model's function or by the person; each is durable before it counts. */
import type { PlanKeeper } from './EngineFunction';
import { PlanChangedError } from './errors';
import type { Note, PlanItem } from './events';
import { renderItems } from './Plan';
import type { TokenCounter } from './ports';
import type { SessionRecorder } from './SessionRecorder';

export class SessionPlan implements PlanKeeper {
  constructor(
    private readonly by: Note['by'],
    private readonly recorder: SessionRecorder,
    private readonly counter: TokenCounter,
  ) {}

  get items(): readonly PlanItem[] {
    return this.recorder.state.notes.plan.items;
  }

  /**
   * Replaces the plan; no items remove it.
   * @param items texts are put on one line, and left out when they say nothing
   * @param revision `Plan.revision` of what the change was made from; the model's must know the person's last change instead
   * @throws PlanChangedError | NoteLimitError | JournalError
   */
  async update(items: readonly PlanItem[], revision?: number): Promise<void> {
    const written = items
      .map(({ text, state }) => ({ text: text.replace(/\s+/g, ' ').trim(), state }))
      .filter(({ text }) => text !== '');
    const [tokens = 0] = await this.counter.count([renderItems(written)]);
    const { notes } = this.recorder.state;
    const check = () => {
      this.checkKnown(revision);
      notes.checkPlanRoom(tokens, this.by);
    };
    await this.recorder.recordWhen(check, { type: 'plan.changed', items: written, by: this.by });
  }

  private checkKnown(revision: number | undefined): void {
    const { plan } = this.recorder.state.notes;
    if (revision !== undefined && revision !== plan.revision)
      throw new PlanChangedError('The plan has changed meanwhile.', 'Look at it as it is now and try again.');
    if (this.by === 'model' && plan.untold)
      throw new PlanChangedError(
        `The person has changed the plan meanwhile: ${plan.delta()}`,
        'Send the whole list again, with what they changed.',
      );
  }
}
