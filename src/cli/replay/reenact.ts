/** Re-enacts a recorded session through the real engine, in memory, under a memory policy and window of one's choice. */
import { type AgentSettings, DEFAULT_SETTINGS } from '../../engine/AgentParts';
import { AgentProcess } from '../../engine/AgentProcess';
import { JournalError, NoteLimitError, UnknownNoteError, VirtualContextError } from '../../engine/errors';
import type { MemoryPolicy } from '../../engine/memoryPolicies';
import type {
  ArchivalStorage,
  BlobStore,
  RecallStorage,
  SessionHistory,
  TokenCounter,
} from '../../engine/ports';
import { sha256 } from '../../journal/sha256';
import { lineChanges } from '../../tools/lineChanges';
import { unifiedDiff } from '../../tools/unifiedDiff';
import { MemoryLog, OverlaidBlobs, overlaidHistory } from './MemoryJournal';
import { RecordedModel } from './RecordedModel';
import type { Recording } from './Recording';
import { type Outside, Reenactment } from './Reenactment';
import { recordedFunctions } from './recordedFunctions';

export interface ReenactOptions {
  readonly recording: Recording;
  /** Of the store that the session is in. */
  readonly blobs: BlobStore;
  readonly history: SessionHistory;
  readonly counter: TokenCounter;
  readonly policy: MemoryPolicy;
  readonly windowTokens: number;
  readonly signal: AbortSignal;
}

export interface Reenacted {
  readonly log: MemoryLog;
  readonly blobs: BlobStore;
  /** Calls that brought back what a message made use of. */
  readonly inserted: number;
}

/** The engine could not go on, e.g. because the window is too small. */
class ReplayFailedError extends VirtualContextError {}

/** @throws ReplayFailedError | JournalError, or the signal's reason */
export async function reenact(options: ReenactOptions): Promise<Reenacted> {
  const { recording, policy, windowTokens, counter, signal } = options;
  const log = new MemoryLog(`${recording.session}.replay`);
  const blobs = new OverlaidBlobs(options.blobs);
  const play = new Reenactment(recording, log, blobs, counter);
  const model = new RecordedModel(play, windowTokens, counter);
  const { maxOutputTokens = DEFAULT_SETTINGS.maxOutputTokens } = recording;
  const settings: AgentSettings = {
    ...DEFAULT_SETTINGS,
    policy,
    maxOutputTokens,
    maxCallsPerTurn: Number.POSITIVE_INFINITY,
    // What was found then would have to be found anew.
    hints: false,
    prefetch: false,
  };
  let outside: Outside = NOBODY;
  const agent = await AgentProcess.open(
    {
      log,
      blobs,
      counter,
      history: overlaidHistory(log, options.history),
      // What sub-agents did is recorded as the result of their call.
      forkLog: noOther,
      openLog: noOther,
      hash: sha256,
      diff: unifiedDiff,
      lineDiff: lineChanges,
      clock: play.clock,
      files: play.files,
      rules: { rules: async () => play.rules },
      recall: NOTHING_STORED,
      archival: NOTHING_STORED,
      approver: { approve: async () => ({ allowed: true }) },
      functions: recordedFunctions(play),
      folders: recording.folders,
      settings: () => settings,
    },
    async () => {
      signal.throwIfAborted();
      await play.enter(outside);
      return model;
    },
  );
  outside = outsideOf(agent, play);
  let failure: string | undefined;
  agent.output.subscribe((event) => {
    if (event.type === 'turnEnded' && event.reason !== 'done') failure = event.message ?? event.reason;
  });
  try {
    while (play.step) {
      const { made } = play;
      await runTurn(agent, play);
      signal.throwIfAborted();
      if (failure === undefined && play.made > made) continue;
      throw new ReplayFailedError(
        `The session cannot be re-enacted beyond step ${play.made} of ${recording.steps.length}: ${failure ?? 'nothing woke it'}.`,
        'Choose a larger window.',
      );
    }
    await agent.halt();
  } finally {
    await agent.dispose();
  }
  return { log, blobs, inserted: play.inserted };
}

/** What had started a turn starts one. */
async function runTurn(agent: AgentProcess, play: Reenactment): Promise<void> {
  const inputs = [...play.takeInputs()];
  const asked = inputs.findLastIndex(({ kind }) => kind === 'userMessage');
  const [question] = asked < 0 ? [] : inputs.splice(asked, 1);
  for (const input of inputs) if (input.kind !== 'resumed') await agent.post(input);
  if (question) await agent.submit(question.text);
  else await agent.resumeTurn();
}

function outsideOf(agent: AgentProcess, play: Reenactment): Outside {
  const idNow = (id: string) => agent.notes.list().find(({ text }) => text === play.notes.get(id))?.id ?? id;
  return {
    post: (event) => agent.post(event),
    async change(event) {
      try {
        if (event.type === 'note.pinned') await agent.notes.pin(event.note.text, event.note.source);
        else if (event.type === 'note.edited') await agent.notes.edit(idNow(event.id), event.text);
        else if (event.type === 'plan.changed') await agent.plan.update(event.items);
        else await agent.notes.unpin(idNow(event.id));
      } catch (error) {
        // A smaller window has less room for notes.
        if (!(error instanceof NoteLimitError || error instanceof UnknownNoteError)) throw error;
      }
    },
  };
}

const NOBODY: Outside = { post: async () => undefined, change: async () => undefined };

const NOTHING_STORED: RecallStorage & ArchivalStorage = {
  append: async () => undefined,
  search: async ({ page }) => ({ hits: [], page, pages: 0, total: 0 }),
  searchWorkspace: async ({ page }) => ({ hits: [], page, pages: 0, total: 0, exact: true }),
  refreshFiles: async () => undefined,
  insertNotes: async () => undefined,
  searchNotes: async ({ page }) => ({ hits: [], page, pages: 0, total: 0 }),
};

async function noOther(session: string): Promise<never> {
  throw new JournalError(`${session} is not re-enacted.`, 'Replay it by its own id.');
}
