import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DiskClient } from '../../../src/disk/client';
import { DiskUnavailableError } from '../../../src/engine/errors';
import { bundleDisk, type DiskBundle } from './diskBundle';

const options = { maxFileBytes: 100_000 };
const never = new AbortController().signal;
const soon = () => AbortSignal.timeout(30_000);

let bundle: DiskBundle;
let folder: string;
let root: string;
let clients: DiskClient[];

beforeAll(async () => {
  bundle = await bundleDisk();
});

afterAll(() => bundle.remove());

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "vctx-it's-")));
  root = join(folder, "people's project");
  clients = [];
  put({
    'src/queue.ts':
      'export class QueueManager {\n  /** Evicts the oldest pages when the watermark is reached. */\n  flush(): void {}\n}\n',
    'src/parser.py':
      'def parse_header(line):\n    """Splits a mail header at the colon."""\n    return line.split(":")\n',
    "docs/o'hara.md": '# Gateway\n\nThe gateway listens on the harbour port.\n',
    'assets/blob.dat': 'text\0binary',
    '.env': 'TOKEN=watermark',
  });
});

afterEach(async () => {
  // Only processes this test has started: nobody else knows the store. All clients leave before the first process ends,
  // or one of them would start another.
  const pids = new Set((await Promise.all(clients.map((client) => client.status()))).map(({ pid }) => pid));
  for (const client of clients) client.dispose();
  for (const pid of pids) if (pid > 0) await end(pid);
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** Asks a process to end and waits until it has: it must not write into the folder that is removed next. */
async function end(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGTERM');
    for (;;) {
      await sleep(20);
      process.kill(pid, 0);
    }
  } catch {
    // No such process: it has ended.
  }
}

function put(files: Record<string, string>): void {
  for (const [rel, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, rel)), { recursive: true });
    writeFileSync(join(root, rel), text);
  }
}

function newClient(script = bundle.script): DiskClient {
  const client = new DiskClient({ store: join(folder, 'store'), diskScript: script });
  clients.push(client);
  return client;
}

async function indexed(client: DiskClient): Promise<DiskClient> {
  await client.openWorkspace([{ name: 'project', path: root }], options);
  await client.whenReady(soon());
  return client;
}

async function paths(client: DiskClient, text: string, glob?: string): Promise<string[]> {
  const query = { text, page: 1, pageSize: 20, ...(glob === undefined ? {} : { glob }) };
  return (await client.searchWorkspace(query, soon())).hits.map((hit) => hit.path);
}

describe('the workspace index', () => {
  it('finds pages by words and by names, and says where they are', async () => {
    const client = await indexed(newClient());
    const { hits } = await client.searchWorkspace(
      { text: 'flush at watermark', page: 1, pageSize: 5 },
      never,
    );
    expect(hits[0]).toMatchObject({
      path: 'src/queue.ts',
      startLine: 1,
      endLine: 4,
      symbol: 'QueueManager',
      language: 'typescript',
    });
    expect(hits[0]?.text).toContain('flush(): void');
    expect(await paths(client, 'harbour')).toEqual(["docs/o'hara.md"]);
    expect(await client.status()).toMatchObject({ phase: 'ready', files: 3, skipped: 1, failed: 0 });
  });

  it('never holds secrets or binary files', async () => {
    const client = await indexed(newClient());
    expect(await paths(client, 'TOKEN')).toEqual([]);
    expect(await paths(client, 'binary')).toEqual([]);
  });

  it('narrows by glob and pages with totals', async () => {
    put(
      Object.fromEntries(
        Array.from({ length: 25 }, (_, i) => [`many/n${i}.ts`, `const lighthouse${i} = 'lighthouse';\n`]),
      ),
    );
    const client = await indexed(newClient());
    expect(await paths(client, 'lighthouse', '*.py')).toEqual([]);
    expect(await paths(client, 'lighthouse', 'many/n1.ts')).toEqual(['many/n1.ts']);
    expect(await paths(client, 'lighthouse', '!many/')).toEqual([]);
    const third = await client.searchWorkspace({ text: 'lighthouse', page: 3, pageSize: 10 }, never);
    expect(third).toMatchObject({ page: 3, pages: 3, total: 25 });
    expect(third.hits).toHaveLength(5);
  });

  it('follows saves, new files, deletions and renamed folders', async () => {
    const client = await indexed(newClient());
    put({ 'src/queue.ts': 'export const zeppelin = 1;\n', 'src/new.ts': 'export const balloon = 2;\n' });
    rmSync(join(root, 'src/parser.py'));
    renameSync(join(root, 'docs'), join(root, 'pages'));
    const changed = ['src/queue.ts', 'src/new.ts', 'src/parser.py', 'docs', 'pages'].map((rel) =>
      join(root, rel),
    );
    await client.filesChanged(changed);
    await client.whenReady(soon());
    expect(await paths(client, 'zeppelin')).toEqual(['src/queue.ts']);
    expect(await paths(client, 'balloon')).toEqual(['src/new.ts']);
    expect(await paths(client, 'watermark')).toEqual([]);
    expect(await paths(client, 'parse_header')).toEqual([]);
    expect(await paths(client, 'harbour')).toEqual(["pages/o'hara.md"]);
  });

  it('obeys an ignore file that appears later', async () => {
    const client = await indexed(newClient());
    put({ '.gitignore': 'docs/\n' });
    await client.filesChanged([join(root, '.gitignore')]);
    await client.whenReady(soon());
    expect(await paths(client, 'harbour')).toEqual([]);
  });

  it('reads only what changed when it is opened again', async () => {
    const first = await indexed(newClient());
    const { pid } = await first.status();
    process.kill(pid, 'SIGTERM');
    put({ 'src/parser.py': 'def parse_footer(line):\n    return line\n' });
    const again = await indexed(newClient());
    expect(await paths(again, 'parse_footer')).toEqual(['src/parser.py']);
    expect(await paths(again, 'watermark')).toEqual(['src/queue.ts']);
    expect((await again.status()).pid).not.toBe(pid);
  });

  it('names the folder when there are several', async () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'queue.ts'), 'export const submarine = 1;\n');
    const client = newClient();
    await client.openWorkspace(
      [
        { name: 'project', path: root },
        { name: 'other', path: other },
      ],
      options,
    );
    await client.whenReady(soon());
    expect(await paths(client, 'submarine')).toEqual(['other/queue.ts']);
    expect(await paths(client, 'watermark')).toEqual(['project/src/queue.ts']);
  });

  it('rests while paused and goes on afterwards', async () => {
    const client = newClient();
    await client.pause();
    await client.openWorkspace([{ name: 'project', path: root }], options);
    expect(await client.status()).toMatchObject({ phase: 'paused', files: 0 });
    await client.resume();
    await client.whenReady(soon());
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
  });

  it('is made anew on request, messages untouched', async () => {
    const client = await indexed(newClient());
    await client.append([
      { id: 'm1', session: 's', seq: 1, time: 1, role: 'user', text: 'remember the xylophone' },
    ]);
    await client.rebuild();
    await client.whenReady(soon());
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
    expect((await client.search({ text: 'xylophone', page: 1, pageSize: 5 }, never)).total).toBe(1);
  });
});

describe('recall and notes', () => {
  const message = (seq: number, text: string, more = {}) => ({
    id: `msg:s/${seq}`,
    session: 's',
    seq,
    time: seq * 1000,
    role: 'user' as const,
    text,
    ...more,
  });
  const ids = async (client: DiskClient, text: string, range = {}) =>
    (await client.search({ text, page: 1, pageSize: 10, ...range }, never)).hits.map((hit) => hit.id);

  it('finds messages at once, by their words, their neighbours, their tool and their time', async () => {
    const client = newClient();
    await client.append([
      message(1, 'Which port does the gateway use?'),
      message(2, '8443, since March.', { role: 'assistant' }),
      message(5, 'exit status 0', { role: 'tool', name: 'run_command' }),
      message(9, 'Let us have lunch.'),
    ]);
    const found = await ids(client, 'gateway port');
    expect(found.slice(0, 2).sort()).toEqual(['msg:s/1', 'msg:s/2']);
    expect((await ids(client, 'run_command'))[0]).toBe('msg:s/5');
    expect(await ids(client, 'gateway', { since: 2000 })).not.toContain('msg:s/1');
    expect(await ids(client, 'gateway', { until: 1000 })).toEqual(['msg:s/1']);
    expect(await client.recallSeqs('s')).toEqual([1, 2, 5, 9]);
    expect(await client.recallSeqs('unknown')).toEqual([]);
  });

  it('gives back what was appended and takes everything twice without harm', async () => {
    const client = newClient();
    const messages = [message(1, "it's a 'quoted' kangaroo", { name: "o'neil" }), message(2, 'second')];
    await client.append(messages);
    await client.append(messages);
    const page = await client.search({ text: 'kangaroo', page: 1, pageSize: 10 }, never);
    expect(page.hits.filter((hit) => hit.id === 'msg:s/1')).toEqual([
      { ...messages[0], score: expect.any(Number) },
    ]);
    expect(page.total).toBe(2);
  });

  it('lends a late message to those before it', async () => {
    const client = newClient();
    await client.append([message(1, 'the codename of the release')]);
    await client.append([message(2, 'it is wolverine')]);
    expect(await ids(client, 'wolverine')).toEqual(['msg:s/2', 'msg:s/1']);
  });

  it('keeps notes', async () => {
    const client = newClient();
    await client.insertNotes([{ id: 'n1', session: 's', time: 1, text: 'The person prefers tabs.' }]);
    await client.insertNotes([{ id: 'n1', session: 's', time: 1, text: 'The person prefers spaces.' }]);
    const page = await client.searchNotes({ text: 'prefers spaces', page: 1, pageSize: 5 }, never);
    expect(page).toMatchObject({ total: 1, hits: [{ id: 'n1', text: 'The person prefers spaces.' }] });
    expect(await client.archivalNoteIds('s')).toEqual(['n1']);
  });

  it('finds nothing for a query without words', async () => {
    const client = newClient();
    await client.append([message(1, 'something')]);
    expect(await client.search({ text: '?!', page: 1, pageSize: 5 }, never)).toEqual({
      hits: [],
      page: 1,
      pages: 0,
      total: 0,
    });
  });
});

describe('the process', () => {
  it('is one for all clients, also when they start at once', async () => {
    const both = [newClient(), newClient(), newClient()];
    const pids = await Promise.all(both.map(async (client) => (await client.status()).pid));
    expect(new Set(pids).size).toBe(1);
    expect(pids[0]).toBeGreaterThan(0);
  });

  it('is started again when it was killed, and goes on with the workspace', async () => {
    const client = await indexed(newClient());
    const { pid } = await client.status();
    process.kill(pid, 'SIGKILL');
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
    expect((await client.status()).pid).not.toBe(pid);
    put({ 'src/later.ts': 'export const albatross = 1;\n' });
    await client.filesChanged([join(root, 'src/later.ts')]);
    await client.whenReady(soon());
    expect(await paths(client, 'albatross')).toEqual(['src/later.ts']);
  });

  it('survives being killed at any moment of indexing', async () => {
    put(
      Object.fromEntries(
        Array.from({ length: 300 }, (_, i) => [
          `gen/f${i}.ts`,
          `export function word${i}() {\n  return 'common';\n}\n`,
        ]),
      ),
    );
    for (const delay of [0, 60, 150]) {
      const client = newClient();
      await client.openWorkspace([{ name: 'project', path: root }], options);
      await sleep(delay);
      const { pid } = await client.status();
      client.dispose();
      process.kill(pid, 'SIGKILL');
      clients = [];
    }
    const client = await indexed(newClient());
    expect(await client.status()).toMatchObject({ phase: 'ready', files: 303, pages: 303 });
    for (const i of [0, 150, 299]) expect((await paths(client, `word${i}`))[0]).toBe(`gen/f${i}.ts`);
    // Nothing is there twice.
    expect((await client.searchWorkspace({ text: 'watermark', page: 1, pageSize: 5 }, never)).total).toBe(1);
  });

  it('makes damaged tables anew', async () => {
    const first = await indexed(newClient());
    const { pid } = await first.status();
    first.dispose();
    process.kill(pid, 'SIGKILL');
    clients = [];
    rmSync(join(folder, 'store/tables-v1/pages.lance/data'), { recursive: true });
    const client = await indexed(newClient());
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
  });

  it('makes damaged vectors anew, together with their model', async () => {
    const words =
      'amber birch cedar dune ember fjord grove heath islet knoll lagoon marsh north ocean prairie quarry'.split(
        ' ',
      );
    const word = (i: number) => words[i % words.length];
    put(
      Object.fromEntries(
        Array.from({ length: 60 }, (_, i) => [
          `v/f${i}.ts`,
          `call(${word(i)}, ${word(i * 3 + 1)}, ${word(i * 7 + 2)});\n`,
        ]),
      ),
    );
    const first = await indexed(newClient());
    const { pid } = await first.status();
    first.dispose();
    process.kill(pid, 'SIGKILL');
    clients = [];
    const vectors = join(folder, 'store/tables-v1/vectors.lance/data');
    expect(readdirSync(vectors).length).toBeGreaterThan(0);
    rmSync(vectors, { recursive: true });
    const client = await indexed(newClient());
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
    expect(readdirSync(vectors).length).toBeGreaterThan(0);
  });

  it('keeps the index of a folder that is not there for a while', async () => {
    const client = await indexed(newClient());
    renameSync(root, `${root} elsewhere`);
    await indexed(client);
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
  });

  it('says so when the store cannot be made', async () => {
    writeFileSync(join(folder, 'store'), 'a file');
    const client = newClient();
    await expect(client.recallSeqs('s')).rejects.toThrow(/could not be started/);
  });

  it('says so when LanceDB is missing, and does not start again and again', async () => {
    const without = await bundleDisk({ withLance: false });
    try {
      const client = newClient(without.script);
      await expect(client.openWorkspace([{ name: 'project', path: root }], options)).rejects.toThrow(
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
      without.remove();
    }
  });

  it('is given up when it cannot even start', async () => {
    const client = newClient(join(folder, 'missing.js'));
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
    const client = newClient();
    const abort = new AbortController();
    const search = client.search({ text: 'a', page: 1, pageSize: 1 }, abort.signal);
    abort.abort(new Error('enough'));
    await expect(search).rejects.toThrow('enough');
  });

  it('refuses what is not a request', async () => {
    const client = newClient();
    const query = { text: 'a', page: 0, pageSize: 5 };
    await expect(client.searchNotes(query, never)).rejects.toThrow(/Invalid request: page/);
  });
});
