/**
 * Function executor (Packer et al. 2023, section 2.3): parses, validates and runs the calls of one step and records
 * their results; every failure goes back to the model as the call's result.
 */
import { toolAddress } from './addresses';
import type { ToolCall } from './chat';
import { digest } from './digest';
import type { EngineFunction, FunctionContext, FunctionOutcome } from './EngineFunction';
import { describeError } from './errors';
import type { EventOf } from './events';
import { CLIP_TOLERANCE } from './evictionPlan';
import { faultCause } from './faultCause';
import { type ModeSettings, refusedByMode } from './modes';
import { orAborted } from './orAborted';
import type { Fault } from './pages';
import type { BlobStore, Clock, TokenCounter } from './ports';
import { entryTokens, messageTokens } from './queueEntries';
import type { SessionRecorder } from './SessionRecorder';

export interface FailedCall {
  readonly name: string;
  readonly error: string;
}

/** What the calls of one step share. */
export interface StepContext extends Omit<FunctionContext, 'callId' | 'address' | 'storePart' | 'progress'> {
  readonly onProgress: (callId: string, text: string) => void;
  /** Own tokens of a result that is no look-up: of a longer one a digest is shown. */
  readonly digestTokens: number;
}

export class FunctionExecutor {
  private readonly functions: ReadonlyMap<string, EngineFunction>;
  /** Of the calls that run, by their ids. */
  private readonly running = new Map<string, AbortController>();

  constructor(
    functions: readonly EngineFunction[],
    private readonly recorder: SessionRecorder,
    private readonly blobs: BlobStore,
    private readonly counter: TokenCounter,
    private readonly clock: Clock,
    /** Asked at each call. */
    private readonly mode: () => ModeSettings,
  ) {
    this.functions = new Map(functions.map((fn) => [fn.schema.name, fn]));
  }

  /**
   * Runs the calls of one assistant message: runs of read-only and parallel calls together, all others alone and in order.
   * Results are recorded in the order of the calls, so that the log does not depend on timing.
   * @param firstCall number of the first call in the session, 1-based
   * @returns the calls that failed
   * @throws JournalError
   */
  async execute(
    turn: number,
    calls: readonly ToolCall[],
    firstCall: number,
    context: StepContext,
  ): Promise<readonly FailedCall[]> {
    const failed: FailedCall[] = [];
    const numbered = calls.map((call, index) => ({ call, number: firstCall + index }));
    for (const batch of batches(numbered, ({ call }) => this.runsBesideOthers(call.name))) {
      const running = batch.map(({ call, number }) => this.runTimed(call, number, context));
      for (const [index, item] of batch.entries()) {
        const { outcome, ms } = await (running[index] as ReturnType<typeof this.runTimed>);
        if (outcome.isError) failed.push({ name: item.call.name, error: outcome.text });
        await this.recordResult(turn, item.call, item.number, outcome, ms, context);
      }
    }
    return failed;
  }

  /** Ends one call, and the turn goes on with what it gives. A call that does not run is left alone. */
  stopCall(callId: string): void {
    this.running.get(callId)?.abort();
  }

  /** A call and its result are never apart: calls that got none receive one that says why. @throws JournalError */
  async closeOpenCalls(turn: number, text: string): Promise<void> {
    const { state } = this.recorder;
    const open = [...state.openCalls];
    for (const [index, [callId, name]] of open.entries()) {
      await this.recorder.record({
        type: 'function.result',
        turn,
        callId,
        name,
        // Results are recorded in the order of the calls, so the open ones are the last.
        address: toolAddress(state.session, state.calls - open.length + 1 + index),
        result: await this.blobs.put(text),
        tokens: await entryTokens(this.counter, { role: 'tool', callId, content: text }),
        isError: true,
        pages: [],
        ms: 0,
      });
    }
  }

  private runsBesideOthers(name: string): boolean {
    const fn = this.functions.get(name);
    return fn !== undefined && (fn.readOnly || (fn.parallel ?? false));
  }

  private async runTimed(
    call: ToolCall,
    number: number,
    context: StepContext,
  ): Promise<{ outcome: FunctionOutcome; ms: number }> {
    const start = this.clock.now();
    const stop = new AbortController();
    this.running.set(call.id, stop);
    try {
      const signal = AbortSignal.any([context.signal, stop.signal]);
      const outcome = await this.run(call, number, { ...context, signal });
      return { outcome, ms: this.clock.now() - start };
    } finally {
      this.running.delete(call.id);
    }
  }

  private async run(call: ToolCall, number: number, context: StepContext): Promise<FunctionOutcome> {
    if (context.signal.aborted) return failure('Cancelled by the person before it ran.');
    const fn = this.functions.get(call.name);
    if (!fn) {
      return failure(
        `There is no function ${call.name}. Functions: ${[...this.functions.keys()].join(', ')}.`,
      );
    }
    const refused = refusedByMode(call.name, fn.effect, this.mode());
    if (refused !== undefined) return failure(refused);
    let value: unknown;
    try {
      value = call.arguments.trim() === '' ? {} : JSON.parse(call.arguments);
    } catch (error) {
      return failure(`The arguments are not valid JSON: ${describeError(error)}. Send one JSON object.`);
    }
    try {
      const validation = fn.validate(value);
      if (!validation.ok) return failure(`Invalid arguments: ${validation.error}`);
      const progress = (text: string) => context.onProgress(call.id, text);
      const running = fn.run(validation.value, {
        ...context,
        callId: call.id,
        address: toolAddress(context.session, number),
        storePart: (text) => this.blobs.put(text),
        progress,
      });
      // What only reads may be left behind when the person stops and it does not; what acts is waited for.
      return await (fn.readOnly ? orAborted(running, context.signal) : running);
    } catch (error) {
      return failure(context.signal.aborted ? 'Cancelled by the person.' : describeError(error));
    }
  }

  private async recordResult(
    turn: number,
    call: ToolCall,
    number: number,
    outcome: FunctionOutcome,
    ms: number,
    context: StepContext,
  ): Promise<void> {
    const address = toolAddress(context.session, number);
    const [textTokens = 0] = await this.counter.count([outcome.text]);
    // A look-up brings what was asked for; what else a result says can be looked up.
    const asked = outcome.entire || outcome.fault || outcome.pages?.length;
    const limit = asked ? context.maxResultTokens : Math.min(context.maxResultTokens, context.digestTokens);
    const clip = textTokens > limit * CLIP_TOLERANCE;
    const body = clip ? await digest(outcome.text, textTokens, limit, address, this.counter) : outcome.text;
    const tokens = clip ? ((await this.counter.count([body]))[0] ?? 0) : textTokens;
    const shown = `[${address} · ${textTokens} tokens${outcome.isError ? ' · failed' : ''}]\n${body}`;
    const [headingTokens = 0] = await this.counter.count([shown.slice(0, shown.indexOf('\n') + 1)]);
    const event: Omit<EventOf<'function.result'>, 'seq' | 'at'> = {
      type: 'function.result',
      turn,
      callId: call.id,
      name: call.name,
      address,
      result: await this.blobs.put(shown),
      ...(clip ? { whole: await this.blobs.put(outcome.text) } : {}),
      ...(outcome.parts?.length ? { parts: outcome.parts } : {}),
      tokens: messageTokens(tokens + headingTokens),
      isError: outcome.isError ?? false,
      ...this.faultOf(outcome),
      // A clipped result does not show all of its lines, so none of them may count as resident.
      pages: clip ? [] : (outcome.pages ?? []),
      ...(outcome.anchors?.length && !clip ? { anchors: outcome.anchors } : {}),
      ...(outcome.shows && !clip ? { shows: outcome.shows } : {}),
      ms,
    };
    await this.recorder.record(event);
  }

  private faultOf({ fault, pages = [], shows = [] }: FunctionOutcome): { readonly fault?: Fault } {
    if (!fault) return {};
    if (fault.kind === 'minor' || fault.cause) return { fault };
    const { state } = this.recorder;
    if (pages.length > 0)
      return { fault: { ...fault, cause: faultCause(pages, (path) => state.shownOf(path)) } };
    if (shows.length === 0) return { fault };
    if (shows.some((address) => state.hints.covers(address))) return { fault: { ...fault, cause: 'hint' } };
    const isKnown = shows.some((address) => state.shownTexts.holderOf(address) !== undefined);
    return { fault: { ...fault, cause: isKnown ? 'capacity' : 'cold' } };
  }
}

function failure(text: string): FunctionOutcome {
  return { text, isError: true };
}

/** Splits into runs of items that may share a batch; an item that may not is a batch of its own. */
function batches<T>(items: readonly T[], shares: (item: T) => boolean): T[][] {
  const result: T[][] = [];
  let open = false;
  for (const item of items) {
    const share = shares(item);
    const last = result.at(-1);
    if (share && open && last) last.push(item);
    else result.push([item]);
    open = share;
  }
  return result;
}
