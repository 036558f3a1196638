/**
 * Replacement: miss ratio of every policy on reference strings from commits, between LRU and the optimum (Belady). A
 * first touch is a miss. What is driven are the very objects the queue manager uses. The strings are files changed
 * together, in an order shuffled by the seed: what an assistant would read is a different string.
 */
import { performance } from 'node:perf_hooks';
import { createReplacementPolicy } from '../../../src/engine/replacement/createReplacementPolicy';
import {
  REPLACEMENT_POLICIES,
  type ReplacementPolicyName,
} from '../../../src/engine/replacement/ReplacementPolicy';
import type { EngineBenchOptions } from './options';
import { beladyMisses, type PrefetchBudget, simulate } from './pagingSimulator';
import { loadTraces, referencesOf } from './traces';

const FRAMES = [5, 10, 20, 50] as const;
const GAP_FRAMES = 20;
const PREFETCH: PrefetchBudget = { pages: 1, confidence: 0.9 };
/** Size at which the time per use is measured: resident pages, keys known. */
const TIMED_RESIDENT = 200;
const TIMED_KEYS = 10_000;

type MissRatios = Readonly<Record<ReplacementPolicyName | 'belady', number>>;

interface PrefetchOutcome {
  /** Per reference, 0-1: misses without and with prefetch, pages brought in unasked, those that left unused. */
  readonly missRatio: number;
  readonly missRatioWith: number;
  readonly loads: number;
  readonly wasted: number;
}

interface ReplacementResult {
  /** Share of the gap from LRU to Belady that `adaptive` closes at 20 resident files, averaged over the traces. */
  readonly gapClosedK20: number;
  /** Where `adaptive` is worst: points of miss ratio (1 = one hundredth) better than LRU; negative is worse. */
  readonly worstPointsBelowLru: number;
  /** Mean time of a use that misses and evicts, with 200 resident pages and 10,000 known ones. */
  readonly msPerUse: number;
  /** Share of the gap closed, by policy and number of resident files. */
  readonly gapClosed: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** By trace and number of resident files: shares of the references. */
  readonly missRatio: Readonly<Record<string, Readonly<Record<string, MissRatios>>>>;
  /** By trace and policy, at 20 resident files. */
  readonly prefetch: Readonly<Record<string, Readonly<Record<string, PrefetchOutcome>>>>;
}

/** @throws Error when there are no traces */
export function runReplacement(options: EngineBenchOptions): Promise<ReplacementResult> {
  const strings = loadTraces(options.traces, options.seed).map((trace) => ({
    trace: trace.name,
    references: referencesOf(trace).map((file) => `file:${file}`),
  }));
  const frameCounts = options.quick ? [GAP_FRAMES] : FRAMES;
  const missRatio = Object.fromEntries(
    strings.map(({ trace, references }) => [
      trace,
      Object.fromEntries(frameCounts.map((frames) => [frames, missRatios(references, frames)])),
    ]),
  );
  const all = Object.values(missRatio);
  const gapClosed = Object.fromEntries(
    REPLACEMENT_POLICIES.map((policy) => [
      policy,
      Object.fromEntries(frameCounts.map((frames) => [frames, meanGap(all, policy, frames)])),
    ]),
  );
  const points = all
    .flatMap((byFrames) => Object.values(byFrames))
    .map(({ lru, adaptive }) => 100 * (lru - adaptive));
  return Promise.resolve({
    gapClosedK20: gapClosed.adaptive?.[GAP_FRAMES] ?? Number.NaN,
    worstPointsBelowLru: rounded(Math.min(...points)),
    msPerUse: rounded(timePerUse()),
    gapClosed,
    missRatio,
    prefetch: Object.fromEntries(
      strings.map(({ trace, references }) => [
        trace,
        {
          lru: prefetchOutcome(references, 'lru'),
          adaptive: prefetchOutcome(references, 'adaptive'),
        },
      ]),
    ),
  });
}

function missRatios(references: readonly string[], frames: number): MissRatios {
  const ratios = REPLACEMENT_POLICIES.map((name) => {
    const { misses } = simulate(createReplacementPolicy(name), references, frames);
    return [name, rounded(misses / references.length)] as const;
  });
  const belady = rounded(beladyMisses(references, frames) / references.length);
  return Object.fromEntries([...ratios, ['belady', belady]]) as MissRatios;
}

function prefetchOutcome(references: readonly string[], policy: ReplacementPolicyName): PrefetchOutcome {
  const without = simulate(createReplacementPolicy(policy), references, GAP_FRAMES);
  const counts = simulate(createReplacementPolicy(policy), references, GAP_FRAMES, PREFETCH);
  const share = (count: number): number => rounded(count / references.length);
  return {
    missRatio: share(without.misses),
    missRatioWith: share(counts.misses),
    loads: share(counts.prefetched),
    wasted: share(counts.wasted),
  };
}

function meanGap(
  traces: readonly Readonly<Record<string, MissRatios>>[],
  policy: ReplacementPolicyName,
  frames: number,
): number {
  const gaps = traces.map((byFrames) => {
    const ratios = byFrames[frames];
    return ratios ? (ratios.lru - ratios[policy]) / (ratios.lru - ratios.belady) : 0;
  });
  return rounded(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length);
}

function timePerUse(): number {
  const keys = Array.from({ length: TIMED_KEYS }, (_, i) => `file:src/part${i % 97}/f${i}.ts`);
  const policy = createReplacementPolicy('adaptive');
  for (const key of keys) policy.reference(key);
  simulate(policy, keys.slice(0, TIMED_RESIDENT), TIMED_RESIDENT);
  const uses = keys.slice(TIMED_RESIDENT, 6 * TIMED_RESIDENT);
  const start = performance.now();
  for (const key of uses) {
    policy.admit(key, { tokens: 800, kind: 'file' });
    policy.evict(policy.victims()[0] ?? '');
  }
  return (performance.now() - start) / uses.length;
}

function rounded(share: number): number {
  return Math.round(share * 1e4) / 1e4;
}
