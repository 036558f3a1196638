/** A model that reads a little and answers at once, so that a benchmark's time is the engine's own. */

import { CountedPrompt } from '../../../src/cli/replay/prices';
import type { LanguageModel, ModelEvent, ModelProfile, ModelRequest } from '../../../src/engine/ports';
import { SUMMARY_TAG } from '../../../src/engine/Summarizer';
import type { Random } from './random';
import type { SyntheticRepository } from './SyntheticRepository';

/** Places read in a turn. */
const READS = 3;

export class LightModel implements LanguageModel {
  readonly id = 'light';
  readonly generative = true;
  private hasRead = false;

  /** @param paths files it reads, those in front more often */
  constructor(
    private readonly repository: SyntheticRepository,
    private readonly paths: readonly string[],
    private readonly random: Random,
    private readonly windowTokens: number,
  ) {}

  async profile(): Promise<ModelProfile> {
    return { windowTokens: this.windowTokens, windowSource: 'setting' };
  }

  async *stream(request: ModelRequest): AsyncIterable<ModelEvent> {
    const usage = { promptTokens: new CountedPrompt(request).tokens, completionTokens: 40 };
    const last = request.messages.at(-1)?.content ?? '';
    if (request.functions.length === 0 || last.startsWith(`<${SUMMARY_TAG}`)) {
      yield { type: 'text', text: last.slice(0, 1200) };
      yield { type: 'finish', reason: 'stop', usage };
      return;
    }
    this.hasRead = !this.hasRead;
    if (!this.hasRead) {
      yield { type: 'text', text: `It is done in ${this.path()}. ${last.slice(0, 200)}` };
      yield { type: 'finish', reason: 'stop', usage };
      return;
    }
    yield { type: 'text', text: `I look at ${this.path()}.` };
    for (let n = 0; n < READS; n++) {
      const place = this.repository.place(this.path(), this.random);
      const endLine = Math.min(place.endLine, place.startLine + 30);
      const args = { path: place.path, startLine: place.startLine, endLine };
      yield { type: 'toolCall', call: { id: `${n}`, name: 'read_file', arguments: JSON.stringify(args) } };
    }
    yield { type: 'finish', reason: 'toolCalls', usage };
  }

  private path(): string {
    const { random, paths } = this;
    return paths[Math.floor(paths.length * random.next() ** 2)] ?? '';
  }
}
