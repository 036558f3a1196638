/** `run_command` and its companions: what may run unasked is decided here, by the classifier and the person's list. */
import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Approval } from '../engine/approvals';
import type { CommandPermissions, CommandRunner } from '../engine/commandPorts';
import type { EngineFunction, FunctionContext, FunctionOutcome } from '../engine/EngineFunction';
import { CommandError } from '../engine/errors';
import type { BackgroundCommands } from './backgroundCommands';
import type { CommandClassifier } from './commandClassifier';
import { CommandOutput } from './commandOutput';
import { defineFunction, positiveInteger } from './defineFunction';
import { locate, outside, relativeInside, type WorkspaceRoot } from './workspacePaths';

export interface CommandParts {
  readonly runner: CommandRunner;
  readonly background: BackgroundCommands;
  readonly permissions: CommandPermissions;
  /** Loaded with the first command. */
  readonly classifier: () => Promise<CommandClassifier>;
}

const DEFAULT_SECONDS = 300;
/** The row shows the last lines of a running command, not more often than this. */
const SHOWN_LINES = 6;
const SHOW_EVERY_MS = 150;

/** @param roots the workspace folders now open */
export function createRunCommand(parts: CommandParts, roots: () => readonly WorkspaceRoot[]): EngineFunction {
  return defineFunction({
    name: 'run_command',
    description:
      'Run a shell command in the workspace; the person may be asked. Nobody can answer its prompts. Servers and watchers: background true, its end is told to you.',
    readOnly: false,
    effect: 'command',
    arguments: z.object({
      command: z.string().trim().min(1),
      cwd: z.string().optional().describe('folder, default: the workspace'),
      background: z.boolean().optional(),
      timeout: positiveInteger.optional().describe(`seconds, default ${DEFAULT_SECONDS}`),
    }),
    async run({ command: asked, cwd = '', background = false, timeout = DEFAULT_SECONDS }, context) {
      const place = placeOf(roots(), cwd, context);
      const decided = await decide(parts, asked, place, background, context);
      if ('refusal' in decided) return decided.refusal;
      const { command } = decided;
      const note = command === asked ? '' : `The person changed the command to: ${command}\n`;
      if (background) {
        const output = new CommandOutput(context.storePart);
        const order = { command, folder: place.folder, output };
        const { id } = parts.background.start(order, callerOf(context));
        return { text: `${note}Started in the background as ${id}. See command_output, stop_command.` };
      }
      const outcome = await runToEnd(parts.background, command, place.folder, timeout, context);
      return { ...outcome, text: note + outcome.text };
    },
  });
}

export function createStopCommand({ background }: CommandParts): EngineFunction {
  return defineFunction({
    name: 'stop_command',
    description: 'End a background command.',
    readOnly: false,
    arguments: z.object({ id: z.string() }),
    async run({ id }, { address }) {
      await background.stop(id, 'model');
      return background.report(id, address);
    },
  });
}

export function createCommandOutput({ background }: CommandParts): EngineFunction {
  return defineFunction({
    name: 'command_output',
    description: 'What a background command has printed so far.',
    readOnly: true,
    arguments: z.object({ id: z.string() }),
    run: ({ id }, { address }) => background.report(id, address),
  });
}

interface RunPlace {
  /** Absolute. */
  readonly folder: string;
  /** As the person knows it. */
  readonly shown: string;
  readonly roots: readonly string[];
}

/** @throws OutsideWorkspaceError | UnreadableFileError | CommandError */
function placeOf(roots: readonly WorkspaceRoot[], cwd: string, { files }: FunctionContext): RunPlace {
  const place = locate(roots, cwd) ?? (roots[0] ? { root: roots[0], relative: '' } : undefined);
  const folder = place ? join(place.root.path, place.relative) : '';
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new CommandError(`There is no folder ${cwd}.`, 'See what there is with list_directory.');
  const real = realpathSync.native(folder);
  const paths = roots.map(({ path }) => path);
  if (!paths.some((root) => relativeInside(realpathSync.native(root), real) !== undefined))
    throw outside(cwd);
  return { folder, shown: cwd === '' ? (place?.root.name ?? '') : files.canonical(cwd), roots: paths };
}

/** @returns the command as it may run, or what the model is told instead */
async function decide(
  { runner, permissions, classifier }: CommandParts,
  asked: string,
  { folder, shown, roots }: RunPlace,
  background: boolean,
  { approver, session, signal }: FunctionContext,
): Promise<{ readonly command: string } | { readonly refusal: FunctionOutcome }> {
  const safety = await classifier();
  const judge = (command: string) =>
    safety.classify(command, { shell: runner.shell(), folder, roots, allowed: permissions.allowed(session) });
  let command = asked;
  let { level, reason, prefixes } = await judge(command);
  if (level === 'allowed' || level === 'knownSafe') return { command };
  for (;;) {
    const approval: Approval = await approver.approve(
      {
        kind: 'command',
        command,
        folder: shown,
        background,
        reason,
        dangerous: level === 'danger',
        prefixes,
      },
      signal,
    );
    if (signal.aborted) return { refusal: { text: 'Cancelled by the person before it ran.', isError: true } };
    if (!approval.allowed) return { refusal: refused(approval.words) };
    const edited = approval.command?.trim() ?? '';
    if (edited === '' || edited === command) {
      if (approval.remember !== undefined && prefixes.length > 0)
        await permissions.allow(prefixes, approval.remember, session);
      return { command };
    }
    // What was offered was offered for the command as it was, and a slip of the hand may be dangerous.
    command = edited;
    ({ level, reason, prefixes } = await judge(command));
    if (level !== 'danger') return { command };
  }
}

function refused(words = ''): FunctionOutcome {
  const said = words === '' ? 'Go on without it, or ask what they want instead.' : `They say: ${words}`;
  return { text: `The person refused this command; it did not run. ${said}`, isError: true };
}

async function runToEnd(
  background: BackgroundCommands,
  command: string,
  folder: string,
  seconds: number,
  context: FunctionContext,
): Promise<FunctionOutcome> {
  const { signal, progress, address, storePart } = context;
  const output = new CommandOutput(storePart);
  const timeout = AbortSignal.timeout(Math.min(seconds * 1000, 2 ** 31 - 1));
  let shownAt = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const show = () => {
    waiting = undefined;
    shownAt = Date.now();
    progress(output.lastLines(SHOWN_LINES));
  };
  let attended = true;
  const onOutput = (text: string) => {
    if (attended) waiting ??= setTimeout(show, Math.max(0, SHOW_EVERY_MS - (Date.now() - shownAt)));
    return output.add(text);
  };
  const startedAt = performance.now();
  try {
    const order = { command, folder, onOutput };
    const ended = await background.attend(
      order,
      output,
      callerOf(context),
      AbortSignal.any([signal, timeout]),
    );
    const took = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
    const { text, parts, note } = await output.read(address);
    const shown = text === '' ? '(no output)' : text;
    if ('id' in ended) return { text: `${movedText(ended.id, took)}\n${shown}`, parts };
    const { exitCode, note: ranHow = '' } = ended;
    const how = endedHow(exitCode, took, signal.aborted, timeout.aborted && exitCode === undefined);
    return {
      text: `${[how, ranHow, note].filter((words) => words !== '').join(' ')}\n${shown}`,
      parts,
      ...(exitCode === undefined && (signal.aborted || timeout.aborted) ? { isError: true } : {}),
    };
  } finally {
    attended = false;
    clearTimeout(waiting);
  }
}

function callerOf({ session, callId, clock }: FunctionContext) {
  return { session, callId, startedAt: clock.now() };
}

function movedText(id: string, took: string): string {
  return `The person moved it to the background after ${took}: it goes on as ${id}, and its end is told to you. See command_output, stop_command. Its output until then:`;
}

function endedHow(exitCode: number | undefined, took: string, stopped: boolean, timedOut: boolean): string {
  if (exitCode !== undefined) return `Exit code ${exitCode} after ${took}.`;
  if (stopped) return `Stopped by the person after ${took}. Its output until then:`;
  if (timedOut)
    return `Ended after ${took}: the time-out. Give a longer one, or run it in the background. Its output until then:`;
  return `Ended after ${took}, exit code unknown.`;
}
