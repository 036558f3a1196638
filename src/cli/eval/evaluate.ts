/** `vctx eval`: the paper's tasks with any model, through the real engine, in a store that is removed afterwards. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cutText } from '../../engine/cutText';
import { ModelError } from '../../engine/errors';
import type { LanguageModel } from '../../engine/ports';
import { feedRecall } from '../../engine/recallFeed';
import { FileBlobStore } from '../../journal/fileBlobStore';
import { FileSessionHistory } from '../../journal/fileSessionHistory';
import { blobsFolder, sessionsFolder } from '../../journal/storeFolders';
import { GptTokenCounter } from '../../models/gptTokenCounter';
import { chooseModel, type ModelOptions } from '../chooseModel';
import type { Place } from '../place';
import type { AgentDisk } from '../withAgent';
import { bringUpToDate, withDisk } from '../withDisk';
import { type Answer, askQuestion, stopped } from './askQuestion';
import { type Answered, evalReport, reportLines } from './EvalReport';
import type { EvalQuestion, EvalTask, EvalTaskOptions, EvalWorld } from './EvalTask';
import { checkJudge, judge } from './judge';
import { plantSessions } from './plantSessions';
import { dmrWorlds } from './worlds/dmrWorlds';
import { docqaWorlds } from './worlds/docqaWorlds';
import { kvWorlds } from './worlds/kvWorlds';
import { openerWorlds } from './worlds/openerWorlds';

export const EVAL_TASKS = {
  dmr: dmrWorlds,
  opener: openerWorlds,
  docqa: docqaWorlds,
  kv: kvWorlds,
} as const satisfies Readonly<Record<string, EvalTask>>;

type Options = ModelOptions & EvalTaskOptions & { readonly judge?: string; readonly json?: boolean };

/** The past is over when the questions are asked, ms. */
const PAST_MS = 2 * 86_400_000;
const SHOWN_CHARS = 100;

/** @throws ModelError | VirtualContextError; everything written is removed whatever happens */
export async function evaluate(
  task: keyof typeof EVAL_TASKS,
  options: Options,
  signal: AbortSignal,
): Promise<void> {
  const model = await chooseModel(options);
  const judging =
    options.judge === undefined ? undefined : await chooseModel({ ...options, model: options.judge });
  if (judging) checkJudge(judging);
  const answers: Answered[] = [];
  for await (const world of EVAL_TASKS[task](options, signal)) {
    await inWorld(world, signal, async (ask) => {
      for (const question of world.questions) {
        if (signal.aborted) throw new ModelError('cancelled', 'Cancelled.', 'Run it again.');
        const { prompt, answer } = await ask(model, question);
        // The first question is the test of the endpoint: a wrong name of the model would fail all of them.
        if (answer.failure !== undefined && answers.length === 0) throw stopped(answer.failure);
        const score = question.score(answer.text);
        const judged =
          judging && answer.text !== ''
            ? await judge(
                judging,
                { question: prompt, reference: question.reference, answer: answer.text },
                signal,
              )
            : undefined;
        const answered = { ...answer, group: question.group, score, judged, failed: answer.text === '' };
        answers.push(answered);
        tell(answered, answer, question, prompt, answers.length, options);
      }
    });
  }
  const report = evalReport(answers);
  const about = { task, model: model.id, seed: options.seed };
  if (options.json) console.log(JSON.stringify({ type: 'report', ...about, ...report }));
  else console.log([`${task} with ${model.id}, seed ${options.seed}`, ...reportLines(report)].join('\n'));
}

type Ask = (model: LanguageModel, question: EvalQuestion) => Promise<{ prompt: string; answer: Answer }>;

/** Builds the world in a folder of its own, and removes it. */
async function inWorld(
  world: EvalWorld,
  signal: AbortSignal,
  act: (ask: Ask) => Promise<void>,
): Promise<void> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'vctx-eval-')));
  const counter = new GptTokenCounter(join(__dirname, 'tokenWorker.js'));
  try {
    const place: Place = {
      root: { name: 'workspace', path: join(home, 'workspace') },
      store: join(home, 'store'),
    };
    await mkdir(place.root.path);
    for (const { path, text } of world.documents) {
      const file = join(place.root.path, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    await plantSessions(place.store, world.sessions, Date.now() - PAST_MS);
    const history = new FileSessionHistory(sessionsFolder(place.store));
    await withDisk(place.store, async (disk) => {
      await bringUpToDate(disk, place, signal);
      await feedRecall(disk, history, await FileBlobStore.open(blobsFolder(place.store)));
      let asked = 0;
      await act(async (model, question) => {
        const prompt = await question.prompt(history, counter);
        const session = `question-${++asked}`;
        const answer = await askQuestion(
          place,
          model,
          unfed(disk),
          { session, prompt, notes: world.notes },
          signal,
        );
        return { prompt, answer };
      });
    });
  } finally {
    counter.dispose();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What one question leaves behind must not help with the next. */
function unfed(disk: AgentDisk): AgentDisk {
  return {
    append: async () => undefined,
    insertNotes: async () => undefined,
    search: (query, signal) => disk.search(query, signal),
    searchWorkspace: (query, signal) => disk.searchWorkspace(query, signal),
    refreshFiles: (paths) => disk.refreshFiles(paths),
    searchNotes: (query, signal) => disk.searchNotes(query, signal),
    recallSeqs: (session) => disk.recallSeqs(session),
    archivalNoteIds: (session) => disk.archivalNoteIds(session),
  };
}

/** Progress goes to standard error; with --json each question is a line of the output too. */
function tell(
  { score, judged, calls }: Answered,
  answer: Answer,
  question: EvalQuestion,
  prompt: string,
  number: number,
  { json, limit }: Options,
): void {
  const verdict = judged === undefined ? '' : judged ? ', judged right' : ', judged wrong';
  const shown = cutText((answer.text || answer.failure || 'no answer').replace(/\s+/g, ' '), SHOWN_CHARS);
  console.error(
    `· ${number} of at most ${limit}: ${(score.accuracy * 100).toFixed(0)} %${verdict}, ${calls} calls: ${shown}`,
  );
  if (!json) return;
  const { reference, group } = question;
  const line = { type: 'question', number, group, prompt, reference, answer: answer.text, ...score };
  const failure = answer.failure === undefined ? {} : { failure: answer.failure };
  console.log(JSON.stringify({ ...line, calls, ...(judged === undefined ? {} : { judged }), ...failure }));
}
