/** The disk benchmark: each part measures one promise of docs/disk.md on real source text. */
import { runChanges } from './changes';
import { runEmbedding } from './embedding';
import type { DiskBenchOptions, DiskBenchResult } from './options';
import { runQueries } from './queries';
import { runRecall } from './recall';
import { runReopen } from './reopen';
import { runStorage } from './storage';
import { runThroughput } from './throughput';

type Parts = Readonly<Record<string, (options: DiskBenchOptions) => Promise<DiskBenchResult>>>;

const PARTS: Parts = {
  throughput: runThroughput,
  reopen: runReopen,
  changes: runChanges,
  storage: runStorage,
  queries: runQueries,
  embedding: runEmbedding,
  recall: runRecall,
};

/** Training an index of vectors takes half a minute: in a quick run only when it is asked for. */
const SLOW = new Set(['embedding']);

/**
 * @param only names of the parts to run; none means all, in a quick run those that are not slow
 * @returns the headlines of all parts, and each part's whole result under its name
 * @throws Error when there is no such part
 */
export async function benchDisk(options: DiskBenchOptions, only: readonly string[]): Promise<object> {
  const unknown = only.filter((name) => !(name in PARTS));
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(', ')}. Parts: ${Object.keys(PARTS).join(', ')}.`);
  const headlines: Record<string, unknown> = {};
  const results: Record<string, object> = {};
  for (const [name, run] of Object.entries(PARTS)) {
    if (only.length > 0 ? !only.includes(name) : options.quick && SLOW.has(name)) continue;
    const start = performance.now();
    const { headline, ...result } = await run(options);
    Object.assign(headlines, headline);
    results[name] = result;
    console.log(`${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    console.log(JSON.stringify({ ...headline, ...result }, null, 2).replace(/^[{}]\n?/gm, ''));
  }
  return { ...headlines, parts: results };
}
