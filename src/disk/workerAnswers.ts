/** The thread's side of `WorkerThread`. */
import { constants, setPriority } from 'node:os';
import { parentPort, type Transferable } from 'node:worker_threads';

export interface Asked<Question> {
  readonly id: number;
  readonly question: Question;
}

export type Answered<Answer, Part> = { readonly id: number } & (
  | { readonly part: Part }
  | { readonly answer: Answer }
  | { readonly error: string }
);

/** What goes over to the asking thread. */
export interface Outgoing<Answer> {
  readonly answer: Answer;
  /** Buffers within the answer that are handed over instead of copied. */
  readonly transfer?: readonly Transferable[];
}

/**
 * Answers the questions of a `WorkerThread`, at a low priority: the editor goes first. (On Linux the priority is that of this
 * thread alone; elsewhere it is the whole process's.)
 * @param answer may give parts of the answer before
 */
export function answerQuestions<Question, Answer, Part = never>(
  answer: (question: Question, give: (part: Part) => void) => Outgoing<Answer> | Promise<Outgoing<Answer>>,
): void {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const send = (message: Answered<Answer, Part>, transfer: readonly Transferable[] = []) =>
    parentPort?.postMessage(message, transfer);
  parentPort?.on('message', async ({ id, question }: Asked<Question>) => {
    try {
      const outgoing = await answer(question, (part) => send({ id, part }));
      send({ id, answer: outgoing.answer }, outgoing.transfer);
    } catch (error) {
      send({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
}
