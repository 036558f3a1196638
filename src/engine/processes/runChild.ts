/** Runs one sub-agent from its fork to its end. */
import type { AgentParts } from '../AgentParts';
import type { FileChanges } from '../changes/FileChanges';
import { describeError } from '../errors';
import type { Note, TurnEnd } from '../events';
import type { ModelSource } from '../ModelInUse';
import type { SessionListener } from '../SessionRecorder';
import { ChildWatch } from './ChildWatch';
import { type NoteProposal, noteProposals } from './noteProposals';
import type { ProcessAccount } from './ProcessAccount';
import type { EndedProcess } from './processResult';

/** A process as the one that spawned it drives it. */
interface ChildProcess {
  readonly notes: { list(): readonly Note[] };
  onEvent(listener: SessionListener): void;
  submit(text: string): Promise<TurnEnd>;
  /** Cancels the turn and resolves when it has ended. */
  halt(): Promise<void>;
  dispose(): Promise<void>;
}

export type OpenProcess = (parts: AgentParts, model: ModelSource) => Promise<ChildProcess>;

export interface ChildOrder {
  readonly session: string;
  readonly parent: string;
  /** The parent's events that it inherits; 0: none. */
  readonly through: number;
  readonly context: 'fresh' | 'fork';
  readonly task: string;
  readonly depth: number;
  readonly callLimit: number;
  readonly account: ProcessAccount;
  /** What it does to files goes through the parent's. */
  readonly changes: FileChanges;
}

/** @returns what a process of these bounds is made of, but its log */
export function childParts(
  agent: AgentParts,
  { callLimit, depth, account, changes }: Pick<ChildOrder, 'callLimit' | 'depth' | 'account' | 'changes'>,
): Omit<AgentParts, 'log'> {
  // What happens outside, and what the person looks at, is for the person's chat.
  const { editor: _, ...parts } = agent;
  return {
    ...parts,
    sources: [],
    settings: () => ({ ...agent.settings(), maxCallsPerTurn: callLimit }),
    bounds: { depth, account, changes },
  };
}

/**
 * Never throws: a failure is how it ended. When the signal aborts the sub-agent is cancelled and waited for.
 * @param onCalls told of the calls it makes
 */
export async function runChild(
  order: ChildOrder,
  agent: AgentParts,
  open: OpenProcess,
  model: ModelSource,
  signal: AbortSignal,
  onCalls: (watch: ChildWatch, names: readonly string[]) => void,
): Promise<EndedProcess> {
  const { session, context, callLimit, account } = order;
  const startedAt = agent.clock.now();
  const watch = new ChildWatch(session, account, (names) => onCalls(watch, names));
  let reason: TurnEnd = 'error';
  let failure: string | undefined;
  let proposals: readonly NoteProposal[] = [];
  try {
    const child = await begin(order, agent, open, model);
    const halt = () => void child.halt();
    try {
      const notes = child.notes.list();
      child.onEvent((event) => watch.take(event));
      signal.addEventListener('abort', halt, { once: true });
      reason = signal.aborted ? 'cancelled' : await child.submit(assignment(order));
      // What was broken off proposes nothing.
      if (reason === 'done' || reason === 'callLimit' || reason === 'tokenLimit')
        proposals = noteProposals(notes, child.notes.list(), (id) => watch.messageOf(id));
    } finally {
      signal.removeEventListener('abort', halt);
      await child.dispose();
    }
  } catch (error) {
    reason = 'error';
    failure = describeError(error);
  }
  const message = failure ?? watch.message;
  return {
    session,
    context,
    reason,
    ...(message === undefined ? {} : { message }),
    answer: watch.answer,
    calls: watch.calls,
    callLimit,
    spentTokens: account.spent,
    spent: watch.spent,
    tokenLimit: account.limit,
    ...(watch.messages === undefined ? {} : { messages: watch.messages }),
    proposals,
    ms: agent.clock.now() - startedAt,
  };
}

async function begin(
  order: ChildOrder,
  agent: AgentParts,
  open: OpenProcess,
  model: ModelSource,
): Promise<ChildProcess> {
  const { session, parent, through, task } = order;
  const log = await agent.forkLog(session, { from: parent, through, kind: 'process', task });
  try {
    return await open({ ...childParts(agent, order), log }, model);
  } catch (error) {
    await log.close();
    throw error;
  }
}

function assignment({ context, task }: ChildOrder): string {
  const who =
    context === 'fork'
      ? 'From here on you are a sub-agent: a copy of this conversation with a window of its own.'
      : 'You are a sub-agent with a window of your own; you know nothing of the conversation that sent you.';
  return `${who} Do the task below and nothing else, then answer with the result: your answer is all that is seen of you.\n\nTask: ${task}`;
}
