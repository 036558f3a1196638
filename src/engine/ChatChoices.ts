/** What the person has chosen for one chat in place of the settings, folded from its events; a fork goes on with it. */
import type { SessionEvent, SessionEventBody } from './events';
import type { AgentMode } from './modes';

export interface Choices {
  /** As in the settings: a model of the same provider, or `provider:model`. Missing: the one of the settings. */
  readonly model?: string;
  /** Missing: the one of the settings. */
  readonly mode?: AgentMode;
  /** The mode that comes back when the plan is carried out which this one was chosen for. */
  readonly modeAfterPlan?: AgentMode;
}

export class ChatChoices {
  private made: Choices = {};

  get now(): Choices {
    return this.made;
  }

  apply(event: SessionEvent): void {
    if (event.type === 'model.chosen') this.made = { ...this.made, model: event.model };
    if (event.type !== 'mode.chosen') return;
    const { modeAfterPlan: _, ...others } = this.made;
    const { mode, afterPlan } = event;
    this.made = { ...others, mode, ...(afterPlan === undefined ? {} : { modeAfterPlan: afterPlan }) };
  }

  /** @param wanted a mode comes with its `modeAfterPlan`, or without @returns what is to be recorded for that */
  changes({ model, mode, modeAfterPlan }: Choices): readonly SessionEventBody[] {
    const { made } = this;
    const bodies: SessionEventBody[] = [];
    if (model !== undefined && model !== made.model) bodies.push({ type: 'model.chosen', model });
    if (mode !== undefined && (mode !== made.mode || modeAfterPlan !== made.modeAfterPlan)) {
      const after = modeAfterPlan === undefined ? {} : { afterPlan: modeAfterPlan };
      bodies.push({ type: 'mode.chosen', mode, ...after });
    }
    return bodies;
  }
}
