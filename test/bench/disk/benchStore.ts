/** A store of its own with its disk process, for one part of the benchmark. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskClient } from '../../../src/disk/client';
import type { IndexStatus } from '../../../src/disk/protocol';
import { endProcess } from '../../support/endProcess';

export interface BenchStore {
  /** Scratch folder: corpus and store. */
  readonly folder: string;
  readonly store: string;
  readonly corpus: string;
  readonly disk: DiskClient;
}

/** Runs `act` with a new store; everything is removed afterwards. */
export async function withBenchStore<Result>(
  dist: string,
  act: (bench: BenchStore) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'vctx-bench-'));
  const store = join(folder, 'store');
  const disk = new DiskClient({ store, diskScript: join(dist, 'disk.js') });
  try {
    return await act({ folder, store, corpus: join(folder, 'corpus'), disk });
  } finally {
    const { pid } = await disk.status();
    disk.dispose();
    if (pid > 0) await endProcess(pid);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** Indexes the corpus as it is now. */
export async function bringUpToDate({ disk, corpus }: BenchStore, timeout = 3_600_000): Promise<IndexStatus> {
  await disk.openWorkspace([{ name: 'corpus', path: corpus }], {
    maxFileBytes: 1024 * 1024,
    maxFiles: 2_000_000,
  });
  return disk.whenReady(AbortSignal.timeout(timeout));
}

/** Bytes of the files in a folder. */
export function sizeOf(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    // It may be gone since it was listed.
    if (entry.isFile())
      bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

/** Largest resident memory of a process so far, MB; undefined where the system does not say. */
export function peakMb(pid: number): number | undefined {
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return peak === undefined ? undefined : Math.round(Number(peak) / 1024);
  } catch {
    return undefined;
  }
}

/** A quantile of some times, rounded to 0.1 ms. */
export function quantile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return Math.round(value * 10) / 10;
}
