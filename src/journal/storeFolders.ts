/** Where the journal is in a store; the disk process keeps its tables beside it. */
import { join } from 'node:path';

export function sessionsFolder(store: string): string {
  return join(store, 'sessions');
}

export function blobsFolder(store: string): string {
  return join(store, 'blobs');
}
