import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { JournalError, MissingBlobError } from '../engine/errors';
import type { BlobHash, BlobStore } from '../engine/ports';
import { asidePath, blobPath, shardFolder, VOUCHED_MS } from './blobFiles';
import { errorCode, journalError, makeDurableDirectory, writeDurably } from './durableFiles';
import { sha256 } from './sha256';

const WHERE_IT_WENT =
  'Restore the storage folder from a backup, if it is not a copy that virtualContext.checkpoints.maxMegabytes had no room for.';
/** Drafts older than this were left by a process that was killed. */
const ABANDONED_MS = 60 * 60_000;

/**
 * Texts by their SHA-256, one file each: `<dir>/ab/<64 hex>`. Files appear whole (written aside, fsynced, renamed) and
 * never change, so any number of processes may share the folder. What no log names goes with the sweep (`sweepBlobs`):
 * it goes by the file's time, which `put` renews.
 */
export class FileBlobStore implements BlobStore {
  /** Blobs known to be durable, and since when, ms since the epoch. */
  private readonly known = new Map<BlobHash, number>();
  private readonly underWay = new Map<BlobHash, Promise<void>>();
  /** Folders that were made, or looked for. */
  private readonly folders = new Map<string, Promise<void>>();

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
    const known = this.known.get(hash);
    if (known !== undefined && Math.abs(Date.now() - known) < VOUCHED_MS) return hash;
    let writing = this.underWay.get(hash);
    if (writing === undefined) {
      writing = this.write(hash, Buffer.from(text, 'utf8')).finally(() => this.underWay.delete(hash));
      this.underWay.set(hash, writing);
    }
    await writing;
    return hash;
  }

  /** @throws MissingBlobError | JournalError */
  async get(hash: BlobHash): Promise<string> {
    const path = blobPath(this.dir, hash);
    const text =
      (await readIfThere(path)) ??
      (await readIfThere(asidePath(this.dir, hash))) ??
      (await readIfThere(path));
    if (text === undefined) {
      throw new MissingBlobError(`The blob ${path} is missing.`, WHERE_IT_WENT);
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

  private async write(hash: BlobHash, bytes: Buffer): Promise<void> {
    const path = blobPath(this.dir, hash);
    const folder = shardFolder(this.dir, hash);
    const since = Date.now();
    // Names become durable through a handle on their folder, which opens while the text is written.
    const directory = this.directory(folder);
    directory.catch(() => {});
    try {
      if (!(await renewed(path, bytes.length, since))) {
        await this.draft(bytes, async (draft) => {
          await directory;
          await rename(draft, path);
        });
      }
      // Also for a file that was there: the process that wrote it may have died before this.
      await (await directory)?.sync();
      this.known.set(hash, since);
    } catch (error) {
      this.folders.delete(folder);
      throw journalError(`The blob ${path} could not be written`, error);
    } finally {
      // Nobody waits for it: it changes nothing.
      directory.then((handle) => handle?.close()).catch(() => {});
    }
  }

  /** Writes a file aside, durably. @param name gives it its name */
  private async draft(bytes: Buffer, name: (draft: string) => Promise<void>): Promise<void> {
    const draft = join(this.draftFolder, randomUUID());
    try {
      await writeDurably(draft, bytes);
      await name(draft);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {});
      throw error;
    }
  }

  /** @returns undefined on Windows, where names need no such care */
  private async directory(path: string): Promise<FileHandle | undefined> {
    const made = this.folders.get(path) ?? makeDurableDirectory(path);
    this.folders.set(path, made);
    await made;
    return process.platform === 'win32' ? undefined : open(path, 'r');
  }

  private async removeAbandonedDrafts(): Promise<void> {
    for (const name of await readdir(this.draftFolder)) {
      const path = join(this.draftFolder, name);
      const found = await stat(path).catch(() => undefined);
      if (found && Date.now() - found.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
    }
  }
}

/**
 * Whether a file is there, of the right length: another is damaged, and replaced by what it should be. From then on the
 * sweep takes it for new.
 */
async function renewed(path: string, length: number, now: number): Promise<boolean> {
  try {
    const { size, mtimeMs } = await stat(path);
    if (size !== length) return false;
    if (now - mtimeMs >= VOUCHED_MS) await utimes(path, now / 1000, now / 1000);
    return true;
  } catch (error) {
    // Removed in between: it is written anew.
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw journalError(`The blob ${path} could not be read`, error);
  }
}
