/**
 * Says what a recorded session's model said, step by step, whatever the window shows. A page that a message made use of and
 * that is not resident is brought back first, as a model would have had to. Summaries are extracts.
 */
import { cutText } from '../../engine/cutText';
import type { LanguageModel, ModelEvent, ModelProfile, ModelRequest, TokenCounter } from '../../engine/ports';
import { countedText } from '../../engine/queueEntries';
import { SUMMARY_TAG } from '../../engine/Summarizer';
import type { Reenactment } from './Reenactment';

/** Of each message, in an extract. */
const LINE_CHARS = 160;
/** Characters of an extract for each token it may have. */
const CHARS_PER_TOKEN = 3;

export class RecordedModel implements LanguageModel {
  readonly id = 'recorded';
  readonly generative = true;

  constructor(
    private readonly play: Reenactment,
    private readonly windowTokens: number,
    private readonly counter: TokenCounter,
  ) {}

  async profile(): Promise<ModelProfile> {
    return { windowTokens: this.windowTokens, windowSource: 'setting' };
  }

  async *stream(request: ModelRequest): AsyncIterable<ModelEvent> {
    // As it was measured at that time.
    const ratio = this.play.step?.calibration ?? 1;
    const last = request.messages.at(-1)?.content ?? '';
    if (request.functions.length === 0 || last.startsWith(`<${SUMMARY_TAG}`)) {
      const text = extract(request, this.play.recording.summaryChars);
      yield { type: 'text', text };
      const own = sum(await this.counter.count(request.messages.map(countedText)));
      yield { type: 'finish', reason: 'stop', usage: await this.usage(own, text, ratio) };
      return;
    }
    const { text, calls } = await this.play.say();
    if (text !== '') yield { type: 'text', text };
    for (const call of calls) yield { type: 'toolCall', call };
    const said = [text, ...calls.map((call) => `${call.name}${call.arguments}`)].join('\n');
    const usage = await this.usage(this.play.state.context.tokens.total, said, ratio);
    yield { type: 'finish', reason: calls.length > 0 ? 'toolCalls' : 'stop', usage };
  }

  private async usage(own: number, said: string, ratio: number) {
    const [output = 0] = await this.counter.count([said]);
    return { promptTokens: Math.round(own * ratio), completionTokens: Math.round(output * ratio) };
  }
}

/** The latest lines: as long as the recorded summaries were, else as long as it may be. */
function extract(
  { messages, maxOutputTokens }: ModelRequest,
  recordedChars = Number.POSITIVE_INFINITY,
): string {
  const lines = messages.slice(1).map(({ role, content }) => {
    return `${role}: ${cutText(content.replace(/\s+/g, ' ').trim(), LINE_CHARS)}`;
  });
  return lines.join('\n').slice(-Math.max(1, Math.min(recordedChars, maxOutputTokens * CHARS_PER_TOKEN)));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
