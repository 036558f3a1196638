/** The thread that lists files: looking at tens of thousands one after another would block the process's own. */
import type { FileKey } from './Catalog';
import { type Looked, look } from './look';
import { type FoundFiles, type WalkRequest, type WalkResult, walk } from './walk';
import { answerQuestions } from './workerAnswers';

export type WalkQuestion =
  | ({ readonly kind: 'walk' } & WalkRequest)
  | { readonly kind: 'look'; readonly paths: readonly FileKey[]; readonly maxFileBytes: number };

export type WalkAnswer = ({ readonly kind: 'walk' } & WalkResult) | ({ readonly kind: 'look' } & Looked);

answerQuestions<WalkQuestion, WalkAnswer, FoundFiles>((question, give) => {
  if (question.kind === 'look')
    return { answer: { kind: 'look', ...look(question.paths, question.maxFileBytes) } };
  return { answer: { kind: 'walk', ...walk(question, give) } };
});
