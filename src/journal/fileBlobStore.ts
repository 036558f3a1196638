import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { JournalError } from '../engine/errors';
import type { BlobHash, BlobStore } from '../engine/ports';
import { errorCode, journalError, makeDurableDirectory, syncDirectory } from './durableFiles';
import { sha256 } from './sha256';

/** Drafts older than this were left by a process that was killed. */
const ABANDONED_MS = 60 * 60_000;

/**
 * Texts by their SHA-256, one file each: `<dir>/ab/<64 hex>`. Files appear whole (written aside, fsynced, renamed) and
 * never change, so any number of processes may share the folder.
 */
export class FileBlobStore implements BlobStore {
  /** Blobs known to be durable. */
  private readonly known = new Set<BlobHash>();
  private readonly underWay = new Map<BlobHash, Promise<void>>();
  private drafts = 0;

  private constructor(private readonly dir: string) {}

  /** @throws JournalError when the folder cannot be created */
  static async open(dir: string): Promise<FileBlobStore> {
    const store = new FileBlobStore(dir);
    try {
      await makeDurableDirectory(store.draftFolder);
      await store.removeAbandonedDrafts();
    } catch (error) {
      throw journalError(`The blob store ${dir} could not be opened`, error);
    }
    return store;
  }

  async put(text: string): Promise<BlobHash> {
    const hash = sha256(text);
    if (this.known.has(hash)) return hash;
    let writing = this.underWay.get(hash);
    if (writing === undefined) {
      writing = this.write(hash, Buffer.from(text, 'utf8')).finally(() => this.underWay.delete(hash));
      this.underWay.set(hash, writing);
    }
    await writing;
    return hash;
  }

  async get(hash: BlobHash): Promise<string> {
    const path = this.pathOf(hash);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw journalError(`The blob ${path} could not be read`, error);
      throw new JournalError(`The blob ${path} is missing.`, 'Restore the storage folder from a backup.');
    }
    if (sha256(text) !== hash) {
      throw new JournalError(
        `The blob ${path} is damaged: its content is not what was stored.`,
        'Restore the file from a backup.',
      );
    }
    return text;
  }

  private get draftFolder(): string {
    return join(this.dir, 'drafts');
  }

  private pathOf(hash: BlobHash): string {
    // Addresses are written by models too: nothing but a hash may become a path.
    if (!/^[0-9a-f]{64}$/.test(hash)) {
      throw new JournalError(`"${hash}" is not a blob's hash.`, 'A hash is 64 hexadecimal digits.');
    }
    return join(this.dir, hash.slice(0, 2), hash);
  }

  private async write(hash: BlobHash, bytes: Buffer): Promise<void> {
    const path = this.pathOf(hash);
    const folder = join(this.dir, hash.slice(0, 2));
    const draft = join(this.draftFolder, `${process.pid}-${Date.now()}-${this.drafts++}`);
    try {
      // A file of another length is damaged: replaced by what it should be.
      if ((await sizeOf(path)) !== bytes.length) {
        await makeDurableDirectory(folder);
        const file = await open(draft, 'wx', 0o600);
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(draft, path);
      }
      // Also for a file that was there: the process that wrote it may have died before this.
      await syncDirectory(folder);
      this.known.add(hash);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {});
      throw journalError(`The blob ${path} could not be written`, error);
    }
  }

  private async removeAbandonedDrafts(): Promise<void> {
    for (const name of await readdir(this.draftFolder)) {
      const path = join(this.draftFolder, name);
      const found = await stat(path).catch(() => undefined);
      if (found && Date.now() - found.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
    }
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
