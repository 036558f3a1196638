/**
 * The sub-agents of a process: starts them within bounds of depth, width, calls and tokens, waits for them, and merges
 * what they bring back in the order they were asked for.
 */
import type { AgentParts } from '../AgentParts';
import type { FileChanges } from '../changes/FileChanges';
import type { FunctionOutcome, ProcessSpawner, SpawnRequest } from '../EngineFunction';
import { ProcessLimitError } from '../errors';
import type { ModelSource } from '../ModelInUse';
import type { OutputBuffer } from '../OutputBuffer';
import type { LanguageModel, ModelProfile } from '../ports';
import type { SessionNotes } from '../SessionNotes';
import type { SessionRecorder } from '../SessionRecorder';
import { ChildWatch } from './ChildWatch';
import { mergeNotes } from './noteProposals';
import { ProcessAccount } from './ProcessAccount';
import { type EndedProcess, processResult } from './processResult';
import { childParts, type OpenProcess, runChild } from './runChild';

/** The person's chat is at depth 0. */
const MAX_DEPTH = 2;
/** Sub-agents of one process that run at once; more of them wait. */
const WIDTH = 4;
const DEFAULT_CALLS = 20;
/** Windows of the model that a sub-agent may spend, prompts and output of all its requests together. */
const WINDOWS = 8;

export interface ProcessTableParts {
  readonly agent: AgentParts;
  readonly recorder: SessionRecorder;
  readonly output: OutputBuffer;
  /** Working context, as the model changes it. */
  readonly notes: SessionNotes;
  readonly model: ModelSource;
  /** The model of the last step, and its window as it is known now. */
  readonly asked: () => { readonly model: LanguageModel; readonly profile: ModelProfile } | undefined;
  readonly open: OpenProcess;
  readonly changes: FileChanges;
}

export class ProcessTable implements ProcessSpawner {
  private last = 0;
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private concluded: Promise<unknown> = Promise.resolve();
  private narrowed:
    | { readonly of: LanguageModel; readonly to: ModelProfile; readonly model: LanguageModel }
    | undefined;

  constructor(private readonly parts: ProcessTableParts) {}

  /** @throws ProcessLimitError | JournalError */
  spawn(request: SpawnRequest, callId: string, signal: AbortSignal): Promise<FunctionOutcome> {
    const { bounds } = this.parts.agent;
    const depth = (bounds?.depth ?? 0) + 1;
    if (depth > MAX_DEPTH) {
      throw new ProcessLimitError(
        `Sub-agents may be ${MAX_DEPTH} levels deep, and this would be one more.`,
        'Do the task yourself.',
      );
    }
    const ended = this.inSlot(() => this.run(request, depth, callId, signal));
    // In the order of the calls, so that the log does not depend on which is done first.
    const outcome = Promise.allSettled([this.concluded, ended]).then(async () => this.conclude(await ended));
    this.concluded = outcome.catch(() => undefined);
    return outcome;
  }

  /** Closes the sub-agents that a crash cut short. @throws JournalError */
  async recover(): Promise<void> {
    const { agent, recorder } = this.parts;
    for (const session of recorder.state.processes.running()) {
      const account = new ProcessAccount(Number.POSITIVE_INFINITY);
      const watch = new ChildWatch(session, account);
      let begun = false;
      for await (const event of agent.history.events(session)) {
        begun = true;
        watch.take(event);
      }
      if (begun) await this.close(session).catch(() => undefined);
      await recorder.record({
        type: 'process.ended',
        process: session,
        reason: 'interrupted',
        calls: watch.calls,
        spentTokens: account.spent,
        spent: watch.spent,
        ms: 0,
      });
    }
  }

  private async run(
    request: SpawnRequest,
    depth: number,
    callId: string,
    signal: AbortSignal,
  ): Promise<EndedProcess> {
    const { agent, recorder, output, open } = this.parts;
    const { state } = recorder;
    // It may have waited for its turn.
    signal.throwIfAborted();
    const { context, task, steps = DEFAULT_CALLS } = request;
    const callLimit = Math.min(steps, agent.settings().maxCallsPerTurn);
    const account = this.account(request);
    this.last = Math.max(this.last, state.processes.started) + 1;
    const session = `${state.session}.${this.last}`;
    const through = context === 'fork' ? state.processes.lastRequest : 0;
    await recorder.record({
      type: 'process.started',
      process: session,
      callId,
      context,
      task,
      callLimit,
      tokenLimit: account.limit,
    });
    const { changes } = this.parts;
    const order = {
      session,
      parent: state.session,
      through,
      context,
      task,
      depth,
      callLimit,
      account,
      changes,
    };
    return runChild(
      order,
      agent,
      open,
      () => this.model(),
      signal,
      (watch, names) => {
        const text = `${session} · ${watch.calls} of ${callLimit} calls · ${names.join(', ')}`;
        output.emit({ type: 'callProgress', callId, text });
      },
    );
  }

  /** @throws ProcessLimitError when nothing is left to spend */
  private account({ tokens }: SpawnRequest): ProcessAccount {
    const { agent, asked } = this.parts;
    const payer = agent.bounds?.account;
    const most = Math.min(
      WINDOWS * (asked()?.profile.windowTokens ?? 0),
      payer?.left ?? Number.POSITIVE_INFINITY,
    );
    if (most <= 0) {
      throw new ProcessLimitError('No tokens are left for a sub-agent.', 'Answer with what you have.');
    }
    return new ProcessAccount(Math.min(tokens ?? most, most), payer);
  }

  private async conclude(ended: EndedProcess): Promise<FunctionOutcome> {
    const { recorder, notes } = this.parts;
    const merged = await mergeNotes(ended.proposals, notes);
    await recorder.record({
      type: 'process.ended',
      process: ended.session,
      reason: ended.reason,
      ...(ended.message === undefined ? {} : { message: ended.message }),
      calls: ended.calls,
      spentTokens: ended.spentTokens,
      spent: ended.spent,
      ms: ended.ms,
    });
    return processResult(ended, merged);
  }

  /** Opening a session closes the turn that a crash cut short. */
  private async close(session: string): Promise<void> {
    const { agent, open, model, changes } = this.parts;
    const bounds = { callLimit: 0, depth: MAX_DEPTH, account: new ProcessAccount(0), changes };
    const log = await agent.openLog(session);
    try {
      await (await open({ ...childParts(agent, bounds), log }, model)).dispose();
    } finally {
      await log.close();
    }
  }

  /** The window is as it is known here: asked anew it might be promised larger, and the fork's first bytes would differ. */
  private async model(): Promise<LanguageModel> {
    const model = await this.parts.model();
    const asked = this.parts.asked();
    if (asked?.model !== model) return model;
    const { profile } = asked;
    if (this.narrowed?.of !== model || this.narrowed.to !== profile) {
      const { id, generative } = model;
      const stream: LanguageModel['stream'] = (request, signal) => model.stream(request, signal);
      this.narrowed = {
        of: model,
        to: profile,
        model: {
          id,
          generative,
          profile: async () => profile,
          stream,
          get callsFunctions() {
            return model.callsFunctions;
          },
          get wantsReasoning() {
            return model.wantsReasoning ?? false;
          },
        },
      };
    }
    return this.narrowed.model;
  }

  private async inSlot<Result>(run: () => Promise<Result>): Promise<Result> {
    if (this.running < WIDTH) this.running++;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
