/** The threads that read, parse and cut files, and the one that fits vectors: the process's own thread stays free to answer. */
import { fitLsi, type LsiModel } from './Lsi';
import { type PageBytes, PageRows } from './PageRows';
import { Parsers } from './Parsers';
import { type FileResult, type PageRequest, readPages } from './readPages';
import { answerQuestions, type Outgoing } from './workerAnswers';

export type IndexQuestion =
  | { readonly kind: 'pages'; readonly files: readonly PageRequest[]; readonly grammars: string | null }
  | { readonly kind: 'fit'; readonly documents: readonly string[]; readonly dimensions: number };

export type IndexAnswer =
  | {
      readonly kind: 'pages';
      /** One for each file, in order, up to and including the one at which the grammars broke. */
      readonly results: readonly FileResult[];
      readonly bytes: PageBytes;
      readonly damaged: boolean;
    }
  | { readonly kind: 'fit'; readonly model: LsiModel | null };

let parsers: Parsers | undefined;

answerQuestions<IndexQuestion, IndexAnswer>(async (question): Promise<Outgoing<IndexAnswer>> => {
  if (question.kind === 'fit') {
    return { answer: { kind: 'fit', model: fitLsi(question.documents, question.dimensions) ?? null } };
  }
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
    answer: { kind: 'pages', results, bytes, damaged: parsers?.damaged ?? false },
    transfer: [bytes.pages.buffer, bytes.symbols.buffer],
  };
});
