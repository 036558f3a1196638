/**
 * Question answering over many documents (after Packer et al. 2023, section 3.2.1): passages of the documentation that npm
 * packages ship, 1 to 1,000 of them as the workspace; the others are those most like the question. Is the one that
 * answers in the window when the answer is given, and where?
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../../src/cli/eval/Random';
import { readDocuments } from '../../../src/cli/eval/readDocuments';
import {
  type ClozeQuestion,
  DocumentQa,
  documentPrompt,
  type Passage,
  passagesOf,
} from '../../../src/cli/eval/tasks/documentQa';
import { type MemoryPolicy, virtualPolicy } from '../../../src/engine/memoryPolicies';
import type { ChatRequest } from '../../support/modelServer/chatProtocol';
import { providerTokens } from '../../support/modelServer/providerTokens';
import { BASELINES } from './baselines';
import { diligentReader, lazyReader, plainWindow, sentenceQuery } from './callers/documentReader';
import { EngineWorld } from './EngineWorld';
import { inParallel } from './inParallel';
import type { EngineBenchOptions } from './options';
import { mean } from './statistics';

const WINDOW = 8192;
const SIZES = [1, 10, 100, 1000];
/** Questions asked one after the other in one session, whose window they outgrow together. */
const PER_SESSION = 6;
const SESSIONS_AT_ONCE = 6;
/** Hits among which the retriever must have the document: what a diligent caller reads. */
const RETRIEVED = 16;

interface Asked {
  readonly question: ClozeQuestion;
  readonly folder: string;
  /** Indices of the passages in the folder. */
  readonly documents: readonly number[];
}

/** One question, as it went. */
interface Answer {
  readonly right: boolean;
  /** Whether the whole document was in the window when the answer was given. */
  readonly resident: boolean;
  /** Where it began: 1 is the first tenth of the window's text. */
  readonly tenth: number | undefined;
}

interface Retrieved extends Answer {
  /** Whether the search had the document among its first hits. */
  readonly retrieved: boolean;
}

interface Run {
  readonly size: number;
  readonly policy: MemoryPolicy;
  readonly caller: keyof typeof CALLERS;
  readonly asked: readonly Asked[];
}

interface Measured {
  readonly size: number;
  readonly ours: readonly Retrieved[];
  readonly lazy: readonly Answer[];
  readonly baselines: Readonly<Record<string, object>>;
}

const CALLERS = { diligent: diligentReader, lazy: lazyReader } as const;

export async function runDocumentQa(options: EngineBenchOptions) {
  const { dist, quick, seed, packages } = options;
  const sizes = quick ? [10, 1000] : SIZES;
  const random = Random.named(seed, 'documentQa');
  const passages = passagesOf(await readDocuments(packages, new AbortController().signal));
  const qa = new DocumentQa(passages);
  const questions = qa.questions(random, quick ? 10 : 60);
  const world = await EngineWorld.open(dist);
  try {
    const bySize = sizes.map((size) => ({
      size,
      asked: qa.sets(questions, size, random).flatMap((set, i) => {
        const folder = writeDocuments(world, `k${size}/set${i}`, passages, set.documents);
        return set.questions.map((question) => ({ question, folder, documents: set.documents }));
      }),
    }));
    await world.index();
    const runs = bySize.flatMap(({ size, asked }): Run[] => {
      const few = asked.slice(0, PER_SESSION);
      const compared = quick && size < Math.max(...sizes) ? [] : BASELINES;
      return [
        { size, policy: virtualPolicy, caller: 'diligent', asked },
        { size, policy: virtualPolicy, caller: 'lazy', asked: quick ? few : asked },
        ...compared.map((policy): Run => ({ size, policy, caller: 'diligent', asked: few })),
      ];
    });
    const done = await inParallel(runs.flatMap(sessionsOf), SESSIONS_AT_ONCE, async (run, i) => ({
      ...run,
      answers: await askAll(world, `qa${i}`, run, passages),
    }));
    const of = (size: number, policy: MemoryPolicy, caller: Run['caller']) =>
      done
        .filter((run) => run.size === size && run.policy === policy && run.caller === caller)
        .flatMap((run) => run.answers);
    const measured = await inParallel(bySize, 1, async ({ size, asked }): Promise<Measured> => {
      const retrieved = await retrieverRecall(world, asked);
      const compared = BASELINES.filter((policy) => of(size, policy, 'diligent').length > 0);
      return {
        size,
        ours: of(size, virtualPolicy, 'diligent').map((answer, i) => ({
          ...answer,
          retrieved: retrieved[i] ?? false,
        })),
        lazy: of(size, virtualPolicy, 'lazy'),
        baselines: {
          noPaging: summarise(asked.map((one) => withoutPaging(one, passages))),
          ...Object.fromEntries(
            compared.map((policy) => [policy.name, summarise(of(size, policy, 'diligent'))]),
          ),
        },
      };
    });
    const given = (size: number) => {
      const { ours = [] } = measured.find((one) => one.size === size) ?? {};
      return residentGivenRetrieved(ours);
    };
    return {
      residencyDrop: Math.round((given(10) - given(1000)) * 1e4) / 1e4,
      passages: passages.length,
      questions: questions.length,
      byDocuments: Object.fromEntries(
        measured.map(({ size, ours, lazy, baselines }) => [
          String(size),
          {
            ...summarise(ours),
            retrieverRecall: mean(ours.map((answer) => Number(answer.retrieved))),
            residentGivenRetrieved: residentGivenRetrieved(ours),
            tenths: tenths(ours),
            lazy: summarise(lazy),
            baselines,
          },
        ]),
      ),
    };
  } finally {
    await world.dispose();
  }
}

/** @returns the folder, as functions take it */
function writeDocuments(
  world: EngineWorld,
  folder: string,
  passages: readonly Passage[],
  documents: readonly number[],
): string {
  const path = join(world.root.path, folder);
  mkdirSync(path, { recursive: true });
  for (const [i, passage] of documents.entries()) {
    writeFileSync(join(path, `${String(i).padStart(4, '0')}.md`), `${passages[passage]?.text ?? ''}\n`);
  }
  return folder;
}

/** Whether the search finds the document, whoever reads the hits. */
async function retrieverRecall(world: EngineWorld, asked: readonly Asked[]): Promise<boolean[]> {
  return inParallel(asked, SESSIONS_AT_ONCE, async ({ question, folder, documents }) => {
    const found = await world.disk.searchWorkspace(
      { text: sentenceQuery(question.cloze), glob: `${folder}/**`, page: 1, pageSize: RETRIEVED },
      AbortSignal.timeout(60_000),
    );
    return found.hits.some((hit) => documents[Number(/(\d+)\.md$/.exec(hit.path)?.[1])] === question.gold);
  });
}

function sessionsOf(run: Run): Run[] {
  return Array.from({ length: Math.ceil(run.asked.length / PER_SESSION) }, (_, i) => ({
    ...run,
    asked: run.asked.slice(i * PER_SESSION, (i + 1) * PER_SESSION),
  }));
}

function askAll(
  world: EngineWorld,
  name: string,
  { policy, caller, asked }: Run,
  passages: readonly Passage[],
): Promise<Answer[]> {
  const options = { name, window: WINDOW, caller: CALLERS[caller], policy, remembered: false };
  return world.session(options, async (session) => {
    const answers: Answer[] = [];
    for (const { question, folder } of asked) {
      await session.agent.submit(documentPrompt(question, folder));
      answers.push(judge(question, session.answer(), session.requests().at(-1), passages));
    }
    return answers;
  });
}

function judge(
  question: ClozeQuestion,
  answer: string,
  request: ChatRequest | undefined,
  passages: readonly Passage[],
): Answer {
  const text = request ? plainWindow(request).join(' ') : '';
  const gold = (passages[question.gold]?.text ?? '').replace(/\s+/g, ' ');
  const at = text.indexOf(gold);
  return {
    right: answer === question.answer,
    resident: at >= 0,
    tenth: at >= 0 ? Math.floor((at / text.length) * 10) + 1 : undefined,
  };
}

/** No paging: the documents stand in the prompt, the last ones are cut off when they do not fit, and nothing can be searched. */
function withoutPaging({ question, folder, documents }: Asked, passages: readonly Passage[]): Answer {
  const kept: string[] = [];
  let tokens = 0;
  for (const document of documents) {
    const text = passages[document]?.text ?? '';
    tokens += providerTokens(text);
    if (tokens > WINDOW) break;
    kept.push(text);
  }
  const request: ChatRequest = {
    model: 'test-model',
    messages: [
      { role: 'user', content: kept.join('\n\n') },
      { role: 'user', content: documentPrompt(question, folder) },
    ],
  };
  return judge(question, diligentReader(request).text ?? '', request, passages);
}

function summarise(answers: readonly Answer[]) {
  return {
    resident: mean(answers.map((answer) => Number(answer.resident))),
    accuracy: mean(answers.map((answer) => Number(answer.right))),
  };
}

function residentGivenRetrieved(answers: readonly Retrieved[]): number {
  return mean(answers.filter((answer) => answer.retrieved).map((answer) => Number(answer.resident)));
}

/** How many golds began in which tenth of the window. */
function tenths(answers: readonly Answer[]): number[] {
  return Array.from({ length: 10 }, (_, i) => answers.filter((answer) => answer.tenth === i + 1).length);
}
