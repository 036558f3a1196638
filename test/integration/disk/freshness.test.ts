import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type DiskFixture, paths, soon, useDisk } from './diskFixture';

const disk = useDisk();
const at = (rel: string) => join(disk().root, rel);

/** The best hit for a text. */
async function best(client: Awaited<ReturnType<DiskFixture['indexed']>>, text: string) {
  return (await client.searchWorkspace({ text, page: 1, pageSize: 5 }, soon())).hits[0];
}

describe('unsaved text', () => {
  it('is found in the place of what is stored, and goes when it is given up', async () => {
    const client = await disk().indexed();
    await client.overlay(at('src/queue.ts'), 'export class Zeppelin {\n  land(): void {}\n}\n');
    expect(await best(client, 'zeppelin')).toMatchObject({
      path: 'src/queue.ts',
      startLine: 1,
      endLine: 3,
      symbol: 'Zeppelin',
      language: 'typescript',
      unsaved: true,
    });
    expect(await paths(client, 'watermark')).toEqual([]);
    expect(await paths(client, 'zeppelin', '*.py')).toEqual([]);
    await client.overlay(at('src/queue.ts'), null);
    expect(await paths(client, 'zeppelin')).toEqual([]);
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
  });

  it('ranks with the other pages', async () => {
    disk().put({
      'src/one.ts': 'export function dock() {\n  return "harbour harbour harbour";\n}\n',
      'src/two.ts': 'export const nothing = 1;\n',
    });
    const client = await disk().indexed();
    await client.overlay(at('src/two.ts'), 'export function dockHarbour() {\n  return "harbour";\n}\n');
    expect((await paths(client, 'dock harbour')).sort()).toEqual([
      "docs/o'hara.md",
      'src/one.ts',
      'src/two.ts',
    ]);
    expect((await best(client, 'dockHarbour'))?.path).toBe('src/two.ts');
  });

  it('stays findable without a gap while it is saved', async () => {
    const client = await disk().indexed();
    const text = 'export const zeppelin = 1;\n';
    await client.overlay(at('src/queue.ts'), text);
    disk().put({ 'src/queue.ts': text });
    await client.overlay(at('src/queue.ts'), null);
    await vi.waitFor(
      async () => {
        const hit = await best(client, 'zeppelin');
        expect(hit?.path).toBe('src/queue.ts');
        expect(hit?.unsaved).toBeUndefined();
      },
      { timeout: 20_000, interval: 2 },
    );
    expect(await paths(client, 'watermark')).toEqual([]);
  });

  it('is refused where the index has nothing: secrets, ignored files, other folders', async () => {
    disk().put({ '.gitignore': 'private/\n', 'private/plan.ts': 'export const old = 1;\n' });
    const client = await disk().indexed();
    await client.overlay(at('.env'), 'TOKEN=zeppelin\n');
    await client.overlay(at('private/plan.ts'), 'export const zeppelin = 1;\n');
    await client.overlay(join(disk().folder, 'elsewhere.ts'), 'export const zeppelin = 1;\n');
    expect(await paths(client, 'zeppelin')).toEqual([]);
    disk().put({ '.gitignore': '\n' });
    await client.filesChanged([at('.gitignore')]);
    await client.whenReady(soon());
    await vi.waitFor(
      async () => expect(await paths(client, 'zeppelin')).toEqual(['private/plan.ts']),
      20_000,
    );
  });

  it('of several windows: the last one counts, and goes with its window', async () => {
    const [one, two] = [await disk().indexed(), await disk().indexed()];
    await one.overlay(at('src/queue.ts'), 'export const zeppelin = 1;\n');
    await two.overlay(at('src/queue.ts'), 'export const balloon = 1;\n');
    expect(await paths(one, 'balloon')).toEqual(['src/queue.ts']);
    expect(await paths(one, 'zeppelin')).toEqual([]);
    two.dispose();
    await vi.waitFor(async () => expect(await paths(one, 'zeppelin')).toEqual(['src/queue.ts']), 20_000);
    expect(await paths(one, 'balloon')).toEqual([]);
  });

  it('is told again to a process that was started anew', async () => {
    const client = await disk().indexed();
    await client.overlay(at('src/queue.ts'), 'export const zeppelin = 1;\n');
    process.kill((await client.status()).pid, 'SIGKILL');
    await vi.waitFor(async () => expect(await paths(client, 'zeppelin')).toEqual(['src/queue.ts']), 20_000);
    expect(await paths(client, 'watermark')).toEqual([]);
  });
});

describe('what nobody has told', () => {
  it('a file that is gone is in no result, and soon in no table', async () => {
    disk().put(
      Object.fromEntries(
        Array.from({ length: 12 }, (_, i) => [`gone/f${i}.ts`, `const lighthouse${i} = 1;\n`]),
      ),
    );
    const client = await disk().indexed();
    await client.pause();
    rmSync(at('gone'), { recursive: true });
    disk().put({ 'stays.ts': 'const lighthouse = 1;\n' });
    expect(await paths(client, 'lighthouse')).toEqual([]);
    const { hits, total } = await client.searchWorkspace(
      { text: 'lighthouse3 harbour', page: 1, pageSize: 2 },
      soon(),
    );
    expect([hits.map((hit) => hit.path), total]).toEqual([["docs/o'hara.md"], 1]);
    await client.resume();
    await client.whenReady(soon());
    expect((await client.status()).files).toBe(3);
    // The same file again: it is another one.
    disk().put({ 'gone/f1.ts': 'const lighthouse1 = 1;\n' });
    await client.filesChanged([at('gone/f1.ts')]);
    await client.whenReady(soon());
    expect(await paths(client, 'lighthouse1')).toEqual(['gone/f1.ts']);
  });

  it('a page that its file no longer has is marked, and its file indexed again', async () => {
    const client = await disk().indexed();
    const before = await best(client, 'watermark');
    expect(before).toMatchObject({ path: 'src/queue.ts', generation: expect.any(Number) });
    expect(before?.outdated).toBeUndefined();
    await client.pause();
    disk().put({ 'src/queue.ts': 'export const other = 1;\n' });
    expect(await best(client, 'watermark')).toMatchObject({ path: 'src/queue.ts', outdated: true });
    await client.resume();
    await client.whenReady(soon());
    expect(await paths(client, 'watermark')).toEqual([]);
    const after = await best(client, 'other');
    expect(after?.path).toBe('src/queue.ts');
    expect(after?.generation).toBeGreaterThan(before?.generation ?? Number.NaN);
  });

  it('a page that is still as it was is not marked when its file was only touched', async () => {
    const client = await disk().indexed();
    await client.pause();
    utimesSync(at('src/queue.ts'), new Date(), new Date(statSync(at('src/queue.ts')).mtimeMs + 5000));
    const hit = await best(client, 'watermark');
    expect(hit?.outdated).toBeUndefined();
    const bytes =
      'export class QueueManager {\n  /** Evicts the oldest pages when the watermark is reached. */\n  flush(): void {}\n}\n';
    expect(hit?.hash).toBe(createHash('sha256').update(bytes).digest('hex').slice(0, 16));
  });

  it('is found by a look at everything', async () => {
    const client = await disk().indexed();
    disk().put({
      'src/new.ts': 'export const balloon = 1;\n',
      'src/queue.ts': 'export const zeppelin = 1;\n',
    });
    rmSync(at('src/parser.py'));
    await client.reconcile();
    await client.whenReady(soon());
    expect(await paths(client, 'balloon')).toEqual(['src/new.ts']);
    expect(await paths(client, 'zeppelin')).toEqual(['src/queue.ts']);
    expect((await client.status()).files).toBe(3);
  });

  it('is found when a reader says that it has seen something else', async () => {
    const client = await disk().indexed();
    disk().put({ 'src/queue.ts': 'export const zeppelin = 1;\n' });
    await client.refreshFiles(['src/queue.ts']);
    await client.whenReady(soon());
    expect(await paths(client, 'zeppelin')).toEqual(['src/queue.ts']);
  });

  it('is found when the machine was asleep', async () => {
    const client = await disk().indexed();
    const { pid } = await client.status();
    // A process that is stopped misses what a sleeping machine misses.
    process.kill(pid, 'SIGSTOP');
    disk().put({ 'src/new.ts': 'export const balloon = 1;\n' });
    await sleep(18_000);
    process.kill(pid, 'SIGCONT');
    await vi.waitFor(async () => expect(await paths(client, 'balloon')).toEqual(['src/new.ts']), 20_000);
    expect((await client.status()).pid).toBe(pid);
  }, 120_000);

  it('is found when the process was down', async () => {
    const client = await disk().indexed();
    process.kill((await client.status()).pid, 'SIGKILL');
    disk().put({ 'src/new.ts': 'export const balloon = 1;\n' });
    rmSync(at('src/parser.py'));
    await vi.waitFor(async () => expect(await paths(client, 'balloon')).toEqual(['src/new.ts']), 20_000);
    expect(await paths(client, 'parse_header')).toEqual([]);
  });
});

describe('ignore rules', () => {
  it('hold from their change on: of a clone, nested, and taken away', async () => {
    disk().put({
      'pkg/a/seal.ts': 'export const seal = 1;\n',
      'pkg/walrus.ts': 'export const walrus = 1;\n',
    });
    mkdirSync(at('.git/info'), { recursive: true });
    const client = await disk().indexed();
    const write = async (rel: string, rules: string | null) => {
      if (rules === null) rmSync(at(rel));
      else disk().put({ [rel]: rules });
      await client.filesChanged([at(rel)]);
      await client.whenReady(soon());
      return [...(await paths(client, 'seal', '*.ts')), ...(await paths(client, 'walrus', '*.ts'))];
    };
    expect(await write('.git/info/exclude', 'pkg/a/\n')).toEqual(['pkg/walrus.ts']);
    expect(await write('.git/info/exclude', '\n')).toEqual(['pkg/a/seal.ts', 'pkg/walrus.ts']);
    expect(await write('pkg/.gitignore', '*.ts\n')).toEqual([]);
    expect(await write('pkg/a/.gitignore', '!seal.ts\n')).toEqual(['pkg/a/seal.ts']);
    expect(await write('pkg/.gitignore', null)).toEqual(['pkg/a/seal.ts', 'pkg/walrus.ts']);
    expect(await write('.virtualcontextignore', 'walrus.ts\n')).toEqual(['pkg/a/seal.ts']);
    expect(await write('.virtualcontextignore', null)).toEqual(['pkg/a/seal.ts', 'pkg/walrus.ts']);
  });

  it('hold also when they come with a folder that was renamed', async () => {
    disk().put({ 'old/.gitignore': 'walrus.ts\n', 'old/walrus.ts': 'export const walrus = 1;\n' });
    const client = await disk().indexed();
    expect(await paths(client, 'walrus', '*.ts')).toEqual([]);
    rmSync(at('old/.gitignore'));
    renameSync(at('old'), at('new'));
    await client.filesChanged([at('old'), at('new')]);
    await client.whenReady(soon());
    expect(await paths(client, 'walrus')).toEqual(['new/walrus.ts']);
  });
});
