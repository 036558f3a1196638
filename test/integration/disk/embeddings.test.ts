import { readdirSync, renameSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DiskClient, EmbeddingChoice } from '../../../src/disk/client';
import { type EmbeddingServer, startEmbeddingServer } from '../../support/embeddingServer';
import { paths, soon, useDisk } from './diskFixture';

const disk = useDisk();
let server: EmbeddingServer;
beforeEach(async () => {
  server = await startEmbeddingServer();
});
afterEach(() => server.close());

const openai = (more: object = {}): EmbeddingChoice => ({
  provider: 'openai',
  baseUrl: `${server.url}/v1`,
  model: 'words',
  confirmed: false,
  ...more,
});
const texts = () => server.answered.flat();
const distinct = () => new Set(texts());

/** The index of the project with vectors. */
async function embedded(client: DiskClient, choice: EmbeddingChoice) {
  await client.chooseEmbeddings(choice);
  await disk().indexed(client);
  return client.whenEmbedded(soon());
}

describe('vectors of an endpoint', () => {
  it.each([
    ['openai', '/v1/embeddings', '/v1'],
    ['ollama', '/api/embed', ''],
  ] as const)('of %s bring what shares no word with the question', async (provider, path, suffix) => {
    disk().put({ 'src/garage.ts': 'export class Automobile { honk(): void {} }\n' });
    const client = disk().newClient();
    const plain = await disk().indexed(client);
    expect(await paths(plain, 'car')).toEqual([]);
    const status = await embedded(client, openai({ provider, baseUrl: server.url + suffix }));
    expect(status).toMatchObject({ state: 'ready', model: 'words', done: 4, total: 4 });
    expect(new Set(server.asked)).toEqual(new Set([path]));
    const { hits } = await client.searchWorkspace(
      { text: 'car', explain: true, page: 1, pageSize: 5 },
      soon(),
    );
    expect(hits[0]?.path).toBe('src/garage.ts');
    const part = hits[0]?.explanation?.find(({ feature }) => feature === 'vectors');
    expect(part?.contribution).toBeGreaterThan(0);
    expect(await paths(client, 'car', 'docs/')).not.toContain('src/garage.ts');
  });

  it('never get to see secrets, nor the same text twice', async () => {
    disk().put({
      'a.ts': 'export const twin = 1;\n',
      'b.ts': 'export const twin = 1;\n',
      'blank.md': '\n\n',
    });
    const client = disk().newClient();
    await embedded(client, openai());
    expect(texts().join()).not.toContain('TOKEN');
    expect(distinct().size).toBe(texts().length);
    renameSync(join(disk().root, 'src/queue.ts'), join(disk().root, 'src/moved.ts'));
    await client.filesChanged([join(disk().root, 'src/queue.ts'), join(disk().root, 'src/moved.ts')]);
    await vi.waitFor(async () => expect(await paths(client, 'watermark')).toContain('src/moved.ts'));
    await client.rebuild('workspace');
    await client.whenReady(soon());
    const before = texts().length;
    disk().put({ 'src/new.ts': 'export const automobile = 1;\n' });
    await client.filesChanged([join(disk().root, 'src/new.ts')]);
    await vi.waitFor(() => expect(texts().length).toBeGreaterThan(before), 10_000);
    await client.whenEmbedded(soon());
    expect(
      texts()
        .slice(before)
        .every((text) => text.includes('automobile')),
    ).toBe(true);
  });

  it('wait as a limit of requests says, and go on', async () => {
    server.refusals.push({ status: 429, retryAfter: 1 }, { status: 503 });
    const client = disk().newClient();
    const start = performance.now();
    expect(await embedded(client, openai())).toMatchObject({ state: 'ready' });
    expect(performance.now() - start).toBeGreaterThan(1000);
    expect(distinct().size).toBe(texts().length);
  });

  it('say what to do about a wrong key, keep it to themselves, and go on with the right one', async () => {
    server.key = 'right-key-1234567';
    const client = disk().newClient();
    const status = await embedded(client, openai({ apiKey: 'wrong-key-7654321' }));
    expect(status).toMatchObject({ state: 'error', done: 0 });
    expect(status.message).toContain('refused the API key');
    expect(status.message).not.toContain('wrong-key');
    expect(status.nextStep).toContain('Set Embeddings API Key');
    expect(await paths(client, 'harbour')).toEqual(["docs/o'hara.md"]);
    const asked = server.asked.length;
    expect(await embedded(client, openai({ apiKey: 'right-key-1234567' }))).toMatchObject({ state: 'ready' });
    expect(server.asked.length).toBeGreaterThan(asked);
    const files = readdirSync(disk().store, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    for (const file of files) {
      const bytes = await readFile(join(file.parentPath, file.name)).catch((error: NodeJS.ErrnoException) => {
        // LanceDB's own drafts come and go.
        if (error.code !== 'ENOENT') throw error;
        return Buffer.alloc(0);
      });
      expect(bytes.includes('right-key')).toBe(false);
    }
  });

  it('shorten what is too long for the model, and only that', async () => {
    server.maxCharacters = 60;
    const client = disk().newClient();
    expect(await embedded(client, openai())).toMatchObject({ state: 'ready' });
    expect(Math.max(...texts().map((text) => text.length))).toBeLessThanOrEqual(60);
  });

  it('are not asked of a server that may send a bill before the person has agreed', async () => {
    const client = disk().newClient();
    // Not loopback by its name; nothing answers there.
    const status = await embedded(
      client,
      openai({ baseUrl: 'https://api.openai.com/v1', model: 'text-embedding-3-small' }),
    );
    expect(status).toMatchObject({ state: 'unconfirmed', host: 'api.openai.com', estimate: { pages: 3 } });
    expect(status.estimate?.tokens).toBeGreaterThan(20);
    expect(status.estimate?.dollars).toBeCloseTo(((status.estimate?.tokens ?? 0) * 0.02) / 1e6, 12);
    const other = await embedded(client, openai({ baseUrl: 'https://example.invalid/v1' }));
    expect(other.estimate).not.toHaveProperty('dollars');
  });

  it('go on after a kill where it happened: nothing that was answered is asked for again', async () => {
    disk().put(
      Object.fromEntries(
        Array.from({ length: 400 }, (_, i) => [`many/n${i}.ts`, `export const lighthouse${i} = ${i};\n`]),
      ),
    );
    const client = disk().newClient();
    await disk().indexed(client);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    // The fifth request never gets its answer before the kill.
    server.before = () => (server.asked.length > 4 ? held : undefined);
    await client.chooseEmbeddings(openai());
    await vi.waitFor(() => expect(server.asked.length).toBeGreaterThan(4), 15_000);
    await vi.waitFor(async () => {
      expect((await client.status()).embeddings.done).toBeGreaterThan(0);
    }, 15_000);
    const done = new Set(texts());
    expect(done.size).toBeGreaterThan(50);
    await disk().crash(client);
    server.before = () => undefined;
    release();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const afterKill = server.answered.length;
    const again = disk().newClient();
    expect(await embedded(again, openai())).toMatchObject({ state: 'ready', done: 403, total: 403 });
    const later = server.answered.slice(afterKill).flat();
    expect(later.filter((text) => done.has(text))).toEqual([]);
    expect(new Set([...done, ...later]).size).toBe(403);
  });

  it('of a former model serve until the new ones are whole; going back asks for nothing', async () => {
    disk().put({ 'src/garage.ts': 'export class Automobile { honk(): void {} }\n' });
    const client = disk().newClient();
    await embedded(client, openai());
    const first = texts().length;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let holding = true;
    server.before = () => (holding && server.asked.length === first + 1 ? held : undefined);
    const asked = server.asked.length;
    server.before = () => (holding && server.asked.length === asked + 1 ? held : undefined);
    await client.chooseEmbeddings(openai({ model: 'other' }));
    await vi.waitFor(() => expect(server.asked.length).toBe(asked + 1), 10_000);
    expect((await paths(client, 'car'))[0]).toBe('src/garage.ts');
    holding = false;
    release();
    expect(await client.whenEmbedded(soon())).toMatchObject({ state: 'ready', model: 'other' });
    expect((await paths(client, 'vehicle'))[0]).toBe('src/garage.ts');
    const all = texts().length;
    await client.chooseEmbeddings(openai());
    expect(await client.whenEmbedded(soon())).toMatchObject({ state: 'ready', model: 'words' });
    expect(texts().length).toBe(all);
    await client.chooseEmbeddings({ provider: 'none' });
    expect(await client.whenEmbedded(soon())).toMatchObject({ state: 'off' });
    expect(await paths(client, 'automotive vehicle')).toEqual([]);
    expect(texts().length).toBe(all);
  });

  it('are made anew when they are damaged', async () => {
    const first = disk().newClient();
    await embedded(first, openai());
    await disk().crash(first);
    const tables = join(disk().store, 'tables-v2');
    const [table] = readdirSync(tables).filter((name) => name.startsWith('vectors-'));
    rmSync(join(tables, String(table), 'data'), { recursive: true });
    const before = texts().length;
    expect(await embedded(disk().newClient(), openai())).toMatchObject({ state: 'ready', done: 3 });
    expect(texts().length).toBe(2 * before);
  });

  it('are made anew when the model behind the name has other dimensions', async () => {
    disk().put({ 'src/garage.ts': 'export class Automobile { honk(): void {} }\n' });
    const client = disk().newClient();
    await embedded(client, openai());
    const before = texts().length;
    server.dimensions = 96;
    // The question shows it.
    await paths(client, 'car');
    await vi.waitFor(async () => expect((await paths(client, 'vehicle'))[0]).toBe('src/garage.ts'), 10_000);
    // Every page once more, and the two questions.
    expect(texts().length).toBeGreaterThanOrEqual(before + 4 + 2);
  });
});
