/**
 * How much of the physical window may be used, and how own token counts translate into the provider's.
 * The provider's tokenizer is not ours: until its reported usage says otherwise its counts are taken to be up to 15 % higher.
 */

/** Assumed provider tokens per own token before the first `usage` arrives. */
const UNCALIBRATED_RATIO = 1.15;
/** Head room over a measured ratio: the next text may be of another kind (code after prose). */
const RATIO_HEADROOM = 1.05;
/** Appended spans shorter than this (own tokens) say too little about the tokenizer. */
const MIN_SAMPLE_TOKENS = 200;
/** After a rejection for length every estimate is raised by this factor. */
const REJECTION_FACTOR = 1.25;

export interface BudgetSettings {
  /** The provider's whole window, tokens. */
  readonly windowTokens: number;
  /** Upper limit for the answer, tokens; never more than a sixth of the window. */
  readonly maxOutputTokens: number;
}

export class TokenBudget {
  readonly window: number;
  /** Tokens kept free for the answer. */
  readonly reservedOutput: number;
  /** Usable prompt tokens: window − reserved output − safety margin. */
  readonly budget: number;

  private overallRatio = UNCALIBRATED_RATIO;
  private tailRatio = UNCALIBRATED_RATIO;
  /** The last prompt whose provider count is known; valid while requests only grow. */
  private anchor: { own: number; provider: number } | undefined;

  constructor(settings: BudgetSettings) {
    this.window = settings.windowTokens;
    this.reservedOutput = Math.max(
      1,
      Math.min(settings.maxOutputTokens, Math.floor(settings.windowTokens / 6)),
    );
    const margin = Math.max(64, Math.ceil(settings.windowTokens * 0.02));
    this.budget = Math.max(0, settings.windowTokens - this.reservedOutput - margin);
  }

  /** Provider tokens per own token, as last measured (1.15 until then). */
  get calibration(): number {
    return this.overallRatio;
  }

  /** @returns an upper estimate, in provider tokens, of a prompt of `own` tokens */
  estimate(own: number): number {
    if (!this.anchor || own < this.anchor.own) return this.estimateAnew(own);
    return Math.ceil(this.anchor.provider + (own - this.anchor.own) * this.upperRatio);
  }

  /** @returns an upper estimate of a prompt that shares nothing with the one last counted */
  estimateAnew(own: number): number {
    return Math.ceil(own * this.upperRatio);
  }

  /** @returns how many own tokens fit into `provider` tokens, whatever they hold */
  ownTokens(provider: number): number {
    return Math.max(0, Math.floor(provider / this.upperRatio));
  }

  /** Takes up what an earlier process measured. @param calibration its last `calibration` */
  resume(calibration: number): void {
    this.overallRatio = calibration;
  }

  /** Learns from a prompt the provider counted. */
  observe(own: number, provider: number): void {
    if (own <= 0 || provider <= 0) return;
    const grown = this.anchor ? own - this.anchor.own : 0;
    if (this.anchor && grown >= MIN_SAMPLE_TOKENS) {
      const sample = ((provider - this.anchor.provider) / grown) * RATIO_HEADROOM;
      this.tailRatio = Math.max(this.tailRatio, sample);
    }
    this.overallRatio = provider / own;
    this.anchor = { own, provider };
  }

  /** The provider refused a prompt of `own` tokens for its length: estimates were too low. */
  rejected(own: number): void {
    this.overallRatio = Math.max(this.estimate(own) / own, this.budget / own) * REJECTION_FACTOR;
    this.anchor = undefined;
  }

  /** A new epoch: the prompt no longer grows from the one last counted. */
  newEpoch(): void {
    this.anchor = undefined;
  }

  /** The floor of 1.15 stays: one lean span does not promise that the next one is lean too. */
  private get upperRatio(): number {
    const overall = this.overallRatio > UNCALIBRATED_RATIO ? this.overallRatio * RATIO_HEADROOM : 0;
    return Math.max(UNCALIBRATED_RATIO, this.tailRatio, overall);
  }
}
