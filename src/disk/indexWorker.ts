/** The thread that reads, parses and cuts files, and the one that fits vectors: the process's own thread stays free to answer. */
import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { fitLsi, type LsiModel } from './Lsi';
import { Parsers } from './Parsers';
import { type PageRequest, type PageResult, readPages } from './readPages';

export type WorkerRequest =
  | {
      readonly kind: 'pages';
      readonly id: number;
      readonly files: readonly PageRequest[];
      readonly grammars: string | null;
    }
  | {
      readonly kind: 'fit';
      readonly id: number;
      readonly documents: readonly string[];
      readonly dimensions: number;
    };

export type WorkerReply =
  | {
      readonly kind: 'pages';
      readonly id: number;
      readonly results: readonly PageResult[];
      readonly damaged: boolean;
    }
  | { readonly kind: 'fit'; readonly id: number; readonly model: LsiModel | null }
  | { readonly kind: 'error'; readonly id: number; readonly message: string };

// The editor goes first. On Linux this is the priority of this thread alone; elsewhere it is the whole process's.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

let parsers: Parsers | undefined;

async function answer(request: WorkerRequest): Promise<WorkerReply> {
  if (request.kind === 'fit') {
    return { kind: 'fit', id: request.id, model: fitLsi(request.documents, request.dimensions) ?? null };
  }
  if (request.grammars !== null) parsers ??= new Parsers(request.grammars);
  const results: PageResult[] = [];
  for (const file of request.files) {
    results.push(await readPages(file, request.grammars === null ? undefined : parsers));
  }
  return { kind: 'pages', id: request.id, results, damaged: parsers?.damaged ?? false };
}

parentPort?.on('message', (request: WorkerRequest) => {
  answer(request).then(
    (reply) => parentPort?.postMessage(reply),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      parentPort?.postMessage({ kind: 'error', id: request.id, message } satisfies WorkerReply);
    },
  );
});
