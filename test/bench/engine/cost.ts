/**
 * What memory management costs: coding sessions under each memory policy, billed by two price tables. Every policy runs the
 * same real engine, works off the same plan and is asked by the same diligent model.
 */
import type { AgentSettings } from '../../../src/engine/AgentParts';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { EngineFunction } from '../../../src/engine/EngineFunction';
import { createFunctions } from '../../../src/tools/index';
import { fakeFunction } from '../../support/fakeFunctions';
import { memoryWorld } from '../../support/memoryPorts';
import { CodingModel } from './CodingModel';
import { CodingSession } from './codingSession';
import { SyntheticRepository } from './SyntheticRepository';
import type { Trace } from './traces';

export interface SessionOptions {
  readonly trace: Trace;
  readonly seed: number;
  readonly turns: number;
  readonly windowTokens: number;
  readonly settings?: Partial<AgentSettings>;
}

/** Runs one session through the engine. @returns the model, which has counted everything */
export async function runSession({ trace, seed, turns, windowTokens, settings }: SessionOptions): Promise<CodingModel> {
  const session = new CodingSession(trace, seed);
  // The plan runs ahead of what is carried out, so it has files of its own.
  const repository = new SyntheticRepository(seed);
  const functions: EngineFunction[] = [];
  const world = memoryWorld({
    functions,
    settings: { maxCallsPerTurn: 400, notesTokenLimit: 2000, maxOutputTokens: 4096, ...settings },
  });
  for (const path of new Set(trace.commits.flatMap((commit) => commit.files)))
    world.files.set(path, repository.text(path));
  const model = new CodingModel(
    {
      text: (path) => repository.text(path),
      settle: (edit, failed) => {
        repository.apply(edit);
        if (failed) world.files.set(edit.path, repository.text(edit.path));
      },
    },
    windowTokens,
  );
  const planned = (name: string, argument: string) =>
    fakeFunction(name, async (args) => ({ text: model.results.get(String(args[argument])) ?? 'Nothing.' }));
  const edit = fakeFunction(
    'edit_file',
    async ({ path, old, new: put }, context) => {
      const { text } = await world.files.read(String(path));
      const at = text.indexOf(String(old));
      if (at < 0) return { text: 'old does not occur', isError: true };
      world.files.set(String(path), text.slice(0, at) + String(put) + text.slice(at + String(old).length));
      const line = text.slice(0, at).split('\n').length;
      const endLine = line + String(put).split('\n').length + 1;
      const shown = await context.faults.readFile(
        { path: String(path), startLine: Math.max(1, line - 2), endLine },
        context.signal,
      );
      return { ...shown, text: `Edited.\n${shown.text}` };
    },
    false,
  );
  functions.push(
    ...createFunctions({ ripgrepPath: '', roots: () => [] }).filter((fn) => fn.schema.name !== 'grep'),
    planned('grep', 'pattern'),
    planned('run_command', 'command'),
    edit,
  );
  const agent = await AgentProcess.open(
    { ...world.parts, clock: { now: () => model.now } },
    async () => model,
  );
  for (let turn = 0; turn < turns; turn++) {
    const plan = session.next();
    for (const edit of plan.changed) {
      repository.apply(edit);
      world.files.set(edit.path, repository.text(edit.path));
    }
    model.begin(plan);
    const end = await agent.submit(plan.message);
    if (end !== 'done')
      throw new Error(`turn ${turn + 1} ended with ${end}: ${JSON.stringify(world.log.events.at(-1))}`);
  }
  await agent.dispose();
  return model;
}
