/** Runs a planned coding session: through the real engine under a memory policy, or through a client that has none. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentSettings } from '../../../src/engine/AgentParts';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { EngineFunction } from '../../../src/engine/EngineFunction';
import type { BlobStore } from '../../../src/engine/ports';
import { createFunctions } from '../../../src/tools/index';
import { fakeFunction } from '../../support/fakeFunctions';
import { memoryWorld } from '../../support/memoryPorts';
import { RecentBlobs, UnsyncedLog } from './BenchJournal';
import { CodingModel } from './CodingModel';
import { CodingSession, type PlannedTurn } from './codingSession';
import { DropOldestClient } from './dropOldest';
import { SyntheticRepository } from './SyntheticRepository';
import type { Trace } from './traces';

export interface SessionOptions {
  readonly trace: Trace;
  readonly seed: number;
  readonly turns: number;
  readonly windowTokens: number;
  /** Memory policy and limit; undefined: the oldest messages are left out of the prompt. */
  readonly settings: Pick<AgentSettings, 'policy' | 'residentLimit'> | undefined;
}

const SETTINGS = { maxCallsPerTurn: 400, notesTokenLimit: 2000, maxOutputTokens: 4096 };

/** More than a long session's window and its head hold. */
const BLOBS = 20_000;

interface Client {
  readonly model: CodingModel;
  /** The workspace as it is: the plan runs ahead of it and has files of its own. */
  readonly repository: SyntheticRepository;
  submit(turn: PlannedTurn): Promise<void>;
  /** A file was changed by somebody else. */
  changed(path: string): void;
}

export interface SessionRun {
  /** It has counted everything. */
  readonly model: CodingModel;
  /** Epochs that evicted something. */
  readonly rollovers: number;
}

/** @param inspect looks at the journal before it is thrown away; not called without an engine */
export async function runSession(
  options: SessionOptions,
  inspect: (log: UnsyncedLog, blobs: BlobStore) => Promise<void> = async () => undefined,
): Promise<SessionRun> {
  const dir = mkdtempSync(join(tmpdir(), 'vctx-cost-'));
  try {
    const log = new UnsyncedLog(dir, 's1');
    const blobs = new RecentBlobs(BLOBS);
    const client = options.settings ? await engineClient(options, log, blobs) : plainClient(options);
    await work(options, client);
    await log.close();
    if (options.settings) await inspect(log, blobs);
    return { model: client.model, rollovers: log.rollovers };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function work({ trace, seed, turns }: SessionOptions, client: Client): Promise<void> {
  const session = new CodingSession(trace, seed);
  for (let turn = 0; turn < turns; turn++) {
    const plan = session.next();
    for (const edit of plan.changed) {
      client.repository.apply(edit);
      client.changed(edit.path);
    }
    client.model.begin(plan);
    await client.submit(plan);
  }
}

function plainClient({ seed, windowTokens }: SessionOptions): Client {
  const repository = new SyntheticRepository(seed);
  const model = new CodingModel(
    { text: (path) => repository.text(path), settle: (edit) => repository.apply(edit) },
    windowTokens,
  );
  const schemas = functionsOf(model).map((fn) => fn.schema);
  const client = new DropOldestClient(model, repository, schemas, windowTokens);
  return { model, repository, submit: (turn) => client.submit(turn), changed: () => undefined };
}

async function engineClient(
  { trace, seed, windowTokens, settings }: SessionOptions,
  log: UnsyncedLog,
  blobs: BlobStore,
): Promise<Client> {
  const repository = new SyntheticRepository(seed);
  const functions: EngineFunction[] = [];
  const world = memoryWorld({ functions, settings: { ...SETTINGS, ...settings } });
  const write = (path: string) => world.files.set(path, repository.text(path));
  for (const path of new Set(trace.commits.flatMap((commit) => commit.files))) write(path);
  const model = new CodingModel(
    {
      text: (path) => repository.text(path),
      settle: (edit, failed) => {
        repository.apply(edit);
        if (failed) write(edit.path);
      },
    },
    windowTokens,
  );
  functions.push(...functionsOf(model));
  const approver = { approve: async () => ({ allowed: true }) };
  const clock = { now: () => model.now };
  const recall = { ...world.parts.recall, append: async () => undefined };
  const parts = { ...world.parts, log, blobs, recall, approver, clock };
  const agent = await AgentProcess.open(parts, async () => model);
  return {
    model,
    repository,
    changed: write,
    async submit(turn) {
      const end = await agent.submit(turn.message);
      if (end !== 'done') throw new Error(`A turn ended with ${end}: ${log.last}`);
    },
  };
}

/** The real functions, but what the plan decides: what a search finds and what a program prints. */
function functionsOf(model: CodingModel): EngineFunction[] {
  const planned = (name: string, argument: string) =>
    fakeFunction(name, async (args) => ({ text: model.results.get(String(args[argument])) ?? 'Nothing.' }));
  const real = createFunctions({ ripgrepPath: '', roots: () => [] }).map((fn) =>
    fn.schema.name === 'grep' ? { ...planned('grep', 'pattern'), schema: fn.schema } : fn,
  );
  return [...real, planned('run_command', 'command')];
}
