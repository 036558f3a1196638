import type { IndexAnswer, IndexQuestion } from './indexWorker';
import type { PageBytes } from './PageRows';
import type { FileResult, PageRequest } from './readPages';
import { WorkerThread } from './WorkerThread';

const batchTimeout = 60_000;
const fileTimeout = 15_000;

/** What came of some files. */
export interface ReadFiles {
  /** One for each file, in order. */
  readonly results: readonly FileResult[];
  readonly bytes: readonly PageBytes[];
}

/** Reads files on a thread of its own. A file that brings the thread down is cut by lines, and if that fails too, given up. */
export class PageReader {
  private readonly thread: WorkerThread<IndexQuestion, IndexAnswer>;
  private stopped = false;

  /** @param script path of indexWorker.js */
  constructor(
    script: string,
    private readonly grammars: string,
  ) {
    this.thread = new WorkerThread(script);
  }

  /** Never throws. */
  async read(files: readonly PageRequest[]): Promise<ReadFiles> {
    try {
      return await this.ask(files, this.grammars, batchTimeout);
    } catch {
      const results: FileResult[] = [];
      const bytes: PageBytes[] = [];
      for (const file of files) {
        const read = await this.readAlone(file);
        results.push(...read.results);
        bytes.push(...read.bytes);
      }
      return { results, bytes };
    }
  }

  private async readAlone(file: PageRequest): Promise<ReadFiles> {
    for (const grammars of [this.grammars, null]) {
      try {
        if (this.stopped) break;
        return await this.ask([file], grammars, fileTimeout);
      } catch {
        // Next: without a grammar.
      }
    }
    return { results: [{ state: 'failed', reason: 'the indexing thread could not read it' }], bytes: [] };
  }

  private async ask(
    files: readonly PageRequest[],
    grammars: string | null,
    timeout: number,
  ): Promise<ReadFiles> {
    const answer = await this.thread.ask({ files, grammars }, timeout);
    if (answer.damaged) this.thread.stop();
    const { results, bytes } = answer;
    if (results.length === files.length) return { results, bytes: [bytes] };
    if (results.length === 0 || this.stopped) throw new Error('the indexing thread left files out');
    const rest = await this.read(files.slice(results.length));
    return { results: [...results, ...rest.results], bytes: [bytes, ...rest.bytes] };
  }

  /** Starts the thread, so that the next file need not wait for it. */
  warm(): void {
    this.thread.warm();
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
