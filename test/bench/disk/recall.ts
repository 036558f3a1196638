/** Recall storage as it grows: how long searches take, when a message is found, memory, and what is found. */
import { readFileSync } from 'node:fs';
import { Bm25 } from '../../../src/cli/eval/bm25';
import { DiskClient } from '../../../src/disk/client';
import type { RecallMessage } from '../../../src/engine/ports';
import { endProcess } from '../../support/endProcess';
import { Random } from '../engine/random';
import { type BenchStore, quantile, sizeOf, withBenchStore } from './benchStore';
import { type ChatQuestion, CodingChat } from './CodingChat';
import { sourceFiles } from './corpus';
import type { DiskBenchOptions, DiskBenchResult } from './options';

interface SizeResult {
  readonly p50: number;
  readonly p95: number;
  /** From handing a message over until a search has it. */
  readonly findableP50: number;
  readonly findableP95: number;
  readonly appendSeconds: number;
  /** Resident memory of the process with everything in it, and of one that has read nothing. */
  readonly rssMb: number | undefined;
  readonly emptyRssMb: number | undefined;
  /** First search of a new process: its start and reading all messages. */
  readonly firstSearchMs: number;
  /** The longest that another request had to wait meanwhile. */
  readonly longestWaitMs: number;
  readonly storeMb: number;
}

interface RecallResult extends DiskBenchResult {
  readonly sizes: Readonly<Record<string, SizeResult>>;
  /** Share of evidence in the top 10, by kind of question; `plain` is BM25 over words of the same messages. */
  readonly found: Readonly<Record<ChatQuestion['kind'], { readonly recall: number; readonly plain: number }>>;
}

const never = new AbortController().signal;
const batch = 500;
/** Messages among which questions are asked with evidence. */
const judgedSize = 9_900;

/** 1,000 and 10,000 messages; without quick also 100,000. */
export function runRecall({ dist, quick, seed, repo }: DiskBenchOptions): Promise<RecallResult> {
  return withBenchStore(dist, async (bench) => {
    const chat = new CodingChat([...sourceFiles(repo, '')], seed);
    const random = Random.named(seed, 'recall');
    const messages: RecallMessage[] = [];
    const sizes: Record<string, SizeResult> = {};
    const emptyRssMb = await residentMb(bench.disk);
    let found: RecallResult['found'] | undefined;
    for (const size of quick ? [1000, 10_000] : [1000, 10_000, 100_000]) {
      const start = performance.now();
      while (messages.length < size) {
        const added = Array.from({ length: batch / 3 }, () => chat.next()).flat();
        messages.push(...added);
        await bench.disk.append(added);
      }
      const appendSeconds = Math.round((performance.now() - start) / 100) / 10;
      const asked = random.shuffle(chat.questions).slice(0, 200);
      const times: number[] = [];
      for (const { text } of asked) times.push(await timed(() => search(bench.disk, text)));
      const findable: number[] = [];
      for (let n = 0; n < 30; n++) findable.push(await timeToFind(bench.disk, `${size}x${n}`));
      found ??= messages.length < judgedSize ? undefined : await judge(bench.disk, messages, asked);
      sizes[size] = {
        p50: quantile(times, 0.5),
        p95: quantile(times, 0.95),
        findableP50: quantile(findable, 0.5),
        findableP95: quantile(findable, 0.95),
        appendSeconds,
        ...(await restart(dist, bench, asked[0]?.text ?? '')),
        emptyRssMb,
        storeMb: Math.round(sizeOf(bench.store) / 1e6),
      };
      console.log(`  ${size} messages: ${JSON.stringify(sizes[size])}`);
    }
    if (!found) throw new Error('Nothing was judged.');
    const recallP95Ms = Object.fromEntries(Object.entries(sizes).map(([size, { p95 }]) => [size, p95]));
    const findable = Object.values(sizes).map(({ findableP95 }) => findableP95);
    return { headline: { recallP95Ms, findableP95Ms: Math.max(...findable) }, sizes, found };
  });
}

async function search(disk: DiskClient, text: string): Promise<string[]> {
  const { hits } = await disk.search({ text, page: 1, pageSize: 10 }, never);
  return hits.map(({ id }) => id);
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

/** As a session hands over what was just said, without waiting. */
async function timeToFind(disk: DiskClient, key: string): Promise<number> {
  const text = `The kingfisher${key} has landed.`;
  const message = {
    id: `msg:live/${key}`,
    session: 'live',
    seq: Date.now(),
    time: Date.now(),
    role: 'user' as const,
    text,
  };
  const start = performance.now();
  const appended = disk.append([message]);
  for (;;) {
    const ids = await search(disk, `kingfisher${key}`);
    if (ids[0] === message.id) break;
  }
  const ms = performance.now() - start;
  await appended;
  return ms;
}

/** The same store in a new process, while somebody else asks it small things. */
async function restart(dist: string, { disk, store }: BenchStore, text: string) {
  await endProcess((await disk.status()).pid);
  const fresh = new DiskClient({ store, diskScript: `${dist}/disk.js` });
  try {
    let longest = 0;
    let done = false;
    const start = performance.now();
    const first = search(fresh, text).then(() => {
      done = true;
      return Math.round(performance.now() - start);
    });
    await fresh.archivalNoteIds('none');
    while (!done) longest = Math.max(longest, await timed(() => fresh.archivalNoteIds('none')));
    return { firstSearchMs: await first, longestWaitMs: Math.round(longest), rssMb: await residentMb(fresh) };
  } finally {
    fresh.dispose();
  }
}

async function judge(
  disk: DiskClient,
  messages: readonly RecallMessage[],
  questions: readonly ChatQuestion[],
) {
  const plain = new Bm25(messages.map(({ name = '', text }) => `${name} ${text}`));
  const shares = { reply: [0, 0, 0], output: [0, 0, 0], said: [0, 0, 0] };
  for (const { text, kind, evidence } of questions) {
    const share = (ids: readonly string[]) =>
      evidence.filter((id) => ids.includes(id)).length / evidence.length;
    const sums = shares[kind];
    sums[0] = (sums[0] ?? 0) + share(await search(disk, text));
    sums[1] =
      (sums[1] ?? 0) +
      share(
        plain
          .rank(text)
          .slice(0, 10)
          .map((i) => messages[i]?.id ?? ''),
      );
    sums[2] = (sums[2] ?? 0) + 1;
  }
  const of = ([recall = 0, words = 0, count = 1]: readonly number[]) => ({
    recall: Math.round((recall / count) * 1000) / 1000,
    plain: Math.round((words / count) * 1000) / 1000,
  });
  return { reply: of(shares.reply), output: of(shares.output), said: of(shares.said) };
}

/** Resident memory of a disk process now, MB; undefined where the system does not say. */
async function residentMb(disk: DiskClient): Promise<number | undefined> {
  const { pid } = await disk.status();
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
}
