import { stat } from 'node:fs/promises';
import { VirtualContextError } from '../../../engine/errors';
import { gives } from '../accuracy';
import type { EvalTask } from '../EvalTask';
import { Random } from '../Random';
import { readDocuments } from '../readDocuments';
import { rougeLRecall } from '../rougeL';
import { DocumentQa, documentPrompt, passagesOf } from '../tasks/documentQa';

/** The folder cannot be asked about. */
class DocumentsError extends VirtualContextError {}

const DEFAULT_FOLDER = 'node_modules';

/** Questions over documents: each world is a set of passages, a file each, under names that say nothing. */
export const docqaWorlds: EvalTask = async function* ({ seed, limit, size, documents: named }, signal) {
  const folder = named ?? DEFAULT_FOLDER;
  const found = await stat(folder).catch(() => undefined);
  const nextStep = 'Name a folder of Markdown or text files with --documents.';
  if (!found?.isDirectory()) throw new DocumentsError(`${folder} is not a folder.`, nextStep);
  const passages = passagesOf(await readDocuments(folder, signal));
  const random = Random.named(seed, 'docqa');
  const qa = new DocumentQa(passages);
  const questions = qa.questions(random, limit);
  if (questions.length === 0) {
    throw new DocumentsError(`${folder} has too little prose to ask about.`, nextStep);
  }
  for (const set of qa.sets(questions, size, random)) {
    yield {
      sessions: [],
      documents: set.documents.map((index, i) => ({
        path: `documents/${String(i + 1).padStart(4, '0')}.md`,
        text: passages[index]?.text ?? '',
      })),
      notes: [],
      questions: set.questions.map((question) => ({
        prompt: async () => documentPrompt(question, 'documents'),
        reference: question.answer,
        group: `${size} documents`,
        score: (text) => ({
          accuracy: gives(text, question.answer) ? 1 : 0,
          rougeL: rougeLRecall(question.answer, text),
        }),
      })),
    };
  }
};
