/** Uses that count as together with the next one. */
const RECENT = 5;
/** Partners remembered per page: the weakest is forgotten beyond. */
const PARTNERS = 24;

/** What is remembered of a page used together with others. */
export interface CoUsed {
  uses: number;
  readonly partners: Map<string, number>;
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

  /** How strongly the pages used last call for others: uses together per use, summed over them. */
  calls(): ReadonlyMap<string, number> {
    const calls = new Map<string, number>();
    for (const key of this.recent) {
      const page = this.pageOf(key);
      if (!page) continue;
      for (const [partner, count] of page.partners)
        calls.set(partner, (calls.get(partner) ?? 0) + count / (page.uses + 1));
    }
    return calls;
  }

  /** One of `calls`. */
  callsFor(key: string): number {
    let strength = 0;
    for (const caller of this.recent) {
      const page = this.pageOf(caller);
      if (page) strength += (page.partners.get(key) ?? 0) / (page.uses + 1);
    }
    return strength;
  }
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
