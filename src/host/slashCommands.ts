/** What slash commands do: some act at once, the others are questions about what the person has selected or open. */
import { commands } from 'vscode';
import { VirtualContextError } from '../engine/errors';
import { AGENT_MODES, type AgentMode } from '../engine/modes';
import type { SlashResult } from '../webview/protocol';
import type { ChatSessions } from './chatSessions';
import { reviewPrompt } from './reviewPrompt';

export interface SlashParts {
  readonly sessions: Pick<ChatSessions, 'newChat' | 'changeWindow' | 'notes' | 'chooseMode' | 'beginPlan'>;
  /** Mention of the selected lines, else of the open file. @throws VirtualContextError when there is none */
  readonly editorToken: () => string;
  /** Whether lines are selected. */
  readonly isSelected: () => boolean;
}

type Act = (rest: string, parts: SlashParts) => Promise<SlashResult>;

const ACTS: Readonly<Record<string, Act>> = {
  new: async (_, { sessions }) => done(sessions.newChat()),
  compact: async (rest, { sessions }) => {
    if (rest === '') return done(run('compact'));
    const request = { kind: 'compact', instructions: rest } as const;
    const outcome = await sessions.changeWindow(request, new AbortController().signal);
    if (outcome === 'nothing')
      throw new VirtualContextError('There is nothing in the window to compact.', 'Go on as before.');
    return {};
  },
  reset: async () => done(run('reset')),
  rewind: async () => done(run('rewindToHere')),
  pin: async (rest, { sessions }) => done(rest === '' ? run('pinSelection') : sessions.notes.pin(rest)),
  model: async () => done(run('selectModel')),
  mode: async (rest, { sessions }) =>
    done(rest === '' ? run('selectMode') : sessions.chooseMode(modeNamed(rest))),
  plan: async (rest, { sessions }) => {
    if (rest === '') throw new VirtualContextError('A plan of what?', 'Say it after /plan.');
    await sessions.beginPlan();
    return question(
      'Look into this and write a plan with update_plan: steps that can be checked, in their order. Change nothing yet.',
      [],
      rest,
    );
  },
  explain: asks('Explain this code: what it does, how, and what to watch out for.'),
  fix: asks(
    'Find what is wrong with this code and fix it. The problems that the editor shows are attached.',
    '@problems',
  ),
  tests: asks('Write tests for this code, in the manner of the tests that are there already, and run them.'),
  review: async (rest, parts) => {
    const prompt = reviewPrompt(parts.isSelected() ? parts.editorToken() : '@changes');
    return question(prompt, [], rest);
  },
};

/** @throws VirtualContextError */
export async function runSlash(name: string, rest: string, parts: SlashParts): Promise<SlashResult> {
  const act = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined;
  if (!act) throw new VirtualContextError(`There is no command /${name}.`, 'Type / to see them all.');
  return act(rest.trim(), parts);
}

function asks(prompt: string, ...more: readonly string[]): Act {
  return async (rest, parts) => question(prompt, [parts.editorToken(), ...more], rest);
}

function question(prompt: string, mentions: readonly string[], rest: string): SlashResult {
  const lines = [[prompt, ...mentions].join(' '), rest].filter((line) => line !== '');
  return { send: lines.join('\n\n') };
}

/** @throws VirtualContextError */
function modeNamed(name: string): AgentMode {
  const known = AGENT_MODES.find((one) => one === name.toLowerCase());
  if (!known) throw new VirtualContextError(`There is no mode ${name}.`, `Choose ${AGENT_MODES.join(', ')}.`);
  return known;
}

async function run(command: string): Promise<void> {
  await commands.executeCommand(`virtualContext.${command}`);
}

async function done(act: Promise<unknown>): Promise<SlashResult> {
  await act;
  return {};
}
