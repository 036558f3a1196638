import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  createMessageConnection,
  type MessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import { DiskUnavailableError } from '../engine/errors';
import { readEndpoint } from './endpoint';
import { heldElsewhereStatus, type IndexStatus, protocolVersion, requests, statusChanged } from './protocol';

/** A process that does not answer within this long is not waited for any longer, ms. */
const startTimeout = 20_000;
const helloTimeout = 10_000;
/** So many processes lost within so long (ms) are a pattern: the next attempt waits until the first is forgotten. */
const maxLosses = 6;
const lossMemory = 60_000;
const maxLogBytes = 1024 * 1024;
/** V8's optimising compiler takes up to 2 GB for the grammars' huge lexer functions and saves a sixth of the time. */
const lightCompiler = '--liftoff-only';
/**
 * glibc keeps what is freed unless told otherwise. Few heaps: LanceDB's many threads would each keep what they have once
 * used. Buffers over 1 MB are mapped on their own and go back at once: while a large index is written, they are most of it.
 */
const allocator = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '1048576',
  MALLOC_TRIM_THRESHOLD_: '33554432',
};

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export interface DiskLinkOptions {
  readonly store: string;
  /** Path of disk.js. */
  readonly diskScript: string;
  readonly onStatus: (status: IndexStatus) => void;
  /** Runs on every new connection before anything else is sent over it. */
  readonly onConnected: (connection: MessageConnection) => Promise<void>;
  /** The process is gone, though nobody asked it to go. */
  readonly onLost: () => void;
}

/** The way to the disk process: finds the one of the store or starts it, again and again, within reason. */
export class DiskLink {
  private current: MessageConnection | undefined;
  private connecting: Promise<MessageConnection> | undefined;
  private losses: number[] = [];
  private disposed = false;

  constructor(private readonly options: DiskLinkOptions) {}

  /**
   * @returns a connection that was alive a moment ago
   * @throws DiskUnavailableError when there is none to be had
   */
  async connection(): Promise<MessageConnection> {
    if (this.disposed)
      throw unavailable('The connection to the disk process was closed.', 'Reload the window.');
    if (this.current) return this.current;
    this.connecting ??= this.connect().finally(() => {
      this.connecting = undefined;
    });
    return this.connecting;
  }

  dispose(): void {
    this.disposed = true;
    this.current?.end();
    this.current?.dispose();
    this.current = undefined;
  }

  private async connect(): Promise<MessageConnection> {
    const deadline = Date.now() + startTimeout;
    let starter: Starter | undefined;
    for (let pause = 20; ; pause = Math.min(pause * 1.5, 250)) {
      if (this.disposed)
        throw unavailable('The connection to the disk process was closed.', 'Reload the window.');
      const socket = await this.reach();
      if (socket) return this.greet(socket);
      if (starter?.ended) {
        if (!starter.heldElsewhere) this.lost();
        starter = undefined;
        await wait(Math.min(2000, 50 * 2 ** this.losses.length));
      } else if (!starter) {
        this.checkLosses();
        starter = this.launch();
      }
      if (Date.now() > deadline) {
        throw unavailable(
          'The disk process did not answer.',
          `Try again; if it stays so, end the process named in ${join(this.options.store, 'disk.lock')}.`,
        );
      }
      await wait(pause);
    }
  }

  private launch(): Starter {
    try {
      return new Starter(this.options);
    } catch (error) {
      throw new DiskUnavailableError(
        `The disk process could not be started: ${error instanceof Error ? error.message : String(error)}.`,
        `Check that ${this.options.store} can be written and that its disk is not full.`,
        { cause: error },
      );
    }
  }

  /** @throws DiskUnavailableError when too many processes were lost lately */
  private checkLosses(): void {
    this.losses = this.losses.filter((time) => time > Date.now() - lossMemory);
    if (this.losses.length < maxLosses) return;
    const log = logFile(this.options.store);
    const reason = lastLine(log);
    throw unavailable(
      `The disk process stopped ${this.losses.length} times within a minute${reason ? ` (${reason})` : ''}.`,
      `It is tried again in a minute; ${log} says more.`,
    );
  }

  private lost(): void {
    this.losses.push(Date.now());
  }

  private async reach(): Promise<Socket | undefined> {
    const endpoint = await readEndpoint(this.options.store);
    if (!endpoint) return undefined;
    return new Promise((resolve) => {
      const socket = createConnection(endpoint.address);
      socket.once('connect', () => {
        socket.removeAllListeners('error');
        resolve(socket);
      });
      socket.once('error', () => resolve(undefined));
    });
  }

  private async greet(socket: Socket): Promise<MessageConnection> {
    const connection = createMessageConnection(
      new SocketMessageReader(socket),
      new SocketMessageWriter(socket),
    );
    let greeted = false;
    // A connection error is followed by the socket's close; the one handler is enough.
    socket.on('error', () => socket.destroy());
    connection.onError(() => socket.destroy());
    socket.on('close', () => {
      if (this.current === connection) this.current = undefined;
      // Rejects what is pending.
      connection.dispose();
      if (this.disposed || !greeted) return;
      this.lost();
      this.options.onLost();
    });
    connection.onNotification(statusChanged, (status) => this.options.onStatus(status));
    connection.listen();
    try {
      const { protocol, status } = await withTimeout(connection.sendRequest(requests.hello), helloTimeout);
      if (protocol !== protocolVersion) {
        throw unavailable(
          'Another version of Virtual Context is using this workspace.',
          'Reload the other windows of this workspace, then this one.',
        );
      }
      greeted = true;
      this.options.onStatus(status);
      await this.options.onConnected(connection);
      this.current = connection;
      return connection;
    } catch (error) {
      greeted = false;
      socket.destroy();
      if (error instanceof DiskUnavailableError) throw error;
      this.lost();
      throw error;
    }
  }
}

/** One attempt to start the disk process. Another client's may win: then this one ends and says so by its status. */
class Starter {
  ended = false;
  heldElsewhere = false;

  constructor({ store, diskScript }: DiskLinkOptions) {
    mkdirSync(store, { recursive: true, mode: 0o700 });
    const log = openLog(store);
    const { NODE_OPTIONS: _, ...environment } = process.env;
    const child: ChildProcess = spawn(process.execPath, [lightCompiler, diskScript, store], {
      // It outlives this window when others use it, and must not hold the folder it was started from.
      detached: true,
      cwd: store,
      stdio: ['ignore', log, log],
      windowsHide: true,
      env: { ...environment, ...allocator, ELECTRON_RUN_AS_NODE: '1', RUST_LOG: 'error' },
    });
    closeSync(log);
    child.on('error', () => {
      this.ended = true;
    });
    child.on('exit', (status) => {
      this.ended = true;
      this.heldElsewhere = status === heldElsewhereStatus;
    });
    child.unref();
  }
}

function logFile(store: string): string {
  return join(store, 'disk.log');
}

function openLog(store: string): number {
  const file = logFile(store);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return openSync(file, size > maxLogBytes ? 'w' : 'a', 0o600);
}

function lastLine(file: string): string {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return (lines.findLast((line) => /error/i.test(line)) ?? '').trim().slice(0, 300);
  } catch {
    return '';
  }
}

function withTimeout<Result>(promise: Promise<Result>, ms: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(unavailable('The disk process does not answer.', 'Reload the window; its work is kept.')),
      ms,
    );
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}

function unavailable(message: string, nextStep: string): DiskUnavailableError {
  return new DiskUnavailableError(message, nextStep);
}
