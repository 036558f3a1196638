import { Worker } from 'node:worker_threads';
import type { Answered, Asked } from './workerAnswers';

/** A thread that answers questions: started on first use, thrown away when it fails or takes too long. */
export class WorkerThread<Question, Answer, Part = never> {
  private worker: Worker | undefined;
  private nextId = 1;

  /** @param script path of a bundle that calls `answerQuestions` */
  constructor(private readonly script: string) {}

  /**
   * One question at a time.
   * @param timeout milliseconds without a sign of life
   * @param onPart given what is known before the answer
   * @throws when the thread dies, fails or is too slow; the next question starts a new one
   */
  ask(question: Question, timeout: number, onPart?: (part: Part) => void): Promise<Answer> {
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
      const onMessage = (message: Answered<Answer, Part>) => {
        if (message.id !== id) return;
        timer.refresh();
        if ('part' in message) onPart?.(message.part);
        else if ('error' in message) fail(new Error(message.error));
        else settle(() => resolve(message.answer));
      };
      const timer = setTimeout(() => fail(new Error(`no answer within ${timeout} ms`)), timeout);
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage({ id, question } satisfies Asked<Question>);
    });
  }

  /** Starts the thread, so that the next question need not wait for it. */
  warm(): void {
    if (!this.worker) this.start();
  }

  private start(): Worker {
    const worker = new Worker(this.script);
    this.worker = worker;
    // A thread may also die between questions, and an error event that nobody hears would end the process.
    worker.on('error', () => this.forget(worker)).on('exit', () => this.forget(worker));
    // It must not keep the process when nobody needs it.
    worker.unref();
    return worker;
  }

  private forget(worker: Worker): void {
    if (this.worker === worker) this.worker = undefined;
  }

  stop(): void {
    const worker = this.worker;
    this.worker = undefined;
    void worker?.terminate();
  }
}
