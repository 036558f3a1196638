/** Which results show messages and notes whole: what a search or page_in brought is resident as long as its result is. */

/** Addresses that are remembered, the latest: a forgotten one is shown again, and counts as cold. */
const REMEMBERED = 5000;

export class ShownTexts {
  private readonly holders = new Map<string, string>();

  /** @param holder address of the result that shows them */
  show(addresses: readonly string[], holder: string): void {
    for (const address of addresses) {
      this.holders.delete(address);
      this.holders.set(address, holder);
    }
    for (const address of this.holders.keys()) {
      if (this.holders.size <= REMEMBERED) break;
      this.holders.delete(address);
    }
  }

  /** @returns address of the result that showed it last, also when that has left */
  holderOf(address: string): string | undefined {
    return this.holders.get(address);
  }
}
