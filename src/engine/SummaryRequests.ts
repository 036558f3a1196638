/** Requests for a summary: each is sent, recorded with its whole body, and counted as any other request. */
import type { ChatMessage } from './chat';
import { describeError, errorKind } from './errors';
import { canonicalRequest, requestHash } from './MainContext';
import type { BlobStore, Clock, ContentHasher, LanguageModel, ModelRequest, TokenCounter } from './ports';
import { entryTokens } from './queueEntries';
import type { RolloverRequest } from './Rollover';
import type { SessionRecorder } from './SessionRecorder';
import type { SessionState } from './SessionState';
import type { SummaryWriter } from './Summarizer';
import { TokenBudget } from './TokenBudget';

interface SummaryRequestParts {
  readonly state: SessionState;
  readonly recorder: SessionRecorder;
  readonly blobs: BlobStore;
  readonly hash: ContentHasher;
  readonly counter: TokenCounter;
  readonly clock: Clock;
  readonly summaryModel?: () => Promise<LanguageModel | undefined>;
}

/** Share of the window that a request and its answer may take by estimate. */
const WINDOW_SHARE = 0.98;
/** Of another model: what it may answer, and a window that holds less than a summary and what it is made from. */
const MOST_OUTPUT_TOKENS = 2000;
const LEAST_WINDOW_TOKENS = 8192;

export class SummaryRequests {
  constructor(private readonly parts: SummaryRequestParts) {}

  /** The model that is set for summaries writes them; where it cannot, the chat's own does. */
  async writer(rollover: RolloverRequest): Promise<SummaryWriter> {
    const chat = this.chatWriter(rollover);
    const other = await this.otherModel(rollover);
    if (!other) return chat;
    return {
      inputTokens: other.budget.ownTokens(other.budget.budget),
      ask: async (request) => {
        try {
          return await this.send(request, await this.tokensOf(request.messages), other, false);
        } catch (error) {
          await this.failed(error, rollover.signal);
          return chat.ask(request);
        }
      },
    };
  }

  /** @returns undefined where none is set, it cannot be reached, or its window is too small to be of use */
  private async otherModel(rollover: RolloverRequest): Promise<RolloverRequest | undefined> {
    const { summaryModel } = this.parts;
    try {
      const model = await summaryModel?.();
      if (!model?.generative || model.id === rollover.model.id) return undefined;
      const { windowTokens } = await model.profile(rollover.signal);
      const budget = new TokenBudget({ windowTokens, maxOutputTokens: MOST_OUTPUT_TOKENS });
      return windowTokens < LEAST_WINDOW_TOKENS ? undefined : { ...rollover, model, budget };
    } catch (error) {
      await this.failed(error, rollover.signal);
      return undefined;
    }
  }

  /** @throws what failed, when it was cancelled */
  private async failed(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw error;
    const message = `The model for summaries: ${describeError(error)}`;
    await this.parts.recorder.record({ type: 'request.failed', kind: errorKind(error), message });
  }

  private chatWriter(rollover: RolloverRequest): SummaryWriter {
    const { state } = this.parts;
    // What another model has cached, or what was just refused for its length, is no prefix to go on from.
    const goesOn =
      rollover.policy.summary === 'prefix' &&
      rollover.reason !== 'contextLength' &&
      state.model === rollover.model.id;
    return {
      ask: async (request) => this.send(request, await this.tokensOf(request.messages), rollover, false),
      ...(goesOn ? { goOn: (instruction, most) => this.goOn(instruction, most, rollover) } : {}),
    };
  }

  /** @returns an empty text where the window does not hold the chat and the instruction */
  private async goOn(
    instruction: ChatMessage,
    maxOutputTokens: number,
    rollover: RolloverRequest,
  ): Promise<string> {
    const { context } = this.parts.state;
    const { budget } = rollover;
    const own = context.tokens.total + (await this.tokensOf([instruction]));
    if (budget.estimate(own) + maxOutputTokens > budget.window * WINDOW_SHARE) return '';
    const chat = context.request(maxOutputTokens);
    return this.send({ ...chat, messages: [...chat.messages, instruction] }, own, rollover, true);
  }

  private async tokensOf(messages: readonly ChatMessage[]): Promise<number> {
    const counts = await Promise.all(messages.map((message) => entryTokens(this.parts.counter, message)));
    return counts.reduce((sum, tokens) => sum + tokens, 0);
  }

  /** @returns the text of the answer. @throws ModelError | JournalError */
  private async send(
    request: ModelRequest,
    ownTokens: number,
    { model, budget, signal }: RolloverRequest,
    extendsChat: boolean,
  ): Promise<string> {
    const { recorder, blobs, hash, clock } = this.parts;
    await recorder.record({
      type: 'request.sent',
      purpose: 'summary',
      model: model.id,
      hash: requestHash(request, hash),
      body: await blobs.put(canonicalRequest(request)),
      messages: request.messages.length,
      maxOutputTokens: request.maxOutputTokens,
      estimatedTokens: extendsChat ? budget.estimate(ownTokens) : budget.estimateAnew(ownTokens),
    });
    const sentAt = clock.now();
    let text = '';
    for await (const event of model.stream(request, signal)) {
      if (event.type === 'text') text += event.text;
      if (event.type !== 'finish') continue;
      await recorder.record({
        type: 'response.received',
        purpose: 'summary',
        ...(event.usage ? { usage: event.usage } : {}),
        ownTokens,
        calibration: budget.calibration,
        ms: clock.now() - sentAt,
      });
    }
    return text;
  }
}
