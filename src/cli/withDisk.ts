import { join } from 'node:path';
import { DiskClient, type IndexStatus } from '../disk/client';
import type { Place } from './place';

/** As the setting `virtualContext.index.maxFileKilobytes` has it. */
const MAX_FILE_BYTES = 1024 * 1024;

/** Runs `act` with a connection to the store's disk process, and leaves it afterwards whatever happened. */
export async function withDisk<Result>(
  store: string,
  act: (disk: DiskClient) => Promise<Result>,
): Promise<Result> {
  const disk = new DiskClient({ store, diskScript: join(__dirname, 'disk.js') });
  try {
    return await act(disk);
  } finally {
    disk.dispose();
  }
}

/** Indexes what changed since last time, showing progress on a terminal. @throws DiskUnavailableError */
export async function bringUpToDate(
  disk: DiskClient,
  { root }: Place,
  signal: AbortSignal,
): Promise<IndexStatus> {
  const stop = process.stderr.isTTY ? disk.onStatus(showProgress) : () => {};
  try {
    await disk.openWorkspace([root], { maxFileBytes: MAX_FILE_BYTES });
    return await disk.whenReady(signal);
  } finally {
    stop();
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}

function showProgress(status: IndexStatus): void {
  if (status.phase !== 'indexing') return;
  const done = status.total === 0 ? 'looking for changes' : `${status.done} of ${status.total} files`;
  process.stderr.write(`\r\x1b[Kindexing: ${done}`);
}
