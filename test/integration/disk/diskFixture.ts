/** A small project, a store, and clients of its disk process; everything is gone after each test. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, inject } from 'vitest';
import { DiskClient, type IndexOptions } from '../../../src/disk/client';
import { endProcess } from '../../support/endProcess';

export const options = { maxFileBytes: 100_000 };
export const never = new AbortController().signal;
export const soon = () => AbortSignal.timeout(30_000);

const files = {
  'src/queue.ts':
    'export class QueueManager {\n  /** Evicts the oldest pages when the watermark is reached. */\n  flush(): void {}\n}\n',
  'src/parser.py':
    'def parse_header(line):\n    """Splits a mail header at the colon."""\n    return line.split(":")\n',
  "docs/o'hara.md": '# Gateway\n\nThe gateway listens on the harbour port.\n',
  'assets/blob.dat': 'text\0binary',
  '.env': 'TOKEN=watermark',
};

export class DiskFixture {
  private clients: DiskClient[] = [];
  /** Holds everything of one test. */
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "vctx-it's-")));
  readonly root = join(this.folder, "people's project");
  readonly store = join(this.folder, 'store');

  /** Writes files of the project. */
  put(contents: Record<string, string | Uint8Array>): void {
    for (const [rel, content] of Object.entries(contents)) {
      mkdirSync(dirname(join(this.root, rel)), { recursive: true });
      writeFileSync(join(this.root, rel), content);
    }
  }

  newClient(script = join(inject('dist'), 'disk.js'), store = this.store): DiskClient {
    const client = new DiskClient({ store, diskScript: script });
    this.clients.push(client);
    return client;
  }

  async indexed(client = this.newClient(), indexOptions: IndexOptions = options): Promise<DiskClient> {
    await client.openWorkspace([{ name: 'project', path: this.root }], indexOptions);
    await client.whenReady(soon());
    return client;
  }

  /** Kills the client's process and leaves, as a crash of the whole editor does. */
  async crash(client: DiskClient): Promise<void> {
    const { pid } = await client.status();
    client.dispose();
    this.clients = this.clients.filter((other) => other !== client);
    process.kill(pid, 'SIGKILL');
  }

  async remove(): Promise<void> {
    // Only processes this test has started: nobody else knows the store. All clients leave before the first process ends,
    // or one of them would start another.
    const states = await Promise.all(this.clients.map((client) => client.status()));
    for (const client of this.clients) client.dispose();
    for (const pid of new Set(states.map((state) => state.pid))) if (pid > 0) await endProcess(pid);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** @returns the fixture of the test that runs */
export function useDisk(): () => DiskFixture {
  let fixture: DiskFixture;
  beforeEach(() => {
    fixture = new DiskFixture();
    fixture.put(files);
  });
  afterEach(() => fixture.remove());
  return () => fixture;
}

/** Paths of what a search finds, best first. */
export async function paths(client: DiskClient, text: string, glob?: string): Promise<string[]> {
  const query = { text, page: 1, pageSize: 20, ...(glob === undefined ? {} : { glob }) };
  return (await client.searchWorkspace(query, soon())).hits.map((hit) => hit.path);
}
