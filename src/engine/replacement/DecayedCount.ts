import { halved } from './powersOfTwo';

/** A count of uses in which a use counts half after `halfLife` further uses of any page. */
export class DecayedCount {
  private value = 0;
  private at = 0;

  constructor(private readonly halfLife: number) {}

  add(now: number): void {
    this.value = this.read(now) + 1;
    this.at = now;
  }

  read(now: number): number {
    return this.value * halved((now - this.at) / this.halfLife);
  }
}
