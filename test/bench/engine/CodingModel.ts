/**
 * A diligent assistant that works off a planned session. It sees the request and nothing else: what a step needs and the
 * request does not show is read first, whatever that costs. It proves mechanism (what was resident, what was faulted, what
 * it cost), never answer quality.
 */

import { CountedPrompt, PRICE_TABLES, PriceMeter, tokensOf } from '../../../src/cli/replay/prices';
import { ModelError } from '../../../src/engine/errors';
import type { LanguageModel, ModelEvent, ModelProfile, ModelRequest } from '../../../src/engine/ports';
import { SUMMARY_TAG } from '../../../src/engine/Summarizer';
import type { PlannedStep, PlannedTurn } from './codingSession';
import { FileKnowledge } from './FileKnowledge';
import type { Edit, Place } from './SyntheticRepository';
import { WindowView } from './WindowView';

/** Reads before a step goes on with what it could get: a window too small for what it needs would never end. */
const MAX_ROUNDS = 6;
/** Times an edit that was refused is tried again. */
const MAX_RETRIES = 2;
/** Notes the assistant keeps; then it rewrites the oldest. */
const NOTES = 8;
const STEP_MS = 8000;

/** What became of the places the steps needed, when each was first asked for. */
export interface NeedCounts {
  resident: number;
  /** Never shown before. */
  cold: number;
  /** Shown before, and changed since. */
  stale: number;
  /** Shown before, unchanged, and gone. */
  capacity: number;
}

/** The workspace as it is at each moment. */
export interface CodingFiles {
  text(path: string): string;
  /** An edit is over. @param failed the engine did not carry it out */
  settle(edit: Edit, failed: boolean): void;
}

interface Call {
  readonly name: string;
  readonly arguments: unknown;
}

export class CodingModel implements LanguageModel {
  readonly id = 'coding';
  readonly generative = true;
  readonly meters = PRICE_TABLES.map((table) => new PriceMeter(table));
  readonly needs: NeedCounts = { resident: 0, cold: 0, stale: 0, capacity: 0 };
  /** Texts that grep and run_command give back, by pattern or command. */
  readonly results = new Map<string, string>();
  requests = 0;
  summaries = 0;
  outputTokens = 0;
  summaryOutputTokens = 0;
  /** Input tokens billed for summaries by each table. */
  readonly summaryBilled = PRICE_TABLES.map(() => 0);
  bytesRewritten = 0;
  /** Prompts refused because they exceed the window. */
  refused = 0;
  faultCalls = 0;
  gaveUp = 0;
  failedEdits = 0;
  now = Date.UTC(2026, 0, 1);

  private steps: readonly PlannedStep[] = [];
  /** Step that is worked on. */
  private at = 0;
  private rounds = 0;
  private retries = 0;
  private asked = false;
  private awaits: 'run' | 'note' | 'edit' | undefined;
  private readonly runs: string[] = [];
  private readonly notes: string[] = [];
  private edited = 0;
  private readonly lastSeen = new Map<string, string>();
  private readonly knowledge: FileKnowledge;
  private previous: CountedPrompt | undefined;

  constructor(
    private readonly files: CodingFiles,
    private readonly windowTokens: number,
  ) {
    this.knowledge = new FileKnowledge((path) => files.text(path));
  }

  async profile(): Promise<ModelProfile> {
    return { windowTokens: this.windowTokens, windowSource: 'setting' };
  }

  /** What changed outside the conversation is in the files by now. */
  begin(turn: PlannedTurn): void {
    for (const edit of turn.changed) this.knowledge.changed(edit, false);
    this.now += turn.pause;
    this.steps = turn.steps;
    this.at = -1;
    this.results.clear();
    this.nextStep();
  }

  async *stream(request: ModelRequest): AsyncIterable<ModelEvent> {
    this.now += STEP_MS;
    const prompt = new CountedPrompt(request);
    if (prompt.tokens + request.maxOutputTokens > this.windowTokens) {
      this.refused++;
      throw new ModelError('contextLength', 'The prompt is too long.', 'Shorten it.');
    }
    const last = request.messages.at(-1)?.content ?? '';
    const isSummary = request.functions.length === 0 || last.startsWith(`<${SUMMARY_TAG}`);
    const before = this.meters.map((meter) => meter.inputBilled);
    const cached = this.meters.map((meter) => meter.bill(prompt, this.now));
    if (isSummary) {
      this.summaries++;
      this.meters.forEach((meter, i) => {
        this.summaryBilled[i] = (this.summaryBilled[i] ?? 0) + meter.inputBilled - (before[i] ?? 0);
      });
    } else {
      this.requests++;
      this.bytesRewritten += rewritten(this.previous, prompt);
      this.previous = prompt;
    }
    const { text, calls } = isSummary ? { text: summaryOf(request), calls: [] } : this.answer(request);
    yield { type: 'text', text };
    let output = tokensOf(text);
    for (const [index, call] of calls.entries()) {
      const args = JSON.stringify(call.arguments);
      output += tokensOf(`${call.name}${args}`);
      yield { type: 'toolCall', call: { id: `p${index}`, name: call.name, arguments: args } };
    }
    this.outputTokens += output;
    if (isSummary) this.summaryOutputTokens += output;
    const usage = {
      promptTokens: prompt.tokens,
      completionTokens: output,
      ...(cached[0] === undefined ? {} : { cachedTokens: cached[0] }),
    };
    yield { type: 'finish', reason: calls.length > 0 ? 'toolCalls' : 'stop', usage };
  }

  private answer(request: ModelRequest): { readonly text: string; readonly calls: readonly Call[] } {
    this.takeUp(request);
    // What an edit shows is shown after it.
    const view = new WindowView(request, (range) => this.knowledge.shown(range));
    const step = this.steps[this.at];
    if (!step) return { text: 'Done.', calls: [] };
    if (step.kind === 'call') {
      this.nextStep();
      for (const call of step.calls) {
        this.results.set(Object.values(call.arguments)[0] ?? '', call.result);
        if (call.name === 'run_command') this.awaits = 'run';
      }
      return { text: step.text, calls: step.calls };
    }
    const missing = this.missing(step, view);
    if (missing.length > 0 && this.rounds < MAX_ROUNDS) {
      this.rounds++;
      this.faultCalls += missing.length;
      return { text: 'I need to see that first.', calls: missing };
    }
    if (missing.length > 0) this.gaveUp++;
    return this.use(step);
  }

  /** What the results of the last step say. */
  private takeUp({ messages }: ModelRequest): void {
    const { awaits } = this;
    this.awaits = undefined;
    if (awaits === undefined) return;
    const result = messages.findLast((message) => message.role === 'tool')?.content ?? '';
    const [heading = '', first = ''] = result.split('\n', 2);
    const failed = heading.endsWith('· failed]');
    if (awaits === 'run') {
      const address = /tool:[^\s/]+\/\d+/.exec(heading)?.[0];
      if (address) this.runs.push(address);
    } else if (awaits === 'note') {
      const id = /Pinned as (\S+)\./.exec(first)?.[1];
      if (id) this.notes.push(id);
    } else if (failed && this.retries < MAX_RETRIES) {
      this.failedEdits++;
      this.retries++;
      this.rounds = 0;
    } else {
      this.retries = 0;
      const step = this.steps[this.at];
      if (step?.kind === 'use' && step.edit) {
        this.files.settle(step.edit, failed);
        this.knowledge.changed(step.edit, true);
      }
      this.nextStep();
    }
  }

  private use(step: Extract<PlannedStep, { kind: 'use' }>): { text: string; calls: readonly Call[] } {
    if (step.edit) {
      const { path, before, after } = step.edit;
      this.awaits = 'edit';
      return {
        text: step.text,
        calls: [{ name: 'edit_file', arguments: { path, old: before, new: after } }],
      };
    }
    this.nextStep();
    if (step.note === undefined) return { text: step.text, calls: [] };
    if (this.notes.length < NOTES) {
      this.awaits = 'note';
      return { text: step.text, calls: [{ name: 'pin_note', arguments: { text: step.note } }] };
    }
    const id = this.notes[this.edited++ % NOTES];
    return { text: step.text, calls: [{ name: 'edit_note', arguments: { id, text: step.note } }] };
  }

  private nextStep(): void {
    this.at++;
    this.rounds = 0;
    this.asked = false;
  }

  private missing(step: Extract<PlannedStep, { kind: 'use' }>, view: WindowView): Call[] {
    const calls: Call[] = [];
    for (const need of step.needs) {
      const isShown = this.knowledge.knows(need.path, need, view.rangesOf(need.path));
      const key = `${need.path}#${need.startLine}`;
      const now = this.knowledge.hashOf(need.path, need);
      if (!this.asked) this.count(isShown, this.lastSeen.get(key), now);
      if (isShown) this.lastSeen.set(key, now);
      else calls.push(readCall(need));
    }
    const run = step.earlierRun === undefined ? undefined : this.runs.at(-step.earlierRun);
    if (run !== undefined) {
      const isShown = view.hasResult(run);
      if (!this.asked) this.needs[isShown ? 'resident' : 'capacity']++;
      // Its first page is enough, and it comes under another result's heading.
      if (!isShown && !this.asked) calls.push({ name: 'page_in', arguments: { address: run } });
    }
    this.asked = true;
    return calls;
  }

  private count(isShown: boolean, seen: string | undefined, now: string): void {
    if (isShown) this.needs.resident++;
    else if (seen === undefined) this.needs.cold++;
    else this.needs[seen === now ? 'capacity' : 'stale']++;
  }
}

function readCall({ path, startLine, endLine }: Place): Call {
  return { name: 'read_file', arguments: { path, startLine, endLine } };
}

/** Long enough to cost what a summary costs; its words are those of the request's end. */
function summaryOf({ messages }: ModelRequest): string {
  return (messages.at(-1)?.content ?? '').slice(-2400);
}

/** @returns bytes that were in the request before and have to be sent anew because something before them changed */
function rewritten(previous: CountedPrompt | undefined, prompt: CountedPrompt): number {
  if (!previous) return 0;
  const shared = prompt.shared(previous);
  if (shared === previous.parts.length) return 0;
  const before = new Set(previous.parts.map((part) => part.text));
  const last = prompt.parts.findLastIndex((part) => before.has(part.text));
  return prompt.parts.slice(shared, last + 1).reduce((sum, part) => sum + part.text.length, 0);
}
