/**
 * Thrash detection (Denning 1968, "Thrashing: its causes and prevention"): pages that come back soon after they left
 * mean that the resident set is smaller than the working set.
 */

/** Model steps that are looked at. */
const WINDOW_STEPS = 16;
/** A page that comes back within so many steps after it left should have stayed. */
const SOON_STEPS = 24;
/** Such pages within the window that raise the alarm, and that are few enough to end it. */
const ALARM = 5;
const CALM = 1;

export class ThrashDetector {
  /** Steps at which a page came back soon. */
  private returns: number[] = [];
  /** Whether the alarm is on. Between the two thresholds it stays as it was, so that it does not flicker. */
  thrashing = false;

  /** @param distance steps since the page left @param step count of model steps so far */
  refault(distance: number, step: number): void {
    if (distance <= SOON_STEPS) this.returns.push(step);
  }

  /** The model has made a step. */
  advance(step: number): void {
    this.returns = this.returns.filter((at) => step - at < WINDOW_STEPS);
    this.thrashing = this.recent > (this.thrashing ? CALM : ALARM - 1);
  }

  /** Pages that came back soon after they left, within the last steps. */
  get recent(): number {
    return this.returns.length;
  }
}
