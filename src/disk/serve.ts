import type { Socket } from 'node:net';
import {
  type CancellationToken,
  createMessageConnection,
  ErrorCodes,
  type MessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import type * as z from 'zod';
import { BadQueryError } from '../engine/errors';
import { asFailure, type DiskService } from './DiskService';
import { params } from './params';
import { type FailureData, protocolVersion, requests } from './protocol';

/** Answers one client until it leaves. */
export function serve(socket: Socket, service: DiskService): MessageConnection {
  const connection = createMessageConnection(
    new SocketMessageReader(socket),
    new SocketMessageWriter(socket),
  );

  const client = Symbol('client');
  socket.on('close', () => void service.forget(client));
  connection.onRequest(requests.hello, () => ({ protocol: protocolVersion, status: service.status() }));
  connection.onRequest(
    requests.openWorkspace,
    answering(params.openWorkspace, async (workspace) => {
      await service.openWorkspace(workspace);
      return null;
    }),
  );
  connection.onRequest(
    requests.filesChanged,
    answering(params.filesChanged, async ({ paths }) => {
      (await service.open()).indexer.filesChanged(paths);
      return null;
    }),
  );
  connection.onRequest(
    requests.attend,
    answering(params.attend, async (attention) => {
      (await service.open()).indexer.attend(attention);
      return null;
    }),
  );
  connection.onRequest(
    requests.chooseEmbeddings,
    answering(params.chooseEmbeddings, async (choice) => {
      const { embeddings } = await service.open();
      await embeddings.choose(choice);
      return embeddings.status();
    }),
  );
  connection.onRequest(
    requests.searchWorkspace,
    answering(params.searchWorkspace, async (query, signal) =>
      (await service.open()).search.search(query, signal),
    ),
  );
  connection.onRequest(
    requests.overlay,
    answering(params.overlay, async ({ path, text }) => {
      await (await service.open()).unsaved.set(client, path, text);
      return null;
    }),
  );
  connection.onRequest(
    requests.rebuild,
    answering(params.rebuild, async ({ target }) => {
      await service.rebuild(target);
      return null;
    }),
  );
  connection.onRequest(
    requests.publish,
    answering(params.publish, (request, signal) => service.publish(request, signal)),
  );
  connection.onRequest(requests.tableSizes, () =>
    guarded(async () => (await service.open()).database.sizes()),
  );
  const steering = {
    reconcile: requests.reconcile,
    pause: requests.pause,
    resume: requests.resume,
  } as const;
  for (const act of ['reconcile', 'pause', 'resume'] as const) {
    connection.onRequest(steering[act], () =>
      guarded(async () => {
        (await service.open()).indexer[act]();
        return null;
      }),
    );
  }
  connection.onRequest(
    requests.appendMessages,
    answering(params.appendMessages, async ({ messages }) => {
      await (await service.open()).recall.append(messages);
      return null;
    }),
  );
  connection.onRequest(
    requests.forgetSessions,
    answering(params.forgetSessions, async ({ sessions }) => {
      const { recall, notes } = await service.open();
      await recall.forget(sessions);
      await notes.forget(sessions);
      return null;
    }),
  );
  connection.onRequest(
    requests.searchMessages,
    answering(params.searchMessages, async (query, signal) =>
      (await service.open()).recall.search(query, signal),
    ),
  );
  connection.onRequest(
    requests.messageSeqs,
    answering(params.messageSeqs, async ({ session }) => (await service.open()).recall.seqs(session)),
  );
  connection.onRequest(
    requests.insertNotes,
    answering(params.insertNotes, async ({ notes }) => {
      await (await service.open()).notes.insert(notes);
      return null;
    }),
  );
  connection.onRequest(
    requests.searchNotes,
    answering(params.searchNotes, async (query) => (await service.open()).notes.search(query)),
  );
  connection.onRequest(
    requests.noteIds,
    answering(params.noteIds, async ({ session }) => (await service.open()).notes.ids(session)),
  );

  // A client that is killed in the middle of a message ends here, too; its socket's close event follows.
  connection.onError(() => socket.destroy());
  connection.listen();
  return connection;
}

/** A request handler that checks its parameters and fails only with a typed reason. */
function answering<Schema extends z.ZodType, Result>(
  schema: Schema,
  act: (params: z.output<Schema>, signal: AbortSignal) => Promise<Result>,
) {
  return (received: unknown, token: CancellationToken): Promise<Result> =>
    guarded(async () => {
      const parsed = schema.safeParse(received);
      if (!parsed.success) throw invalid(parsed.error);
      const abort = new AbortController();
      const registration = token.onCancellationRequested(() => abort.abort());
      try {
        return await act(parsed.data, abort.signal);
      } finally {
        registration.dispose();
      }
    });
}

function invalid(error: z.ZodError): ResponseError<FailureData> {
  const issue = error.issues[0];
  const message = `Invalid request: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  const nextStep = 'Reload the window; if it happens again, report it with this message.';
  return new ResponseError(ErrorCodes.InvalidParams, message, { nextStep });
}

async function guarded<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ResponseError) throw error;
    const failure = asFailure(error);
    throw new ResponseError<FailureData>(ErrorCodes.InternalError, failure.message, {
      nextStep: failure.nextStep,
      badQuery: failure instanceof BadQueryError,
    });
  }
}
