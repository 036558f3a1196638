/** A journal without fsync: what the engine does is measured, not the disk, and what it keeps, not what a stand-in keeps. */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { JournalError } from '../../../src/engine/errors';
import { isQueueEvent, type NewSessionEvent, type SessionEvent } from '../../../src/engine/events';
import type { BlobStore, SessionLog } from '../../../src/engine/ports';
import { readSession, sessionLogPath } from '../../../src/journal/sessionFiles';
import { sha256 } from '../../../src/journal/sha256';

/** Written as `FileSessionLog` writes it, so that it can be opened as one. */
export class UnsyncedLog implements SessionLog {
  /** Queue entries so far. */
  messages = 0;
  /** Epochs that evicted something. */
  rollovers = 0;
  private seq = 0;
  private lines: string[] = [];
  private readonly file: number;

  constructor(
    private readonly dir: string,
    readonly sessionId: string,
  ) {
    const path = sessionLogPath(dir, sessionId);
    mkdirSync(dirname(path), { recursive: true });
    this.file = openSync(path, 'w');
  }

  async append(events: readonly NewSessionEvent[]): Promise<readonly SessionEvent[]> {
    const written = events.map((event): SessionEvent => ({ ...event, seq: ++this.seq }));
    for (const event of written) {
      const { seq, ...body } = event;
      this.lines.push(`${JSON.stringify({ seq, ...body })}\n`);
      if (isQueueEvent(event)) this.messages++;
      if (event.type === 'epoch.started' && event.evicted.length > 0) this.rollovers++;
    }
    // The latest stays, to be looked at.
    if (this.lines.length > 500) this.flush(this.lines.length - 1);
    return written;
  }

  /** The latest event, as JSON. */
  get last(): string {
    return this.lines.at(-1) ?? '';
  }

  private flush(count: number): void {
    writeSync(this.file, this.lines.splice(0, count).join(''));
  }

  read(): AsyncIterable<SessionEvent> {
    return readSession(this.dir, this.sessionId);
  }

  async close(): Promise<void> {
    this.flush(this.lines.length);
    closeSync(this.file);
  }
}

/** Texts put last: more than a window holds, and no more however long the session. */
export class RecentBlobs implements BlobStore {
  /** Outside of the heap, which is measured. */
  private readonly texts = new Map<string, Buffer>();

  constructor(private readonly most: number) {}

  async put(text: string): Promise<string> {
    const hash = sha256(text);
    this.texts.delete(hash);
    this.texts.set(hash, Buffer.from(text));
    const [oldest] = this.texts.keys();
    if (this.texts.size > this.most && oldest !== undefined) this.texts.delete(oldest);
    return hash;
  }

  async get(hash: string): Promise<string> {
    const text = this.texts.get(hash);
    if (text === undefined) throw new JournalError(`Blob ${hash} is too old.`, 'Keep more of them.');
    return text.toString();
  }

  /** Writes them as `FileBlobStore` has them. */
  save(dir: string): void {
    for (const [hash, text] of this.texts) {
      const path = join(dir, hash.slice(0, 2), hash);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
}
