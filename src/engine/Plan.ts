/**
 * The plan: a checklist that model and person keep together, in the working context below the notes. State is folded from
 * `plan.changed` events, each of which holds all of it; what the person changed travels as a delta until a head holds it.
 */
import type { EventOf, PlanItem } from './events';

const MARKS = { open: ' ', active: '>', done: 'x' } as const;
/** Own tokens of the heading. */
const OVERHEAD_TOKENS = 8;

export class Plan {
  private list: readonly PlanItem[] = [];
  private counted = 0;
  private seq = 0;
  /** The person has changed it since the model last saw it. */
  private pending = false;

  get items(): readonly PlanItem[] {
    return this.list;
  }

  /** Sequence number of the event that made it what it is; 0 when there never was one. */
  get revision(): number {
    return this.seq;
  }

  /** Own tokens of it as rendered. */
  get tokens(): number {
    return planCost(this.counted);
  }

  /** Whether the person's last change is still to be told. */
  get untold(): boolean {
    return this.pending;
  }

  /** @param tokens own tokens of the items as rendered */
  apply(event: EventOf<'plan.changed'>, tokens: number): void {
    this.list = event.items;
    this.counted = tokens;
    this.seq = event.seq;
    // The model's own changes stand in its calls.
    this.pending = event.by === 'person';
  }

  /** The model is shown every change up to the event `through`. */
  delivered(through: number): void {
    if (this.seq <= through) this.pending = false;
  }

  /** @returns it as the head shows it, empty when there is none; the same plan gives the same bytes */
  render(): string {
    return this.list.length === 0 ? '' : `[plan] (kept with update_plan)\n${renderItems(this.list)}`;
  }

  /** What the person made of it, when the model does not know yet. */
  delta(): string | undefined {
    if (!this.pending) return undefined;
    return this.list.length === 0
      ? 'there is no plan any more.'
      : `the plan is now:\n${renderItems(this.list)}`;
  }
}

/** @returns one line an item: `[x]` done, `[>]` in work, `[ ]` open */
export function renderItems(items: readonly PlanItem[]): string {
  return items.map(({ text, state }) => `[${MARKS[state]}] ${text}`).join('\n');
}

/** @returns own tokens of a plan whose items take `tokens` */
export function planCost(tokens: number): number {
  return tokens === 0 ? 0 : tokens + OVERHEAD_TOKENS;
}
