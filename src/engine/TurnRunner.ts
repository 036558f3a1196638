/**
 * Runs a turn: model steps and function calls, chained until the model answers without a call
 * (Packer et al. 2023, section 2.4).
 */

import type { AgentParts } from './AgentParts';
import type { Anticipation } from './Anticipation';
import type { AttachmentDelivery } from './AttachmentDelivery';
import type { FileChanges } from './changes/FileChanges';
import type { ToolCall } from './chat';
import { cutText } from './cutText';
import type { ProcessSpawner } from './EngineFunction';
import type { EventDelivery } from './EventDelivery';
import type { EditWatch } from './editWatch';
import { ModelError } from './errors';
import type { TurnEnd } from './events';
import { FileEditor } from './FileEditor';
import type { FoundPlaces } from './FoundPlaces';
import { type FailedCall, FunctionExecutor, type StepContext } from './FunctionExecutor';
import { requestHash } from './MainContext';
import type { ModelInUse, PreparedModel } from './ModelInUse';
import { MISSED_WITHOUT_FUNCTIONS } from './missedWithoutFunctions';
import type { OutputBuffer } from './OutputBuffer';
import { PageReferences } from './PageReferences';
import { missingRanges } from './PageTable';
import type { LanguageModel } from './ports';
import type { QueueManager } from './QueueManager';
import { entryTokens } from './queueEntries';
import { rewriteFile } from './rewriteFile';
import { SessionNotes } from './SessionNotes';
import { SessionPlan } from './SessionPlan';
import type { SessionRecorder } from './SessionRecorder';
import type { SessionState } from './SessionState';
import { TieredFaultHandler } from './TieredFaultHandler';
import type { TokenBudget } from './TokenBudget';
import type { WindowRequests } from './WindowRequests';

export interface TurnRunnerParts {
  readonly agent: AgentParts;
  readonly found: FoundPlaces;
  readonly state: SessionState;
  readonly recorder: SessionRecorder;
  readonly queue: QueueManager;
  readonly model: ModelInUse;
  readonly delivery: EventDelivery;
  readonly attachments: AttachmentDelivery;
  readonly requests: WindowRequests;
  readonly anticipation: Anticipation;
  readonly output: OutputBuffer;
  readonly processes: ProcessSpawner;
  readonly changes: FileChanges;
  readonly edits?: EditWatch;
}

export class TurnRunner {
  /** Text of the answer that is being streamed. */
  streamed = '';
  /** What the model has thought before it. */
  reasoned = '';
  /** Whether the turn under way was sent something after it had started that no request has held yet. */
  unanswered = false;

  readonly executor: FunctionExecutor;
  private readonly references: PageReferences;

  constructor(private readonly parts: TurnRunnerParts) {
    const { agent, recorder } = parts;
    this.references = new PageReferences(parts.state, agent.blobs);
    const { functions, blobs, counter, clock, settings } = agent;
    this.executor = new FunctionExecutor(functions, recorder, blobs, counter, clock, settings);
  }

  /** Chains steps until the model answers without a call, or the limit of calls is reached. @throws VirtualContextError */
  async chain(turn: number, signal: AbortSignal): Promise<{ reason: TurnEnd; message?: string }> {
    const { maxCallsPerTurn } = this.parts.agent.settings();
    this.unanswered = false;
    await this.begin(turn, signal);
    for (let made = 0; made < maxCallsPerTurn; ) {
      if (this.parts.agent.bounds?.account.left === 0) return { reason: 'tokenLimit' };
      const prepared = await this.parts.model.prepare(signal);
      const { model, budget } = prepared;
      await this.deliver(turn, budget, signal);
      const asked = await this.parts.requests.run(async () => prepared, signal);
      // A summary takes its time: what has happened meanwhile is told before the model goes on.
      if ((await this.parts.queue.prepareStep(model, budget, signal)) || asked) {
        await this.deliver(turn, budget, signal);
        await this.parts.queue.prepareStep(model, budget, signal);
      }
      this.emitGauge();
      const firstCall = this.parts.state.calls + 1;
      const calls = await this.step(turn, prepared, signal);
      this.emitGauge();
      if (calls.length === 0) {
        // What its edits have broken it should hear of before it says that it is done.
        if (await this.parts.edits?.settled(signal)) continue;
        return { reason: 'done' };
      }
      this.parts.edits?.before();
      const failed = await this.executor.execute(
        turn,
        calls,
        firstCall,
        // A refusal may have corrected the budget.
        this.functionContext(calls.length, this.parts.model.budget ?? budget, signal),
      );
      if (signal.aborted) return { reason: 'cancelled' };
      if (failed.length > 0) await this.parts.delivery.interrupt('failedCall', failedText(failed));
      made += calls.length;
    }
    return {
      reason: 'callLimit',
      message: `Stopped after ${maxCallsPerTurn} calls, the limit for one turn. Continue, or raise virtualContext.maxCallsPerTurn.`,
    };
  }

  /** Delivers what woke the process. What the person wrote is recorded even when no model can be asked. @throws ModelError */
  private async begin(turn: number, signal: AbortSignal): Promise<void> {
    const { delivery, model } = this.parts;
    let failure: unknown;
    try {
      await model.prepare(signal);
    } catch (error) {
      failure = error;
    }
    await delivery.deliverPosted(turn, model.budget ?? model.assumedBudget());
    if (failure !== undefined) throw failure;
  }

  /** A boundary between two steps. */
  private async deliver(turn: number, budget: TokenBudget, signal: AbortSignal): Promise<void> {
    if (await this.parts.delivery.deliver(turn, budget, signal)) this.unanswered = true;
    await this.parts.attachments.deliver(budget, signal);
    await this.parts.anticipation.beforeStep(budget, signal);
  }

  /** One model step; a request refused for its length is shrunk and sent once more. */
  private async step(
    turn: number,
    prepared: PreparedModel,
    signal: AbortSignal,
  ): Promise<readonly ToolCall[]> {
    try {
      return await this.ask(turn, prepared, signal);
    } catch (error) {
      if (!(error instanceof ModelError) || this.streamed !== '') throw error;
      const { model } = prepared;
      const { recorder, state } = this.parts;
      if (error.details.refusesFunctions && model.callsFunctions === false) {
        return await this.askWithoutFunctions(turn, prepared, error, signal);
      }
      if (error.kind !== 'contextLength') throw error;
      const { budget, correction } = this.parts.model.refused(
        prepared,
        state.context.tokens.total,
        error.details.windowTokens,
      );
      const failure = { type: 'request.failed', kind: error.kind, message: error.message } as const;
      await recorder.record(failure, correction);
      await this.parts.queue.shrink(model, budget, signal);
      return await this.ask(turn, { model, budget }, signal);
    } finally {
      this.streamed = '';
      this.reasoned = '';
    }
  }

  /** The endpoint has said that the model calls no functions: it is told so, and goes on with what the window holds. */
  private async askWithoutFunctions(
    turn: number,
    prepared: PreparedModel,
    { kind, message }: ModelError,
    signal: AbortSignal,
  ): Promise<readonly ToolCall[]> {
    const { model, budget } = prepared;
    const text = `${model.id} cannot call functions. ${MISSED_WITHOUT_FUNCTIONS}`;
    await this.parts.recorder.record(
      { type: 'request.failed', kind, message },
      { type: 'model.notice', model: model.id, text },
    );
    await this.parts.queue.prepareStep(model, budget, signal);
    return this.ask(turn, prepared, signal);
  }

  private async ask(
    turn: number,
    { model, budget }: PreparedModel,
    signal: AbortSignal,
  ): Promise<readonly ToolCall[]> {
    const own = this.parts.state.context.tokens.total;
    const request = this.parts.state.context.request(budget.reservedOutput);
    await this.parts.recorder.record({
      type: 'request.sent',
      purpose: 'step',
      model: model.id,
      hash: requestHash(request, this.parts.agent.hash),
      messages: request.messages.length,
      maxOutputTokens: request.maxOutputTokens,
      estimatedTokens: budget.estimate(own),
    });
    this.unanswered = false;
    const sentAt = this.parts.agent.clock.now();
    const calls: ToolCall[] = [];
    let cut: 'length' | undefined;
    this.streamed = '';
    this.reasoned = '';
    try {
      for await (const event of model.stream(request, signal)) {
        if (event.type === 'text') {
          this.streamed += event.text;
          this.parts.output.emit({ type: 'textDelta', turn, text: event.text });
        } else if (event.type === 'reasoning') {
          this.reasoned += event.text;
          this.parts.output.emit({ type: 'reasoningDelta', turn, text: event.text });
        } else if (event.type === 'notice') {
          await this.parts.recorder.record({ type: 'model.notice', model: model.id, text: event.text });
        } else if (event.type === 'toolCall') {
          // Providers reuse ids across turns; ours are unique in the session.
          calls.push({ ...event.call, id: `call_${this.parts.state.calls + calls.length + 1}` });
        } else {
          if (event.reason === 'length' && calls.length === 0) cut = 'length';
          if (event.usage) budget.observe(own, event.usage.promptTokens);
          await this.parts.recorder.record({
            type: 'response.received',
            purpose: 'step',
            ...(event.usage ? { usage: event.usage } : {}),
            ownTokens: own,
            calibration: budget.calibration,
            ms: this.parts.agent.clock.now() - sentAt,
          });
        }
      }
      await this.recordAnswer(turn, model, calls, cut);
      return calls;
    } catch (error) {
      if (this.streamed !== '')
        await this.recordAnswer(turn, model, [], signal.aborted ? 'cancelled' : 'error');
      throw error;
    }
  }

  private async recordAnswer(
    turn: number,
    model: LanguageModel,
    calls: readonly ToolCall[],
    cut?: 'cancelled' | 'length' | 'error',
  ): Promise<void> {
    const text = this.streamed;
    const reasoning = this.reasoned.trim();
    const returns = reasoning !== '' && calls.length > 0 && model.wantsReasoning === true;
    const tokens = await entryTokens(this.parts.agent.counter, {
      role: 'assistant',
      content: text,
      toolCalls: calls,
      ...(returns ? { reasoning } : {}),
    });
    const references = await this.references.of({ text, calls });
    await this.parts.recorder.record({
      type: 'message.assistant',
      turn,
      text,
      calls,
      tokens,
      ...(references.length > 0 ? { references } : {}),
      ...(reasoning === '' ? {} : { reasoning }),
      ...(returns ? { returnsReasoning: true as const } : {}),
      ...(cut ? { cut } : {}),
    });
  }

  private functionContext(calls: number, budget: TokenBudget, signal: AbortSignal): StepContext {
    const { agent, found, state, recorder, queue, requests, processes, changes } = this.parts;
    const maxResultTokens = queue.admissionLimit(calls, budget);
    const faults = new TieredFaultHandler({ ...agent, found, state }, maxResultTokens);
    const editor = new FileEditor({ ...agent, state, faults, changes });
    return {
      session: state.session,
      processes,
      notes: new SessionNotes('model', recorder, agent.counter, agent.hash, agent.clock),
      plan: new SessionPlan('model', recorder, agent.counter),
      faults,
      recall: agent.recall,
      archival: found,
      archive: (text) => this.archive(text),
      files: agent.files,
      changeFile: {
        edit: (edit) => editor.edit(edit, signal),
        write: (file) => editor.write(file, signal),
        move: (move) => editor.move(move, signal),
        delete: (path) => editor.delete(path, signal),
      },
      rewriteFile: (path, before, after) =>
        rewriteFile({ ...agent, changes: this.parts.changes }, path, before, after, signal),
      approver: agent.approver,
      onProgress: (callId, text) => this.parts.output.emit({ type: 'callProgress', callId, text }),
      clock: agent.clock,
      countTokens: async (text) => (await agent.counter.count([text]))[0] ?? 0,
      maxResultTokens,
      digestTokens: agent.settings().policy.result,
      changeWindow: (request) => requests.ask(request),
      isResident: (address) => faults.isResident(address),
      isRangeResident: (path, startLine, endLine) =>
        missingRanges({ startLine, endLine }, state.pages.freshPagesOf(path)).length === 0,
      signal,
    };
  }

  private async archive(text: string): Promise<string> {
    const { agent, recorder } = this.parts;
    const id = agent.hash(`${agent.clock.now()} ${text}`).slice(0, 8);
    await recorder.record({ type: 'archival.inserted', id, text });
    return id;
  }

  private emitGauge(): void {
    this.parts.output.emit({ type: 'gauge', gauge: this.parts.model.gauge() });
  }
}

/** Failures that one interrupt repeats: each call's result says it in full. */
const MAX_NAMED_FAILURES = 5;

function failedText(failed: readonly FailedCall[]): string {
  const named = failed.slice(0, MAX_NAMED_FAILURES);
  const lines = named.map(({ name, error }) => `- ${name}: ${cutText(error.split('\n', 1)[0] ?? '', 200)}`);
  if (failed.length > named.length) lines.push(`- and ${failed.length - named.length} more`);
  return `Failed calls:\n${lines.join('\n')}\nCorrect the arguments or take another way.`;
}
