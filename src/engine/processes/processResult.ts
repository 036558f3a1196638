/** What the one who spawned a sub-agent is shown of it: its answer, what it cost, where its messages are, its notes. */
import type { FunctionOutcome } from '../EngineFunction';
import type { TurnEnd } from '../events';
import type { Spent } from '../SpentTokens';
import type { MergedNotes, NoteProposal } from './noteProposals';

/** A sub-agent that has come to its end. */
export interface EndedProcess {
  readonly session: string;
  readonly context: 'fresh' | 'fork';
  readonly reason: TurnEnd;
  /** Of an error. */
  readonly message?: string;
  /** The last thing it said; empty when it said nothing. */
  readonly answer: string;
  readonly calls: number;
  readonly callLimit: number;
  /** Provider tokens. */
  readonly spentTokens: number;
  readonly spent: readonly Spent[];
  readonly tokenLimit: number;
  /** Address of all its messages; undefined when there are none. */
  readonly messages?: string;
  readonly proposals: readonly NoteProposal[];
  readonly ms: number;
}

export function processResult(ended: EndedProcess, notes: MergedNotes): FunctionOutcome {
  const failed = ended.reason === 'error' || ended.reason === 'cancelled' || ended.reason === 'interrupted';
  const cost = [
    ended.session,
    ended.context,
    `${ended.calls} of ${ended.callLimit} calls`,
    `${ended.spentTokens} of ${ended.tokenLimit} tokens`,
    ...(ended.messages === undefined ? [] : [`its messages: ${ended.messages}`]),
  ];
  const parts = [
    `[${cost.join(' · ')}]`,
    endOf(ended),
    ended.answer,
    listed('Notes taken over:', notes.applied),
    listed('CONFLICTS, not applied:', notes.conflicts),
  ];
  const text = parts.filter((part) => part !== '').join('\n');
  return { text, entire: true, ...(failed ? { isError: true } : {}) };
}

function endOf({ reason, message, answer }: EndedProcess): string {
  const last = answer === '' ? 'It had said nothing.' : 'The last thing it said:';
  switch (reason) {
    case 'done':
      return answer === '' ? 'The sub-agent ended without an answer.' : '';
    case 'callLimit':
      return `The sub-agent was ended at its limit of calls, before it was done. ${last}`;
    case 'tokenLimit':
      return `The sub-agent was ended at its limit of tokens, before it was done. ${last}`;
    case 'cancelled':
    case 'interrupted':
      return `The sub-agent was cancelled. ${last}`;
    case 'error':
      return `The sub-agent failed: ${message ?? 'no reason was given'} ${last}`;
  }
}

function listed(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines.map((line) => `- ${line}`)].join('\n');
}
