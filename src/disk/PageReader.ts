import type { PageRequest, PageResult } from './readPages';
import { WorkerThread } from './WorkerThread';

const batchTimeout = 60_000;
const fileTimeout = 15_000;

/** Reads files on the indexing thread. A file that brings the thread down is cut by lines, and if that fails too, given up. */
export class PageReader {
  private readonly thread: WorkerThread;
  private stopped = false;

  constructor(
    script: string,
    private readonly grammars: string,
  ) {
    this.thread = new WorkerThread(script);
  }

  /** @returns one result for each request, in order; never throws */
  async read(files: readonly PageRequest[]): Promise<readonly PageResult[]> {
    try {
      return await this.ask(files, this.grammars, batchTimeout);
    } catch {
      const results: PageResult[] = [];
      for (const file of files) results.push(await this.readAlone(file));
      return results;
    }
  }

  private async readAlone(file: PageRequest): Promise<PageResult> {
    for (const grammars of [this.grammars, null]) {
      try {
        if (this.stopped) break;
        const [result] = await this.ask([file], grammars, fileTimeout);
        if (result) return result;
      } catch {
        // Next: without a grammar.
      }
    }
    return { state: 'failed', reason: 'the indexing thread could not read it' };
  }

  private async ask(
    files: readonly PageRequest[],
    grammars: string | null,
    timeout: number,
  ): Promise<readonly PageResult[]> {
    const reply = await this.thread.ask({ kind: 'pages', files, grammars }, timeout);
    if (reply.kind !== 'pages') throw new Error('the indexing thread answered another question');
    if (reply.damaged) this.thread.stop();
    return reply.results;
  }

  /** Gives back the thread's memory; the next file starts another. */
  rest(): void {
    this.thread.stop();
  }

  stop(): void {
    this.stopped = true;
    this.thread.stop();
  }
}
