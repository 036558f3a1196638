/** Requests for a summary: each is sent, recorded with its whole body, and counted as any other request. */
import type { ChatMessage } from './chat';
import { canonicalRequest, requestHash } from './MainContext';
import type { BlobStore, Clock, ContentHasher, ModelRequest, TokenCounter } from './ports';
import { entryTokens } from './queueEntries';
import type { RolloverRequest } from './Rollover';
import type { SessionRecorder } from './SessionRecorder';
import type { SessionState } from './SessionState';
import type { SummaryWriter } from './Summarizer';

interface SummaryRequestParts {
  readonly state: SessionState;
  readonly recorder: SessionRecorder;
  readonly blobs: BlobStore;
  readonly hash: ContentHasher;
  readonly counter: TokenCounter;
  readonly clock: Clock;
}

/** Share of the window that a request and its answer may take by estimate. */
const WINDOW_SHARE = 0.98;

export class SummaryRequests {
  constructor(private readonly parts: SummaryRequestParts) {}

  writer(rollover: RolloverRequest): SummaryWriter {
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
