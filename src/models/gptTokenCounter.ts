/** Counts tokens with o200k in a worker thread, which is started at the first count. */
import { Worker } from 'node:worker_threads';
import type { TokenCounter } from '../engine/ports';
import { LeastRecentlyUsed } from './leastRecentlyUsed';
import type { CountReply, CountRequest } from './tokenMessages';

/** Texts up to this length are remembered: notes, messages, schemas and stubs are counted again and again. */
const SHORT_CHARS = 2_048;
const REMEMBERED_TEXTS = 4_096;
const RESTARTS = 1;

interface PendingBatch {
  readonly texts: readonly string[];
  readonly resolve: (counts: readonly number[]) => void;
}

export class GptTokenCounter implements TokenCounter {
  private readonly remembered = new LeastRecentlyUsed<string, number>(REMEMBERED_TEXTS);
  private readonly pending = new Map<number, PendingBatch>();
  /** Texts asked for in this turn of the event loop; they travel to the worker together. */
  private gathering: { texts: string[]; counts: Promise<readonly number[]> } | undefined;
  private worker: Worker | undefined;
  private nextId = 1;
  private crashes = 0;
  private disposed = false;

  /** @param workerPath the bundled `tokenWorker.js` */
  constructor(private readonly workerPath: string) {}

  async count(texts: readonly string[]): Promise<number[]> {
    const known = texts.map((text) => (text === '' ? 0 : this.remembered.get(text)));
    const missing = texts.filter((_, i) => known[i] === undefined);
    if (missing.length === 0) return known.map((tokens) => tokens ?? 0);
    const counts = await this.ask(missing);
    let next = 0;
    return known.map((tokens) => tokens ?? counts[next++] ?? 0);
  }

  /** Stops the worker. Counts under way, and later ones, are estimated. */
  dispose(): void {
    this.disposed = true;
    void this.worker?.terminate();
    this.worker = undefined;
    this.giveUp();
  }

  private async ask(texts: readonly string[]): Promise<readonly number[]> {
    if (!this.gathering) {
      const batch: string[] = [];
      const counts = Promise.resolve().then(() => {
        this.gathering = undefined;
        return this.send(batch);
      });
      this.gathering = { texts: batch, counts };
    }
    const { texts: batch, counts } = this.gathering;
    const first = batch.length;
    batch.push(...texts);
    return (await counts).slice(first, first + texts.length);
  }

  private send(texts: readonly string[]): Promise<readonly number[]> {
    return new Promise((resolve) => {
      const id = this.nextId++;
      this.pending.set(id, { texts, resolve });
      this.post(id, texts);
    });
  }

  private post(id: number, texts: readonly string[]): void {
    this.worker ??= this.start();
    if (!this.worker) {
      this.giveUp();
      return;
    }
    // Only while it counts may the worker keep the process alive.
    this.worker.ref();
    this.worker.postMessage({ id, texts } satisfies CountRequest);
  }

  private start(): Worker | undefined {
    if (this.disposed || this.crashes > RESTARTS) return undefined;
    const worker = this.spawn();
    if (!worker) return undefined;
    worker.on('message', (reply: CountReply) => this.receive(reply));
    // A failing worker reports an error and then its exit; a killed one only the exit.
    worker.on('error', () => undefined);
    worker.on('exit', () => this.restart(worker));
    return worker;
  }

  private spawn(): Worker | undefined {
    try {
      return new Worker(this.workerPath);
    } catch {
      // Out of threads or memory: counting goes on by estimate.
      this.crashes = RESTARTS + 1;
      return undefined;
    }
  }

  private receive({ id, counts }: CountReply): void {
    const batch = this.pending.get(id);
    if (!batch) return;
    this.pending.delete(id);
    batch.texts.forEach((text, i) => {
      if (text.length <= SHORT_CHARS) this.remembered.set(text, counts[i] ?? 0);
    });
    if (this.pending.size === 0) this.worker?.unref();
    batch.resolve(counts);
  }

  private restart(crashed: Worker): void {
    if (this.worker !== crashed) return;
    this.worker = undefined;
    this.crashes++;
    for (const [id, { texts }] of [...this.pending]) this.post(id, texts);
  }

  private giveUp(): void {
    for (const { texts, resolve } of this.pending.values()) resolve(texts.map(estimate));
    this.pending.clear();
  }
}

/** A little high for prose and code alike, so that a window is rather under-used than exceeded. */
function estimate(text: string): number {
  return Math.ceil(text.length / 3);
}
