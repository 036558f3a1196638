/** Uses that count as together with the next one. */
const RECENT = 5;
/** Partners remembered per page: the weakest is forgotten beyond. */
const PARTNERS = 24;
/** A page last used at most this many uses before another has been used with it. */
const TOGETHER = 6;
/** How sure a call can make one: beyond, several calls add nothing. */
const MOST = 0.95;

/** What is remembered of a page used together with others. */
export interface CoUsed {
  uses: number;
  /** Number of the last use. */
  last: number;
  readonly partners: Map<string, number>;
}

export interface Call {
  /** Uses together per use, summed over the pages used last. */
  strength: number;
  /** Chance that at least one of them still waits for the page: those it was not just used with. */
  owed: number;
}

/** Which pages are used together, learned from the stream: a use counts for the few distinct pages used just before. */
export class CoUse {
  private readonly recent: string[] = [];

  constructor(private readonly pageOf: (key: string) => CoUsed | undefined) {}

  used(key: string): void {
    const partners = this.pageOf(key)?.partners;
    for (const other of this.recent) {
      if (other === key) continue;
      count(this.pageOf(other)?.partners, key);
      count(partners, other);
    }
    const index = this.recent.indexOf(key);
    if (index >= 0) this.recent.splice(index, 1);
    this.recent.push(key);
    if (this.recent.length > RECENT) this.recent.shift();
  }

  /** How strongly the pages used last call for others. */
  calls(): ReadonlyMap<string, Readonly<Call>> {
    const calls = new Map<string, Call>();
    for (const key of this.recent) {
      const page = this.pageOf(key);
      if (!page) continue;
      for (const [partner, count] of page.partners) {
        let call = calls.get(partner);
        if (!call) {
          call = { strength: 0, owed: 0 };
          calls.set(partner, call);
        }
        addCaller(call, page, this.pageOf(partner)?.last ?? 0, count);
      }
    }
    return calls;
  }

  /** One of `calls`. */
  callFor(key: string): Readonly<Call> {
    const call = { strength: 0, owed: 0 };
    const last = this.pageOf(key)?.last ?? 0;
    for (const caller of this.recent) {
      const page = this.pageOf(caller);
      const count = page?.partners.get(key);
      if (page && count !== undefined) addCaller(call, page, last, count);
    }
    return call;
  }
}

/**
 * Adds what `caller` contributes to the call for a page.
 * @param last use of the page called for; 0: none
 * @param count uses of both together
 */
function addCaller(call: Call, caller: CoUsed, last: number, count: number): void {
  const uses = caller.uses + 1;
  call.strength += count / uses;
  if (caller.last - last > TOGETHER)
    call.owed = 1 - (1 - call.owed) * (1 - Math.min(MOST, (count - 0.5) / uses));
}

/** A page was used together with `partner`. */
function count(partners: Map<string, number> | undefined, partner: string): void {
  if (!partners) return;
  partners.set(partner, (partners.get(partner) ?? 0) + 1);
  if (partners.size <= PARTNERS) return;
  let weakest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const [other, count] of partners) {
    if (count >= least || other === partner) continue;
    weakest = other;
    least = count;
    // None is weaker.
    if (count === 1) break;
  }
  if (weakest !== undefined) partners.delete(weakest);
}
