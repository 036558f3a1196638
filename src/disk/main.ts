/**
 * The disk process: owns the LanceDB tables of one store and answers its clients over a local socket. Started by the first
 * client, ends a while after the last one left.
 */
import { createServer, type Server } from 'node:net';
import { join, resolve } from 'node:path';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { describeError, HeldElsewhereError } from '../engine/errors';
import { acquireProcessLock } from '../journal/processLock';
import { DiskService } from './DiskService';
import { newAddress, readEndpoint, removeAddress, removeEndpoint, writeEndpoint } from './endpoint';
import { heldElsewhereStatus, statusChanged } from './protocol';
import { serve } from './serve';

/** How long the process stays when nobody is connected, ms: a window reload finds it warm. */
const lingering = 10_000;
/** A store that was deleted, or taken over, is noticed within this long, ms. */
const storeCheck = 2000;
/** What is being written gets this long when the process is asked to end, ms; anything left is repaired at the next start. */
const endingTime = 5000;

async function main(store: string): Promise<void> {
  const lock = await acquireProcessLock(join(store, 'disk.lock'));
  const former = await readEndpoint(store);
  if (former) await removeAddress(former.address);

  const clients = new Set<MessageConnection>();
  const service = new DiskService(store, __dirname, (status) => {
    for (const client of clients) {
      // A client that has just left need not hear it.
      client.sendNotification(statusChanged, status).catch(() => undefined);
    }
  });
  const address = await newAddress();

  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(0), endingTime).unref();
    server.close();
    // First out of sight, then out of the way: who comes now starts a new process, which waits for the lock.
    await removeEndpoint(store);
    await service.dispose();
    await removeAddress(address);
    await lock.release();
    process.exit(0);
  };

  let timer: NodeJS.Timeout | undefined;
  const linger = () => {
    clearTimeout(timer);
    if (clients.size === 0) timer = setTimeout(() => void end(), lingering);
  };

  const server = createServer((socket) => {
    const client = serve(socket, service);
    clients.add(client);
    clearTimeout(timer);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clients.delete(client);
      client.dispose();
      linger();
    });
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end());
  process.on('uncaughtException', (error) => fail(error));
  process.on('unhandledRejection', (error) => fail(error));

  await listen(server, address);
  await writeEndpoint(store, { address, pid: process.pid });
  linger();
  // Nobody new could find this process, and its tables may be gone or another's: it leaves all as it is, and its clients
  // start another one.
  setInterval(async () => {
    const endpoint = await readEndpoint(store);
    if (ending || endpoint?.pid === process.pid) return;
    await removeAddress(address);
    process.exit(1);
  }, storeCheck).unref();
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolved, rejected) => {
    server.once('error', rejected);
    server.listen(address, resolved);
  });
}

/** Ends at once: the state of a process that met a bug is not to be trusted; the tables survive it. */
function fail(error: unknown): never {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${new Date().toISOString()} ${text}\n`);
  process.exit(1);
}

const [, , store] = process.argv;
if (store === undefined) {
  process.stderr.write('usage: disk.js STORE\n');
  process.exit(2);
}
main(resolve(store)).catch((error: unknown) => {
  if (error instanceof HeldElsewhereError) process.exit(heldElsewhereStatus);
  process.stderr.write(`${describeError(error)}\n`);
  fail(error);
});
