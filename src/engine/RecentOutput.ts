/** What the person has seen, as far back as a panel can draw: the log has all of it. */
import type { OutputEvent } from './OutputBuffer';

/** Hundreds of turns. Panels redraw all of it at once, and what is held here costs memory for as long as a chat lives. */
const MOST = 5000;
/** Dropping copies, so it is done for many at a time. */
const SLACK = 1000;

export class RecentOutput {
  private events: OutputEvent[] = [];

  /** @param most output events that are kept at least */
  constructor(private readonly most = MOST) {}

  add(events: readonly OutputEvent[]): void {
    this.events.push(...events);
    if (this.events.length <= this.most + SLACK) return;
    const end = this.events.length - this.most;
    const start = this.events.findLastIndex((event, index) => index <= end && event.type === 'turnStarted');
    if (start > 0) this.events = this.events.slice(start);
  }

  /** Whole turns, the oldest first. */
  all(): readonly OutputEvent[] {
    return this.events;
  }
}
