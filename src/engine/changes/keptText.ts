/** Texts of changed files: those of long ago may be gone from the store. */
import { MissingBlobError } from '../errors';
import type { BlobHash, BlobStore } from '../ports';

/** @returns undefined when there is no such text, or it is no longer kept. @throws JournalError */
export async function keptText(blobs: BlobStore, hash: BlobHash | undefined): Promise<string | undefined> {
  if (hash === undefined) return undefined;
  try {
    return await blobs.get(hash);
  } catch (error) {
    if (error instanceof MissingBlobError) return undefined;
    throw error;
  }
}
