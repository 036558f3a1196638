/** Workspace search on questions whose files are known: commit messages, and the files that the commit changed. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskClient } from '../../src/disk/client';
import { endProcess } from '../support/endProcess';
import { PlainSearch } from './PlainSearch';
import { type QueryFile, readQueryFiles } from './queryFile';
import { describeScores, meanScores, type Scores, scoresOf } from './scores';

/** Pages asked for: enough for ten different files. */
const pageSize = 100;

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
  readonly search: Scores;
  /** The same questions to `PlainSearch`. */
  readonly plain: Scores;
}

interface SearchResult {
  readonly repositories: readonly Measured[];
  /** Query files whose repository is not there. */
  readonly missing: readonly string[];
  /** Means over repositories. */
  readonly search: Scores;
  readonly plain: Scores;
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
    console.log(`  search  ${describeScores(result.search)}\n  plain   ${describeScores(result.plain)}`);
    measured.push(result);
  }
  if (measured.length === 0) throw new Error('Nothing was measured: name the checkouts with --repositories.');
  const search = meanScores(measured.map((result) => result.search));
  const plain = meanScores(measured.map((result) => result.plain));
  console.log(`mean of ${measured.length} repositories`);
  console.log(`  search  ${describeScores(search)}\n  plain   ${describeScores(plain)}`);
  return { repositories: measured, missing, search, plain };
}

function warnOfOtherCommit(root: string, base: string): void {
  if (!existsSync(join(root, '.git'))) return;
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
    const times: number[] = [];
    const search: Scores[] = [];
    for (const { query, targets } of questions) {
      const asked = performance.now();
      const { hits } = await disk.searchWorkspace(
        { text: query, page: 1, pageSize },
        AbortSignal.timeout(60_000),
      );
      times.push(performance.now() - asked);
      search.push(scoresOf([...new Set(hits.map((hit) => hit.path))], targets));
    }
    times.sort((one, other) => one - other);
    const tables = readdirSync(store).find((entry) => entry.startsWith('tables-')) ?? '';
    const baseline = await PlainSearch.open(join(store, tables));
    const plain = questions.map(({ query, targets }) => scoresOf(baseline.files(query), targets));
    return {
      name,
      questions: questions.length,
      files: status.files,
      pages: status.pages,
      indexMs,
      storeBytes: status.storeBytes,
      p50: times[Math.floor(times.length * 0.5)] ?? 0,
      p95: times[Math.floor(times.length * 0.95)] ?? 0,
      search: meanScores(search),
      plain: meanScores(plain),
    };
  } finally {
    const { pid } = await disk.status();
    disk.dispose();
    if (pid > 0) await endProcess(pid);
    rmSync(store, { recursive: true, force: true, maxRetries: 10 });
  }
}
