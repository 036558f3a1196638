import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@lancedb/lancedb';
import { describe, expect, inject, it, vi } from 'vitest';
import { DiskUnavailableError } from '../../../src/engine/errors';
import { withoutLance } from '../../support/buildDist';
import { bundleProgram } from '../journal/childProgram';
import { never, options, paths, soon, useDisk } from './diskFixture';

const disk = useDisk();

/** Every row of a table, in an order of its own. */
async function rows(store: string, table: string): Promise<string[]> {
  const opened = await (await connect(join(store, 'tables-v2'))).openTable(table);
  const all = await opened.query().toArray();
  // Generations count the batches it took.
  return all.map((row) => JSON.stringify({ ...row.toJSON(), generation: undefined })).sort();
}

describe('the process', () => {
  it('is one for all clients, also when they start at once', async () => {
    const both = [disk().newClient(), disk().newClient(), disk().newClient()];
    const pids = await Promise.all(both.map(async (client) => (await client.status()).pid));
    expect(new Set(pids).size).toBe(1);
    expect(pids[0]).toBeGreaterThan(0);
  });

  it('is started again when it was killed, and goes on with the workspace', async () => {
    const client = await disk().indexed();
    const { pid } = await client.status();
    process.kill(pid, 'SIGKILL');
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
    expect((await client.status()).pid).not.toBe(pid);
    disk().put({ 'src/later.ts': 'export const albatross = 1;\n' });
    await client.filesChanged([join(disk().root, 'src/later.ts')]);
    await client.whenReady(soon());
    expect(await paths(client, 'albatross')).toEqual(['src/later.ts']);
  });

  it('is one also for clients in several processes that start at once', async () => {
    const start = await bundleProgram(join(import.meta.dirname, 'statusProgram.ts'), disk().folder);
    const children = Array.from({ length: 3 }, () => start(disk().store, join(inject('dist'), 'disk.js')));
    const pids = await Promise.all(children.map((child) => child.line()));
    expect(new Set(pids).size).toBe(1);
    expect((await disk().newClient().status()).pid).toBe(Number(pids[0]));
    await Promise.all(children.map((child) => child.exited()));
  });

  it('survives being killed at any moment of indexing: afterwards every row is as in a fresh index', async () => {
    disk().put(
      Object.fromEntries(
        Array.from({ length: 400 }, (_, i) => [
          `gen/f${i}.ts`,
          `export function word${i}() {\n  return 'common';\n}\n`,
        ]),
      ),
    );
    let midway = 0;
    for (const delay of [0, 60, 150, 300]) {
      const client = disk().newClient();
      await client.openWorkspace([{ name: 'project', path: disk().root }], options);
      await sleep(delay);
      if ((await client.status()).phase === 'indexing') midway++;
      await disk().crash(client);
    }
    expect(midway).toBeGreaterThan(0);
    const client = await disk().indexed();
    expect(await client.status()).toMatchObject({ phase: 'ready', files: 403, pages: 403 });
    for (const i of [0, 150, 399]) expect((await paths(client, `word${i}`))[0]).toBe(`gen/f${i}.ts`);

    const fresh = join(disk().folder, 'fresh');
    await disk().indexed(disk().newClient(undefined, fresh));
    expect(await rows(disk().store, 'pages')).toEqual(await rows(fresh, 'pages'));
    expect(await rows(disk().store, 'files')).toEqual(await rows(fresh, 'files'));
  });

  it('indexes files again whose pages are gone or too many', async () => {
    const first = await disk().indexed();
    await disk().crash(first);
    const pages = await (await connect(join(disk().store, 'tables-v2'))).openTable('pages');
    await pages.delete("rel = 'src/queue.ts'");
    const client = await disk().indexed();
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
    await disk().crash(client);
    const rest = await (await connect(join(disk().store, 'tables-v2'))).openTable('pages');
    const [twice] = await rest.query().where("rel = 'src/parser.py'").toArray();
    await rest.add([twice.toJSON()]);
    const again = await disk().indexed();
    expect(await again.tableSizes()).toContainEqual(expect.objectContaining({ name: 'pages', rows: 3 }));
    expect(await again.status()).toMatchObject({ files: 3, pages: 3 });
  });

  it('makes damaged tables anew', async () => {
    const first = await disk().indexed();
    await disk().crash(first);
    rmSync(join(disk().folder, 'store/tables-v2/pages.lance/data'), { recursive: true });
    const client = await disk().indexed();
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
  });

  it('begins again when the store is deleted under it', async () => {
    const client = await disk().indexed();
    const { pid } = await client.status();
    rmSync(disk().store, { recursive: true, force: true, maxRetries: 5 });
    await vi.waitFor(async () => expect((await client.status()).pid).not.toBe(pid), 20_000);
    await client.whenReady(soon());
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
    await client.append([{ id: 'm', session: 's', seq: 1, time: 1, role: 'user', text: 'again' }]);
    expect(await client.recallSeqs('s')).toEqual([1]);
  });

  it('keeps the index of a folder that is not there for a while', async () => {
    const client = await disk().indexed();
    renameSync(disk().root, `${disk().root} elsewhere`);
    await disk().indexed(client);
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
  });

  it('says so when the store cannot be made', async () => {
    writeFileSync(join(disk().folder, 'store'), 'a file');
    const client = disk().newClient();
    await expect(client.recallSeqs('s')).rejects.toThrow(/could not be started/);
  });

  it('says so when LanceDB is missing, and does not start again and again', async () => {
    const without = withoutLance(inject('dist'));
    try {
      const client = disk().newClient(join(without, 'disk.js'));
      await expect(client.openWorkspace([{ name: 'project', path: disk().root }], options)).rejects.toThrow(
        DiskUnavailableError,
      );
      const error = await client
        .search({ text: 'a', page: 1, pageSize: 1 }, never)
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        message: expect.stringContaining('LanceDB'),
        nextStep: expect.stringContaining('Reinstall'),
      });
      const status = await client.status();
      expect(status).toMatchObject({ phase: 'error', message: expect.stringContaining('LanceDB') });
      await sleep(300);
      expect((await client.status()).pid).toBe(status.pid);
      await expect(client.whenReady(soon())).rejects.toThrow(DiskUnavailableError);
    } finally {
      rmSync(without, { recursive: true });
    }
  });

  it('says why the system refuses the LanceDB library', async () => {
    const damaged = withoutLance(inject('dist'));
    try {
      for (const name of readdirSync(inject('dist')).filter((file) => /^lancedb\..*node$/.test(file)))
        writeFileSync(join(damaged, name), 'damaged');
      const client = disk().newClient(join(damaged, 'disk.js'));
      await expect(client.recallSeqs('s')).rejects.toThrow(/could not be loaded \(.*lancedb\..*node/);
    } finally {
      rmSync(damaged, { recursive: true });
    }
  });

  it('is given up when it cannot even start', async () => {
    const client = disk().newClient(join(disk().folder, 'missing.js'));
    const error = await client
      .search({ text: 'a', page: 1, pageSize: 1 }, never)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DiskUnavailableError);
    const before = Date.now();
    await expect(client.search({ text: 'a', page: 1, pageSize: 1 }, never)).rejects.toThrow(
      DiskUnavailableError,
    );
    expect(Date.now() - before).toBeLessThan(500);
    expect(await client.status()).toMatchObject({ phase: 'error', pid: 0 });
  });

  it('lets a request be cancelled at once', async () => {
    const client = disk().newClient();
    const abort = new AbortController();
    const search = client.search({ text: 'a', page: 1, pageSize: 1 }, abort.signal);
    abort.abort(new Error('enough'));
    await expect(search).rejects.toThrow('enough');
  });

  it('refuses what is not a request', async () => {
    const client = disk().newClient();
    const query = { text: 'a', page: 0, pageSize: 5 };
    await expect(client.searchNotes(query, never)).rejects.toThrow(/Invalid request: page/);
  });
});
