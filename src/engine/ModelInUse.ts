/** The model that answers now, the budget of its window, and how full that is. */
import type { AgentSettings } from './AgentParts';
import type { EventContext, SessionEventBody } from './events';
import type { MemoryGauge } from './OutputBuffer';
import type { LanguageModel, ModelProfile } from './ports';
import type { SessionState } from './SessionState';
import { TokenBudget } from './TokenBudget';

/** The model that answers now; the same object as long as nothing about it changes. @throws ModelError */
export type ModelSource = () => Promise<LanguageModel>;

/** What a step needs of the model. */
export interface PreparedModel {
  readonly model: LanguageModel;
  readonly budget: TokenBudget;
}

/** As for a model that does not tell its window. */
const ASSUMED_WINDOW_TOKENS = 8192;

export class ModelInUse {
  private model: LanguageModel | undefined;
  private known: TokenBudget | undefined;
  private profile: ModelProfile | undefined;
  /** The window that the model promises. */
  private promisedTokens = 0;

  constructor(
    private readonly source: ModelSource,
    private readonly state: SessionState,
    private readonly settings: () => AgentSettings,
  ) {}

  /** Undefined until the model's window is known. */
  get budget(): TokenBudget | undefined {
    return this.known;
  }

  /** The model of the last step, and its window as it is known now. */
  get asked(): { readonly model: LanguageModel; readonly profile: ModelProfile } | undefined {
    return this.model && this.profile ? { model: this.model, profile: this.profile } : undefined;
  }

  /** As for a model that does not tell its window. */
  assumedBudget(): TokenBudget {
    return new TokenBudget({ windowTokens: ASSUMED_WINDOW_TOKENS, ...this.settings() });
  }

  /** The model and the budget of its window, which is asked for once a model. @throws ModelError */
  async prepare(signal: AbortSignal): Promise<PreparedModel> {
    const model = await this.source();
    if (model === this.model && this.known) return { model, budget: this.known };
    const profile = await model.profile(signal);
    const { correction } = this.state;
    const known =
      correction?.model === model.id &&
      correction.promisedTokens === profile.windowTokens &&
      correction.windowTokens < profile.windowTokens;
    this.promisedTokens = profile.windowTokens;
    return {
      model,
      budget: this.useWindow(model, known ? servedWindow(correction.windowTokens) : profile),
    };
  }

  /**
   * The provider has refused a prompt for its length.
   * @param own its own tokens @param told the provider's window, where the refusal names it
   * @returns the budget from now on, and what makes it durable
   */
  refused(
    { model, budget: before }: PreparedModel,
    own: number,
    told: number | undefined,
  ): { readonly budget: TokenBudget; readonly correction: SessionEventBody } {
    let budget = before;
    // The setting promised more than is served.
    if (told !== undefined && told < before.window) budget = this.useWindow(model, servedWindow(told));
    else budget.rejected(own);
    return {
      budget,
      correction: {
        type: 'budget.corrected',
        model: model.id,
        promisedTokens: this.promisedTokens,
        windowTokens: budget.window,
        calibration: budget.calibration,
      },
    };
  }

  private useWindow(model: LanguageModel, profile: ModelProfile): TokenBudget {
    const { maxOutputTokens } = this.settings();
    const budget = new TokenBudget({ windowTokens: profile.windowTokens, maxOutputTokens });
    const { measured, calibration, model: measuredModel } = this.state;
    if (measuredModel === model.id && calibration !== undefined) budget.resume(calibration);
    if (measuredModel === model.id && measured) budget.observe(measured.own, measured.provider);
    this.model = model;
    this.profile = profile;
    this.known = budget;
    return budget;
  }

  /** Estimated provider tokens of a prompt of `own` tokens, against the budget; 0 until the model's window is known. */
  occupancy(own: number): EventContext {
    return { resident: this.known?.estimate(own) ?? own, budget: this.known?.budget ?? 0 };
  }

  /** Occupancy of main context, in estimated provider tokens. */
  gauge(): MemoryGauge {
    const { stats, thrashing, context } = this.state;
    const own = context.tokens;
    const used = this.known?.estimate(own.total) ?? own.total;
    const scale = own.total === 0 ? 1 : used / own.total;
    const part = (tokens: number) => Math.round(tokens * scale);
    const budget = this.known?.budget ?? 0;
    return {
      system: part(own.system),
      notes: part(own.notes),
      summary: part(own.summary),
      pages: part(own.pages),
      queue: part(own.queue),
      free: Math.max(0, budget - used),
      budget,
      limit: thrashing ? budget : Math.min(budget, this.settings().residentLimit),
      window: this.profile?.windowTokens ?? 0,
      windowSource: this.profile?.windowSource ?? 'assumed',
      ...(stats.hitRatio === undefined ? {} : { hitRatio: stats.hitRatio }),
      thrashing,
    };
  }
}

function servedWindow(windowTokens: number): ModelProfile {
  return { windowTokens, windowSource: 'endpoint' };
}
