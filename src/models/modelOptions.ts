/** What it takes to reach an OpenAI-compatible endpoint. A light file: `openaiModel.ts` is bundled apart and loaded lazily. */
export interface OpenAIModelOptions {
  /** Prefix of the model's id in the log and the picker, e.g. `openai`, `ollama`, `custom`. */
  readonly provider: string;
  /** Everything before `/chat/completions`, e.g. `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  /** Not needed for Ollama and most local servers. Never written to messages or logs. */
  readonly apiKey?: string;
  /** The person's window setting, in the provider's tokens; wins over the endpoint when it is smaller. */
  readonly windowTokens?: number;
  /** How hard to think, as the endpoint calls it (`low`, `medium`, `high`); not sent when missing. */
  readonly reasoningEffort?: string;
  /** Not sent when missing. */
  readonly temperature?: number;
}

/** Assumed when neither the endpoint nor the settings tell: too small costs paging, too large loses the request. */
export const ASSUMED_WINDOW_TOKENS = 8_192;
