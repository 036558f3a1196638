import { Worker } from 'node:worker_threads';
import type { WorkerReply, WorkerRequest } from './indexWorker';

type Unnumbered<Request> = Request extends unknown ? Omit<Request, 'id'> : never;

/** One indexing thread: started on first use, thrown away when it fails or takes too long. */
export class WorkerThread {
  private worker: Worker | undefined;
  private nextId = 1;

  /** @param script path of indexWorker.js */
  constructor(private readonly script: string) {}

  /**
   * One question at a time.
   * @param timeout milliseconds
   * @throws when the thread dies, fails or is too slow; the next question starts a new one
   */
  ask(request: Unnumbered<WorkerRequest>, timeout: number): Promise<WorkerReply> {
    const worker = this.worker ?? this.start();
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        act();
      };
      const fail = (error: Error) =>
        settle(() => {
          this.stop();
          reject(error);
        });
      const onError = (error: unknown) => fail(error instanceof Error ? error : new Error(String(error)));
      const onExit = (code: number) => fail(new Error(`the indexing thread ended with status ${code}`));
      const onMessage = (reply: WorkerReply) => {
        if (reply.id !== id) return;
        if (reply.kind === 'error') fail(new Error(reply.message));
        else settle(() => resolve(reply));
      };
      const timer = setTimeout(() => fail(new Error(`no answer within ${timeout} ms`)), timeout);
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage({ ...request, id } as WorkerRequest);
    });
  }

  private start(): Worker {
    const worker = new Worker(this.script);
    this.worker = worker;
    // A thread may also die between questions, and an error event that nobody hears would end the process.
    worker.on('error', () => this.stop());
    return worker;
  }

  stop(): void {
    const worker = this.worker;
    this.worker = undefined;
    void worker?.terminate();
  }
}
