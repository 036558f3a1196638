/** The threads that read, parse and cut files: the process's own thread stays free to answer. */
import { type PageBytes, PageRows } from './PageRows';
import { Parsers } from './Parsers';
import { type FileResult, type PageRequest, readPages } from './readPages';
import { answerQuestions, type Outgoing } from './workerAnswers';

export interface IndexQuestion {
  readonly files: readonly PageRequest[];
  readonly grammars: string | null;
}

export interface IndexAnswer {
  /** One for each file, in order, up to and including the one at which the grammars broke. */
  readonly results: readonly FileResult[];
  readonly bytes: PageBytes;
  readonly damaged: boolean;
}

let parsers: Parsers | undefined;

answerQuestions<IndexQuestion, IndexAnswer>(async (question): Promise<Outgoing<IndexAnswer>> => {
  if (question.grammars !== null) parsers ??= new Parsers(question.grammars);
  const rows = new PageRows();
  const results: FileResult[] = [];
  for (const file of question.files) {
    results.push(await readPages(file, question.grammars === null ? undefined : parsers, rows));
    // The files that follow must not suffer for this one: they are asked for again, of a new thread.
    if (parsers?.damaged) break;
  }
  const bytes = rows.bytes();
  return {
    answer: { results, bytes, damaged: parsers?.damaged ?? false },
    transfer: [bytes.pages.buffer, bytes.symbols.buffer],
  };
});
