/** A shared index on a server that speaks S3, on this machine. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import S3rver from 's3rver';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import type { DiskClient } from '../../../src/disk/client';
import { loadLance } from '../../../src/disk/loadLance';
import { connectShared, type SharedLocation } from '../../../src/disk/sharedLocation';
import { WriterLease } from '../../../src/disk/WriterLease';
import { runCli } from '../cli/runCli';
import { never, options, paths, soon, useDisk } from './diskFixture';

const disk = useDisk();
let server: S3rver | undefined;
let port = 0;

beforeEach(() => startServer());
afterEach(() => stopServer());

async function startServer(): Promise<void> {
  const directory = join(disk().folder, 's3');
  mkdirSync(directory, { recursive: true });
  server = new S3rver({
    port,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: 'team', configs: [] }],
  });
  ({ port } = await server.run());
}

async function stopServer(): Promise<void> {
  // Its types keep quiet about it. Clients keep their connections open, and closing would wait for them.
  (server as (S3rver & { readonly httpServer: Server }) | undefined)?.httpServer.closeAllConnections();
  await server?.close();
  server = undefined;
}

function location(): SharedLocation {
  return {
    uri: 's3://team/index',
    credentials: {
      aws_access_key_id: 'S3RVER',
      aws_secret_access_key: 'S3RVER',
      aws_region: 'us-east-1',
      aws_endpoint: `http://127.0.0.1:${port}`,
      allow_http: 'true',
    },
  };
}

/** A colleague's clone: another folder of another name, another store. */
class Clone {
  readonly root = join(disk().folder, 'colleague', 'clone');
  readonly client = disk().newClient(undefined, join(disk().folder, 'colleague-store'));

  put(contents: Record<string, string>): void {
    for (const [rel, content] of Object.entries(contents)) {
      mkdirSync(dirname(join(this.root, rel)), { recursive: true });
      writeFileSync(join(this.root, rel), content);
    }
  }

  async open(): Promise<DiskClient> {
    await this.client.openWorkspace([{ name: 'clone', path: this.root }], options, location());
    await this.client.whenReady(soon());
    return this.client;
  }
}

const files = {
  'src/queue.ts': 'export class QueueManager {\n  flushAtWatermark(): void {}\n}\n',
  'src/parser.py': 'def parse_header(line):\n    return line.split(":")\n',
  'docs/gateway.md': '# Gateway\n\nThe gateway listens on the harbour port.\n',
};

async function published(): Promise<Clone> {
  disk().put(files);
  const writer = await disk().indexed();
  await writer.publish(location(), disk().root, 'project', never);
  const clone = new Clone();
  clone.put({ ...files, "docs/o'hara.md": '# Gateway\n\nThe gateway listens on the harbour port.\n' });
  return clone;
}

async function stored(client: DiskClient, table: string): Promise<number> {
  return (await client.tableSizes()).find(({ name }) => name === table)?.rows ?? -1;
}

describe('a shared index', () => {
  it('is read instead of indexing: only what differs is indexed here, and masks what is there', async () => {
    const clone = await published();
    clone.put({ 'src/parser.py': 'def parse_footer(line):\n    return line\n' });
    rmSync(join(clone.root, 'docs/gateway.md'));
    const client = await clone.open();
    expect(await client.status()).toMatchObject({ files: 3, shared: { state: 'ready' } });
    expect(await stored(client, 'pages')).toBe(1);
    expect(await paths(client, 'flushAtWatermark')).toEqual(['src/queue.ts']);
    expect(await paths(client, 'parse_footer')).toEqual(['src/parser.py']);
    expect(await paths(client, 'parse_header')).not.toContain('docs/gateway.md');
    expect(await paths(client, 'header')).toEqual([]);
    expect(await paths(client, 'harbour')).toEqual(["docs/o'hara.md"]);
    const { hits } = await client.searchWorkspace({ text: 'flushAtWatermark', page: 1, pageSize: 5 }, never);
    expect(hits[0]?.text).toContain('flushAtWatermark(): void');
    expect(await paths(client, 'flushAtWatermark', '*.py')).toEqual([]);
    expect(await paths(client, 'flushAtWatermark', 'src/*.ts')).toEqual(['src/queue.ts']);
  });

  it('takes an edit at once and lets go of it when it is taken back', async () => {
    const clone = await published();
    const client = await clone.open();
    clone.put({ 'src/queue.ts': 'export const zeppelin = 1;\n' });
    await client.filesChanged([join(clone.root, 'src/queue.ts')]);
    await client.whenReady(soon());
    expect(await paths(client, 'zeppelin')).toEqual(['src/queue.ts']);
    expect(await paths(client, 'flushAtWatermark')).toEqual([]);
    clone.put({ 'src/queue.ts': files['src/queue.ts'] });
    await client.filesChanged([join(clone.root, 'src/queue.ts')]);
    await client.whenReady(soon());
    expect(await paths(client, 'flushAtWatermark')).toEqual(['src/queue.ts']);
    expect(await stored(client, 'pages')).toBe(0);
  });

  it('is done without when it cannot be reached, and used again when it can', async () => {
    const clone = await published();
    const client = await clone.open();
    expect(await stored(client, 'pages')).toBe(0);
    await stopServer();
    // The search that finds it gone still answers; what was there is then indexed here.
    await client.searchWorkspace({ text: 'harbour', page: 1, pageSize: 5 }, never);
    await vi.waitFor(async () => expect(await paths(client, 'flushAtWatermark')).toEqual(['src/queue.ts']), {
      timeout: 20_000,
      interval: 200,
    });
    expect(await client.status()).toMatchObject({ shared: { state: 'unreachable' } });
    expect(JSON.stringify(await client.status())).not.toContain('S3RVER');
    await startServer();
    await vi.waitFor(
      async () => expect(await client.status()).toMatchObject({ shared: { state: 'ready' } }),
      { timeout: 30_000, interval: 200 },
    );
    expect(await paths(client, 'flushAtWatermark')).toEqual(['src/queue.ts']);
  });

  it('is written in steps: only what differs', async () => {
    disk().put(files);
    const writer = await disk().indexed();
    const first = await writer.publish(location(), disk().root, 'project', never);
    expect(first.added).toBeGreaterThanOrEqual(3);
    disk().put({ 'src/queue.ts': 'export const submarine = 1;\n' });
    rmSync(join(disk().root, 'docs/gateway.md'));
    await disk().indexed(writer);
    expect(await writer.publish(location(), disk().root, 'project', never)).toEqual({
      added: 1,
      removed: 1,
      unchanged: first.added - 2,
    });
    const clone = new Clone();
    clone.put({ 'src/queue.ts': 'export const submarine = 1;\n' });
    const client = await clone.open();
    expect(await paths(client, 'submarine')).toEqual(['src/queue.ts']);
    expect(await stored(client, 'pages')).toBe(0);
  });

  it('is written by vctx with the keys of its environment', async () => {
    disk().put(files);
    const dist = inject('dist');
    const env = {
      XDG_DATA_HOME: join(disk().folder, 'data'),
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT: `http://127.0.0.1:${port}`,
      AWS_ALLOW_HTTP: 'true',
    };
    const run = await runCli(
      dist,
      ['index', disk().root, '--store', 's3://team/index', '--root', 'shop', '--json'],
      env,
    );
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const { store, published } = JSON.parse(run.stdout);
    expect(published).toEqual({ added: 4, removed: 0, unchanged: 0 });
    const local = disk().newClient(undefined, store);
    expect((await local.tableSizes()).find(({ name }) => name === 'files')?.rows).toBeGreaterThanOrEqual(4);
    const clone = new Clone();
    clone.put(files);
    const client = await clone.open();
    expect(await paths(client, 'flushAtWatermark')).toEqual(['src/queue.ts']);
    expect(await stored(client, 'pages')).toBe(0);
    const stats = await runCli(dist, ['stats', '--workspace', disk().root, '--store', store], env);
    expect(stats.stdout).toMatch(/^pages +\d+ +[\d.]+ MB$/m);
    const rebuilt = await runCli(
      dist,
      ['index', disk().root, '--store', store, '--rebuild', 'workspace'],
      env,
    );
    expect(rebuilt).toMatchObject({ status: 0, stderr: '' });
  });

  it('has one writer at a time', async () => {
    const connection = await connectShared(await loadLance(), location(), 'tables-v2');
    const lease = await WriterLease.acquire(connection);
    await lease.check();
    disk().put(files);
    const writer = await disk().indexed();
    await expect(writer.publish(location(), disk().root, 'project', never)).rejects.toThrow(
      /is being written by/,
    );
    await lease.release();
    await writer.publish(location(), disk().root, 'project', never);
    await expect(lease.check()).rejects.toThrow(/is being written by/);
  });

  it('says why it cannot be written', async () => {
    const writer = await disk().indexed();
    await stopServer();
    await expect(writer.publish(location(), disk().root, 'project', never)).rejects.toThrow(
      /s3:\/\/team\/index could not be written/,
    );
    await startServer();
  });
});
