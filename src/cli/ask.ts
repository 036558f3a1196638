import { randomUUID } from 'node:crypto';
import type { AgentProcess } from '../engine/AgentProcess';
import { DiskUnavailableError, describeError, VirtualContextError } from '../engine/errors';
import type { SessionEvent } from '../engine/events';
import type { OutputEvent } from '../engine/OutputBuffer';
import { chooseModel, type ModelOptions } from './chooseModel';
import { type PlaceOptions, placeOf } from './place';
import { withAgent } from './withAgent';
import { bringUpToDate, withDisk } from './withDisk';

type Options = PlaceOptions &
  ModelOptions & {
    readonly session?: string;
    readonly json?: boolean;
    readonly allowEdits?: boolean;
    readonly allowCommands?: boolean;
  };

/** The turn ended without an answer. */
class TurnFailedError extends VirtualContextError {}

class PromptMissingError extends VirtualContextError {}

/** `vctx ask PROMPT` */
export async function ask(prompt: string, options: Options, signal: AbortSignal): Promise<void> {
  if (prompt.trim() === '')
    throw new PromptMissingError('There is no question.', 'Write it as the argument.');
  const place = await placeOf(options);
  const model = await chooseModel(options);
  const session = options.session ?? randomUUID();
  await withDisk(place.store, async (disk) => {
    try {
      await bringUpToDate(disk, place, signal);
    } catch (error) {
      if (!(error instanceof DiskUnavailableError)) throw error;
      console.error(`vctx: searching is not possible: ${describeError(error)}`);
    }
    const onEvent = options.json ? printEvent : () => {};
    const allowed = { edits: options.allowEdits === true, commands: options.allowCommands === true };
    await withAgent(place, session, model, disk, onEvent, allowed, async (agent) => {
      // Cancelled while the session was opened: there is no turn to stop yet.
      signal.throwIfAborted();
      const stop = () => agent.stop();
      signal.addEventListener('abort', stop, { once: true });
      const answer = await runTurn(agent, prompt, options.json === true);
      if (options.json) console.log(JSON.stringify({ type: 'answer', text: answer, session }));
      else console.error(`(session ${session})`);
    });
  });
}

function printEvent(event: SessionEvent): void {
  console.log(JSON.stringify(event));
}

/** @returns the last text of the turn. @throws TurnFailedError */
async function runTurn(agent: AgentProcess, prompt: string, json: boolean): Promise<string> {
  let answer = '';
  let failure = 'the turn was stopped.';
  agent.output.subscribe((event) => {
    if (event.type === 'assistantMessage' && event.text !== '') answer = event.text;
    if (event.type === 'turnEnded' && event.message !== undefined) failure = event.message;
    if (!json) show(event);
  });
  const end = await agent.submit(prompt);
  if (end !== 'done') throw new TurnFailedError(`No answer: ${failure}`, `The session is ${agent.session}.`);
  return answer;
}

/** The answer goes to standard output, what was done for it to standard error. */
function show(event: OutputEvent): void {
  switch (event.type) {
    case 'textDelta':
      process.stdout.write(event.text);
      return;
    case 'assistantMessage':
      if (event.text !== '') process.stdout.write('\n');
      return;
    case 'callFinished': {
      const fault = event.fault ? `, ${event.fault.kind} fault (${event.fault.tier})` : '';
      console.error(
        `· ${event.name}${event.isError ? ' failed' : ''}: ${event.tokens} tokens${fault}, ${event.ms} ms`,
      );
      return;
    }
    case 'evicted':
      console.error(`· evicted ${event.pages} pages, ${event.tokens} tokens`);
      return;
  }
}
