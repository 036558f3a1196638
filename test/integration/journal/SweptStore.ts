/** A blob store on disk that is swept, with the session logs beside it that name its texts. */
import { mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewSessionEvent } from '../../../src/engine/events';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';
import { type Swept, sweepBlobs } from '../../../src/journal/sweepBlobs';

export const DAY = 24 * 60 * 60_000;
export const UNLIMITED = Number.POSITIVE_INFINITY;

export class SweptStore {
  readonly blobs: string;
  readonly sessions: string;

  private constructor(readonly home: string) {
    this.blobs = join(home, 'blobs');
    this.sessions = join(home, 'sessions');
  }

  static async make(): Promise<SweptStore> {
    return new SweptStore(await mkdtemp(join(tmpdir(), 'vc-sweep-')));
  }

  pathOf(hash: string): string {
    return join(this.blobs, hash.slice(0, 2), hash);
  }

  /** @returns for each of these texts whether it is there */
  areThere(hashes: readonly string[]): Promise<readonly boolean[]> {
    return Promise.all(
      hashes.map((hash) =>
        stat(this.pathOf(hash)).then(
          () => true,
          () => false,
        ),
      ),
    );
  }

  async blobFiles(): Promise<string[]> {
    const names = await readdir(this.blobs, { recursive: true });
    return names.filter((name) => /[0-9a-f]{64}$/.test(name)).map((name) => join(this.blobs, name));
  }

  /** All texts that are there now were put so long ago. */
  async age(days: number): Promise<void> {
    const at = (Date.now() - days * DAY) / 1000;
    for (const path of await this.blobFiles()) await utimes(path, at, at);
  }

  async record(id: string, ...events: NewSessionEvent[]): Promise<void> {
    const log = await FileSessionLog.open(this.sessions, id);
    await log.append(events);
    await log.close();
  }

  async fork(
    id: string,
    from: string,
    through: number,
    kind: 'session' | 'process' = 'session',
  ): Promise<void> {
    await (await FileSessionLog.fork(this.sessions, id, { from, through, kind }, 1)).close();
  }

  sweep(maxCheckpointBytes = UNLIMITED): Promise<Swept | undefined> {
    const { blobs, sessions } = this;
    return sweepBlobs({ blobs, sessions, maxCheckpointBytes, now: Date.now() });
  }

  remove(): Promise<void> {
    return rm(this.home, { recursive: true });
  }
}

export const started: NewSessionEvent = { type: 'session.started', workspace: ['w'], at: 1 };

export const stored = (text: string): NewSessionEvent => ({
  type: 'attachment.stored',
  label: 'a',
  text,
  at: 1,
});

export const checkpoint = (turn: number, at: number): NewSessionEvent => ({
  type: 'checkpoint.created',
  turn,
  at,
});

export const edited = (path: string, before: string, after: string, at: number): NewSessionEvent => {
  return { type: 'file.edited', path, before, after, basedOn: [], at };
};

export const kept = (path: string, at: number): NewSessionEvent => {
  return { type: 'file.reviewed', path, decision: 'kept', at };
};
