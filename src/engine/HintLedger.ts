/** Which hints the model has in view: nothing is pointed at twice in an epoch, and a fault that follows one says so. */
import { parseRange } from './addresses';
import type { EventOf, SessionEvent } from './events';
import { type LineRange, overlap } from './PageTable';

interface Given {
  /** Sequence number of the interrupt. */
  readonly seq: number;
  /** With ranges of files. */
  readonly addressPath?: string;
  readonly range?: LineRange;
}

export class HintLedger {
  private readonly given = new Map<string, Given>();

  apply(event: SessionEvent): void {
    if (event.type === 'epoch.started') this.forget(new Set(event.retained));
    else if (event.type === 'interrupt') this.add(event);
  }

  /** Whether a hint in view names the address, or lines of the same file that overlap. */
  covers(address: string): boolean {
    const parsed = parseRange(address);
    return this.given.has(address) || (parsed !== undefined && this.coversLines(parsed.addressPath, parsed));
  }

  /** @param addressPath `<folder>/src/a.ts` */
  coversLines(addressPath: string, lines: LineRange): boolean {
    for (const { range, ...hint } of this.given.values())
      if (hint.addressPath === addressPath && range && overlap(range, lines)) return true;
    return false;
  }

  private add({ seq, hints = [] }: EventOf<'interrupt'>): void {
    for (const { address } of hints) {
      const parsed = parseRange(address);
      this.given.set(address, parsed ? { seq, addressPath: parsed.addressPath, range: parsed } : { seq });
    }
  }

  private forget(retained: ReadonlySet<number>): void {
    for (const [address, { seq }] of this.given) if (!retained.has(seq)) this.given.delete(address);
  }
}
