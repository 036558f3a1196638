/**
 * What a long history costs: processor time and memory of a step after 1,000, 10,000 and 100,000 messages, how long an
 * append takes to be durable, and how long a session of that length takes to open.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { SessionLog } from '../../../src/engine/ports';
import { FileBlobStore } from '../../../src/journal/fileBlobStore';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';
import { blobsFolder, sessionsFolder } from '../../../src/journal/storeFolders';
import { createFunctions } from '../../../src/tools/index';
import { memoryWorld } from '../../support/memoryPorts';
import { RecentBlobs, UnsyncedLog } from './BenchJournal';
import { LightModel } from './LightModel';
import type { EngineBenchOptions } from './options';
import { Random } from './random';
import { SyntheticRepository } from './SyntheticRepository';

const WINDOW_TOKENS = 32_768;
const FILES = 400;
/** Messages over which a step is measured: several rollovers. */
const SPAN = 1500;
const SESSION = 'scale';

interface ScaleMark {
  readonly messages: number;
  /** Processor time of a step, ms, rollovers included. */
  readonly stepMs: number;
  /** Heap in use after a collection, MB. */
  readonly heapMB: number;
}

export interface ScaleResult {
  readonly marks: readonly ScaleMark[];
  /** Of a step after the most messages to one after the fewest. */
  readonly stepRatio: number;
  /** After the most messages. */
  readonly stepMs: number;
  /** From the fewest messages to the most. */
  readonly heapGrowthMB: number;
  readonly startUp: {
    readonly messages: number;
    readonly ms: number;
    /** Longest time for which it keeps the editor's only thread from everything else: processor time, ms. */
    readonly longestRunMs: number;
    /** Heap that the opened session takes. */
    readonly heapMB: number;
  };
  /** Until an append to the file journal is durable, ms. */
  readonly flush: { readonly median: number; readonly p95: number };
}

export async function runScale({ quick, seed }: EngineBenchOptions): Promise<ScaleResult> {
  const dir = mkdtempSync(join(tmpdir(), 'vctx-scale-'));
  try {
    const marks = await grow(dir, seed, quick ? [1000, 10_000] : [1000, 10_000, 100_000]);
    const [first, last] = [marks[0], marks.at(-1)] as [ScaleMark, ScaleMark];
    const { startUp, flush } = await reopen(dir, seed, last.messages);
    return {
      marks,
      stepRatio: last.stepMs / first.stepMs,
      stepMs: last.stepMs,
      heapGrowthMB: last.heapMB - first.heapMB,
      startUp,
      flush,
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function grow(dir: string, seed: number, sizes: readonly number[]): Promise<ScaleMark[]> {
  const log = new UnsyncedLog(sessionsFolder(dir), SESSION);
  const blobs = new RecentBlobs(5000);
  const agent = await open(seed, log, blobs);
  const marks: ScaleMark[] = [];
  for (const size of sizes) {
    while (log.messages < size) await agent.submit(question(log.messages));
    const heapMB = heap();
    const before = process.cpuUsage();
    const first = log.messages;
    let steps = 0;
    while (log.messages < first + SPAN) {
      await agent.submit(question(log.messages));
      steps += STEPS_PER_TURN;
    }
    const { user, system } = process.cpuUsage(before);
    marks.push({ messages: size, stepMs: (user + system) / 1000 / steps, heapMB });
  }
  await agent.dispose();
  blobs.save(blobsFolder(dir));
  return marks;
}

async function reopen(
  dir: string,
  seed: number,
  messages: number,
): Promise<Pick<ScaleResult, 'startUp' | 'flush'>> {
  const before = heap();
  const runs = new LongestRun();
  const start = performance.now();
  const file = await FileSessionLog.open(sessionsFolder(dir), SESSION);
  const times: number[] = [];
  const log: SessionLog = {
    sessionId: SESSION,
    read: () => file.read(),
    close: () => file.close(),
    append: async (events) => {
      const from = performance.now();
      const written = await file.append(events);
      times.push(performance.now() - from);
      return written;
    },
  };
  const agent = await open(seed, log, await FileBlobStore.open(blobsFolder(dir)));
  const ms = performance.now() - start;
  const longestRunMs = runs.stop();
  const startUp = { messages, ms, longestRunMs, heapMB: heap() - before };
  for (let turn = 0; turn < 20; turn++) await agent.submit(question(turn));
  await agent.dispose();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  return { startUp, flush: { median: at(0.5), p95: at(0.95) } };
}

/** One reads, one answers. */
const STEPS_PER_TURN = 2;

async function open(
  seed: number,
  log: SessionLog,
  blobs: RecentBlobs | FileBlobStore,
): Promise<AgentProcess> {
  const repository = new SyntheticRepository(seed);
  const paths = Array.from({ length: FILES }, (_, i) => `src/part${i % 20}/file${i}.ts`);
  const world = memoryWorld({
    functions: createFunctions({ ripgrepPath: '', roots: () => [] }),
    settings: { maxOutputTokens: 4096, notesTokenLimit: 2000 },
  });
  for (const path of paths) world.files.set(path, repository.text(path));
  // The derived tables are another process's.
  const recall = { ...world.parts.recall, append: async () => undefined };
  const model = new LightModel(repository, paths, Random.named(seed, 'scale'), WINDOW_TOKENS);
  return AgentProcess.open({ ...world.parts, log, blobs, recall }, async () => model);
}

function question(n: number): string {
  return `Question ${n}: what happens in the part that was changed before, and which of its callers have to follow?`;
}

/** Watches for how long the event loop does not turn. Processor time: others on the machine do not count. */
class LongestRun {
  private longest = 0;
  private last = process.threadCpuUsage();
  private readonly timer = setInterval(() => this.look(), 1);

  /** @returns ms */
  stop(): number {
    clearInterval(this.timer);
    this.look();
    return this.longest;
  }

  private look(): void {
    const { user, system } = process.threadCpuUsage(this.last);
    this.longest = Math.max(this.longest, (user + system) / 1000);
    this.last = process.threadCpuUsage();
  }
}

/** MB in use after a collection. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
