/** Where the disk process of a store can be reached. It says so in a file of the store, so that every client finds it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

export interface Endpoint {
  /** Path of a Unix socket or name of a Windows pipe. */
  readonly address: string;
  readonly pid: number;
}

const fileName = 'disk.json';
const folderPrefix = 'vctx-';
const socketName = 'disk.sock';
/** Longest path of a Unix socket that every system takes, bytes. */
const maxSocketPath = 100;

/**
 * A new address that only this user can reach. Unix sockets lie in a folder of their own (mode 0700, made by mkdtemp) in
 * the system's temporary folder, because their paths must be short and a store's path may be long.
 */
export async function newAddress(): Promise<string> {
  if (process.platform === 'win32') return `\\\\.\\pipe\\virtual-context-${randomBytes(16).toString('hex')}`;
  for (const base of [process.env.XDG_RUNTIME_DIR, tmpdir(), '/tmp']) {
    if (!base || Buffer.byteLength(join(base, `${folderPrefix}XXXXXX`, socketName)) > maxSocketPath) continue;
    const folder = await mkdtemp(join(base, folderPrefix)).catch(() => undefined);
    if (folder) return join(folder, socketName);
  }
  throw new Error('no temporary folder takes a socket');
}

/** Removes what an address has left in the file system. */
export async function removeAddress(address: string): Promise<void> {
  if (process.platform === 'win32' || basename(address) !== socketName) return;
  // The socket and its empty folder, never more: the address may come from a file that somebody else has written.
  await unlink(address).catch(() => undefined);
  await rmdir(dirname(address)).catch(() => undefined);
}

export async function writeEndpoint(store: string, endpoint: Endpoint): Promise<void> {
  const file = join(store, fileName);
  await writeFile(`${file}.new`, JSON.stringify(endpoint), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** @returns undefined when no process has said where it is */
export async function readEndpoint(store: string): Promise<Endpoint | undefined> {
  try {
    const { address, pid } = JSON.parse(await readFile(join(store, fileName), 'utf8')) as Partial<Endpoint>;
    return typeof address === 'string' && typeof pid === 'number' ? { address, pid } : undefined;
  } catch {
    return undefined;
  }
}

export async function removeEndpoint(store: string): Promise<void> {
  await rm(join(store, fileName), { force: true });
}
