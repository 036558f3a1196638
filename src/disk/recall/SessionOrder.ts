import type { MessageColumns } from './MessageColumns';

/** A longer pause ends a sitting, ms: what is said after it need not have to do with what was said before. */
const maxPause = 4 * 3_600_000;

/**
 * Which message follows which. What tools put out stands between question and answer without being part of the talk: it
 * belongs to the sitting, but neither follows nor is followed. Keeps the columns `previous`, `next` and `sitting`.
 */
export class SessionOrder {
  /** Sittings counted so far, those that no message belongs to any more included. */
  sittings = 0;
  /** Numbers of each session's messages by `seq`. */
  private readonly sessions = new Map<string, number[]>();
  private readonly sessionOf: string[] = [];
  /** Sessions that changed elsewhere than at their end. */
  private readonly unlinked = new Set<string>();

  constructor(private readonly columns: MessageColumns) {}

  /** @param number greater than all before */
  add(number: number, session: string): void {
    const { seq } = this.columns;
    this.sessionOf[number] = session;
    let order = this.sessions.get(session);
    if (!order) {
      order = [];
      this.sessions.set(session, order);
    }
    const at = placeOf(seq[number] ?? 0, order, seq);
    if (at === order.length) {
      order.push(number);
      this.linkAt(order, at);
    } else {
      order.splice(at, 0, number);
      this.unlinked.add(session);
    }
  }

  remove(number: number): void {
    const session = this.sessionOf[number] ?? '';
    const order = this.sessions.get(session);
    if (!order) return;
    order.splice(order.indexOf(number), 1);
    this.unlinked.add(session);
  }

  /** Brings the columns up to date. */
  link(): void {
    for (const session of this.unlinked) {
      const order = this.sessions.get(session) ?? [];
      for (let i = 0; i < order.length; i++) this.linkAt(order, i);
    }
    this.unlinked.clear();
  }

  private linkAt(order: readonly number[], at: number): void {
    const { columns } = this;
    const number = order[at] ?? 0;
    const before = order[at - 1] ?? -1;
    columns.sitting[number] = this.near(number, before) ? (columns.sitting[before] ?? 0) : this.sittings++;
    columns.next[number] = -1;
    columns.previous[number] = -1;
    if (columns.output[number] === 1) return;
    let talk = at - 1;
    while (talk >= 0 && columns.output[order[talk] ?? 0] === 1) talk--;
    const said = order[talk] ?? -1;
    if (said < 0) return;
    const near = this.near(number, said);
    columns.previous[number] = near ? said : -1;
    columns.next[said] = near ? number : -1;
  }

  /** @param before -1 when there is none */
  private near(number: number, before: number): boolean {
    const { time } = this.columns;
    return before >= 0 && Math.abs((time[number] ?? 0) - (time[before] ?? 0)) <= maxPause;
  }
}

/** @returns how many of an ordered list are not above a number */
function placeOf(own: number, order: readonly number[], seq: Float64Array): number {
  let low = 0;
  let high = order.length;
  // Nearly always it is the last one.
  if (high > 0 && (seq[order[high - 1] ?? 0] ?? 0) <= own) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((seq[order[middle] ?? 0] ?? 0) <= own) low = middle + 1;
    else high = middle;
  }
  return low;
}
