/** What a session and its last turn have spent, by model, folded from its events. */
import type { TokenUsage } from './chat';
import type { SessionEvent } from './events';

/** Provider tokens, as the provider reported them. */
export interface Spent {
  /** Id of the model as the log has it, e.g. `openai:gpt-4.1`. */
  readonly model: string;
  readonly requests: number;
  /** All of the prompts, the cached part included. */
  readonly promptTokens: number;
  /** The part of `promptTokens` served from the provider's cache; missing where it does not say. */
  readonly cachedTokens?: number;
  readonly outputTokens: number;
}

export class SpentTokens {
  private readonly session = new Map<string, Spent>();
  private turn = new Map<string, Spent>();
  private model = '';

  /**
   * Folds one event. Events must come in order, each once. What a fork inherits was spent by another session: it counts
   * for its turn only.
   */
  apply(event: SessionEvent): void {
    if (event.type === 'turn.started') this.turn = new Map();
    if (event.type === 'request.sent') this.model = event.model;
    const own = event.inherited === undefined;
    if (event.type === 'response.received' && event.usage) this.add(spentOn(this.model, event.usage), own);
    if (event.type === 'process.ended') for (const spent of event.spent ?? []) this.add(spent, own);
  }

  /** Since the last turn began. */
  get ofTurn(): readonly Spent[] {
    return [...this.turn.values()];
  }

  get ofSession(): readonly Spent[] {
    return [...this.session.values()];
  }

  private add(spent: Spent, own: boolean): void {
    this.turn.set(spent.model, sum(this.turn.get(spent.model), spent));
    if (own) this.session.set(spent.model, sum(this.session.get(spent.model), spent));
  }
}

function spentOn(model: string, usage: TokenUsage): Spent {
  return {
    model,
    requests: 1,
    promptTokens: usage.promptTokens,
    ...(usage.cachedTokens === undefined ? {} : { cachedTokens: usage.cachedTokens }),
    outputTokens: usage.completionTokens,
  };
}

function sum(a: Spent | undefined, b: Spent): Spent {
  if (!a) return b;
  const cached =
    a.cachedTokens === undefined && b.cachedTokens === undefined
      ? {}
      : { cachedTokens: (a.cachedTokens ?? 0) + (b.cachedTokens ?? 0) };
  return {
    model: b.model,
    requests: a.requests + b.requests,
    promptTokens: a.promptTokens + b.promptTokens,
    ...cached,
    outputTokens: a.outputTokens + b.outputTokens,
  };
}
