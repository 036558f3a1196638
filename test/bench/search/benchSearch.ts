/** Workspace search on questions whose files are known: commit messages, and the files that the commit changed. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskClient } from '../../../src/disk/client';
import { endProcess } from '../../support/endProcess';
import { ContinueLike } from './ContinueLike';
import { CopilotLike } from './CopilotLike';
import { sourcePages } from './indexedPages';
import { PlainSearch } from './PlainSearch';
import { type QueryFile, readQueryFiles } from './queryFile';
import { describeScores, meanScores, type Scores, scoresOf } from './scores';

/** Pages asked for: enough for ten different files. */
const pageSize = 100;

const methods = ['search', 'plain', 'copilotLike', 'continueLike'] as const;
type ByMethod = Readonly<Record<(typeof methods)[number], Scores>>;

interface Measured {
  readonly name: string;
  readonly questions: number;
  readonly files: number;
  readonly pages: number;
  readonly indexMs: number;
  readonly storeBytes: number;
  /** Milliseconds of one search, as its client sees it. */
  readonly p50: number;
  readonly p95: number;
  readonly scores: ByMethod;
}

interface SearchResult extends ByMethod {
  readonly repositories: readonly Measured[];
  /** Query files whose repository is not there. */
  readonly missing: readonly string[];
  /** The search divided by the better of `copilotLike` and `continueLike`, of means over repositories. */
  readonly ratios: Scores;
}

/**
 * @param dist the build
 * @param queries folder of `localisation.NAME.jsonl`
 * @param repositories folder of the checkouts, each under its NAME
 */
export async function benchSearch(
  dist: string,
  queries: string,
  repositories: string,
): Promise<SearchResult> {
  const measured: Measured[] = [];
  const missing: string[] = [];
  for (const file of readQueryFiles(queries)) {
    const root = join(repositories, file.name);
    if (!existsSync(root)) {
      console.log(`${file.name}: not measured, there is no ${root} (a checkout of ${file.base})`);
      missing.push(file.name);
      continue;
    }
    warnOfOtherCommit(root, file.base);
    const result = await measure(dist, realpathSync(root), file);
    console.log(
      `${file.name}: ${result.questions} questions, ${result.files} files in ${result.pages} pages, ` +
        `indexed in ${(result.indexMs / 1000).toFixed(1)} s, ${(result.storeBytes / 1e6).toFixed(0)} MB, ` +
        `search p50 ${result.p50.toFixed(0)} ms, p95 ${result.p95.toFixed(0)} ms`,
    );
    print(result.scores);
    measured.push(result);
  }
  if (measured.length === 0) throw new Error('Nothing was measured: name the checkouts with --repositories.');
  const means = ofMethods((method) => meanScores(measured.map(({ scores }) => scores[method])));
  console.log(`mean of ${measured.length} repositories`);
  print(means);
  const ratio = (pick: (scores: Scores) => number) =>
    pick(means.search) / Math.max(pick(means.copilotLike), pick(means.continueLike), 1e-9);
  const ratios = {
    recall5: ratio((scores) => scores.recall5),
    recall10: ratio((scores) => scores.recall10),
    reciprocalRank: ratio((scores) => scores.reciprocalRank),
  };
  console.log(`  to the better of the last two: ${describeScores(ratios)}`);
  return { repositories: measured, missing, ...means, ratios };
}

function ofMethods(scores: (method: keyof ByMethod) => Scores): ByMethod {
  return {
    search: scores('search'),
    plain: scores('plain'),
    copilotLike: scores('copilotLike'),
    continueLike: scores('continueLike'),
  };
}

function print(scores: ByMethod): void {
  for (const method of methods) console.log(`  ${method.padEnd(12)} ${describeScores(scores[method])}`);
}

function warnOfOtherCommit(root: string, base: string): void {
  if (!existsSync(join(root, '.git'))) {
    console.log(`${root} has no git history: searched without`);
    return;
  }
  const head = execFileSync('git', ['-C', root, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  if (head !== base) console.log(`warning: ${root} is at ${head}, the questions are about ${base}`);
}

async function measure(dist: string, root: string, { name, questions }: QueryFile): Promise<Measured> {
  const store = mkdtempSync(join(tmpdir(), 'vctx-bench-store-'));
  const disk = new DiskClient({ store, diskScript: join(dist, 'disk.js') });
  try {
    const start = performance.now();
    await disk.openWorkspace([{ name, path: root }], { maxFileBytes: 1024 * 1024 });
    const status = await disk.whenReady(AbortSignal.timeout(600_000));
    const indexMs = performance.now() - start;
    const ask = (text: string) =>
      disk.searchWorkspace({ text, page: 1, pageSize }, AbortSignal.timeout(60_000));
    // The first search waits for the history, and counts terms.
    await ask(name);
    const times: number[] = [];
    const found: Scores[] = [];
    for (const { query, targets } of questions) {
      const asked = performance.now();
      const { hits } = await ask(query);
      times.push(performance.now() - asked);
      found.push(scoresOf([...new Set(hits.map((hit) => hit.path))], targets));
    }
    times.sort((one, other) => one - other);
    const tables = readdirSync(store).find((entry) => entry.startsWith('tables-')) ?? '';
    const baselines = await openBaselines(join(store, tables));
    const scores = ofMethods((method) =>
      method === 'search'
        ? meanScores(found)
        : meanScores(
            questions.map(({ query, targets }) => scoresOf(baselines[method].files(query), targets)),
          ),
    );
    return {
      name,
      questions: questions.length,
      files: status.files,
      pages: status.pages,
      indexMs,
      storeBytes: status.storeBytes,
      p50: times[Math.floor(times.length * 0.5)] ?? 0,
      p95: times[Math.floor(times.length * 0.95)] ?? 0,
      scores,
    };
  } finally {
    const { pid } = await disk.status();
    disk.dispose();
    if (pid > 0) await endProcess(pid);
    rmSync(store, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function openBaselines(tables: string) {
  const pages = await sourcePages(tables);
  return {
    plain: new PlainSearch(pages),
    copilotLike: new CopilotLike(pages),
    continueLike: new ContinueLike(pages),
  };
}
