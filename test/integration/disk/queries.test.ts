import { execFileSync } from 'node:child_process';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DiskClient } from '../../../src/disk/client';
import { BadQueryError } from '../../../src/engine/errors';
import { never, paths, soon, useDisk } from './diskFixture';

const disk = useDisk();

const project = {
  'src/store.ts':
    'import { flushQueue } from "./flush";\n\nexport class PageStore {\n  close(): void {\n    flushQueue(this);\n  }\n}\n',
  'src/flush.ts':
    '/** Writes what is pending. */\nexport function flushQueue(store: unknown): void {\n  throw new Error("Cannot flush: store is Closed");\n}\n',
  'test/store.test.ts':
    'import { flushQueue } from "../src/flush";\n\ntest("flushes all when it is closed", () => {\n  flushQueue({});\n});\n',
  'lib/worker.py': 'def run_worker(queue):\n    """Flush the queue."""\n    return queue.flush()\n',
};

async function hits(client: DiskClient, text: string, more: object = {}) {
  return client.searchWorkspace({ text, page: 1, pageSize: 20, ...more }, soon());
}

describe('filters', () => {
  it('narrow by path, language, symbol, quoted text and what is excluded', async () => {
    disk().put(project);
    const client = await disk().indexed();
    const found = async (text: string) => (await paths(client, text)).sort();
    expect(await found('flush path:src/')).toEqual(['src/flush.ts', 'src/queue.ts', 'src/store.ts']);
    expect(await found('flush -path:/src path:*.ts')).toEqual(['test/store.test.ts']);
    expect(await found('flush lang:python')).toEqual(['lib/worker.py']);
    expect(await found('flush -lang:ts')).toEqual(['lib/worker.py']);
    expect(await found('flush symbol:PageStore')).toEqual(['src/store.ts']);
    expect(await found('symbol:flush*')).toEqual(['src/flush.ts', 'src/queue.ts']);
    expect(await found('"store is Closed"')).toEqual(['src/flush.ts']);
    expect(await found('"Store is closed"')).toEqual([]);
    // Quoted text need not consist of words.
    expect(await found('"nnot flush: stor"')).toEqual(['src/flush.ts']);
    expect(await found('flush -worker -store path:src path:lib')).toEqual(['src/queue.ts']);
    expect(await found("path:o'hara")).toEqual(["docs/o'hara.md"]);
  });

  it('by themselves list what meets them, all of it', async () => {
    disk().put(
      Object.fromEntries(Array.from({ length: 350 }, (_, i) => [`many/n${i}.ts`, `const n${i} = ${i};\n`])),
    );
    const client = await disk().indexed();
    const last = await hits(client, 'path:many/', { page: 4, pageSize: 100 });
    expect(last).toMatchObject({ total: 350, pages: 4, exact: true });
    expect(last.hits).toHaveLength(50);
  });

  it('know when files changed: from git, and from the disk for what is not committed', async () => {
    disk().put(project);
    const { root } = disk();
    const git = (date: string, ...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        cwd: root,
        env: { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
      });
    git('', 'init', '-q');
    git('2020-01-05T12:00:00Z', 'add', 'src', 'lib');
    git('2020-01-05T12:00:00Z', 'commit', '-qm', 'old');
    git('2022-03-05T12:00:00Z', 'add', 'test');
    git('2022-03-05T12:00:00Z', 'commit', '-qm', 'newer');
    const then = new Date('2023-06-01T12:00:00Z');
    utimesSync(join(root, "docs/o'hara.md"), then, then);
    const client = await disk().indexed();
    const found = async (text: string) => (await paths(client, text)).sort();
    expect(await found('changed:2022-01-01..2022-12-31')).toEqual(['test/store.test.ts']);
    expect(await found('changed:2022-01-01')).toEqual(["docs/o'hara.md", 'test/store.test.ts']);
    expect(await found('flush changed:<2021-01-01 lang:ts')).toEqual([
      'src/flush.ts',
      'src/queue.ts',
      'src/store.ts',
    ]);
    disk().put({ 'lib/worker.py': 'def run_worker(queue):\n    queue.drain()\n' });
    await client.filesChanged([join(root, 'lib/worker.py')]);
    await client.whenReady(soon());
    expect(await found('changed:1d')).toEqual(['lib/worker.py']);
  });

  it('are refused with what is allowed when they mean nothing', async () => {
    const client = await disk().indexed();
    await expect(hits(client, 'flush lang:klingon')).rejects.toThrow(BadQueryError);
    await expect(hits(client, 'flush changed:soon')).rejects.toMatchObject({
      nextStep: expect.stringContaining('changed:7d'),
    });
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
  });
});

describe('questions that name something', () => {
  it('who calls: the definition, then the callers, code before tests', async () => {
    disk().put(project);
    const client = await disk().indexed();
    const { hits: found } = await hits(client, 'who calls flushQueue?');
    expect(found.slice(0, 3).map(({ path, role }) => [path, role])).toEqual([
      ['src/flush.ts', 'definition'],
      ['src/store.ts', 'use'],
      ['test/store.test.ts', 'use'],
    ]);
    expect(found[1]?.snippet).toContainEqual({
      line: 5,
      text: 'flushQueue(this);',
      ranges: [[0, 10]],
    });
    const narrowed = await hits(client, 'who calls flushQueue -path:test');
    expect(narrowed.hits.map(({ path }) => path)).not.toContain('test/store.test.ts');
  });

  it('a stack trace or a path with a line: the pages that hold the lines first', async () => {
    disk().put(project);
    const client = await disk().indexed();
    const trace = [
      'Error: Cannot flush: store is Closed',
      `    at flushQueue (${join(disk().root, 'src/flush.ts')}:3:9)`,
      '    at PageStore.close (/build/agent/7/src/store.ts:5:5)',
      '    at node:internal/main/run_main_module:36:49',
      '    at Module._load (/x/node_modules/y/queue.ts:3:1)',
    ].join('\n');
    const { hits: found } = await hits(client, trace);
    expect(found.slice(0, 2).map(({ path, role }) => [path, role])).toEqual([
      ['src/flush.ts', 'place'],
      ['src/store.ts', 'place'],
    ]);
    expect(found.filter(({ role }) => role)).toHaveLength(2);
    expect((await hits(client, 'parser.py:2')).hits[0]).toMatchObject({
      path: 'src/parser.py',
      role: 'place',
    });
  });

  it('a test by the title a runner prints', async () => {
    disk().put(project);
    const client = await disk().indexed();
    const { hits: found } = await hits(client, '● PageStore › flushes all when it is closed (3 ms)');
    expect(found[0]).toMatchObject({ path: 'test/store.test.ts', role: 'place' });
  });
});

describe('pages of results', () => {
  it('go on where the last ended, far beyond the candidates, and count all that matches', async () => {
    disk().put(
      Object.fromEntries(
        Array.from({ length: 420 }, (_, i) => [
          `many/n${i}.ts`,
          `export const lighthouse${i} = 'lighthouse ${'x '.repeat(i % 7)}';\n`,
        ]),
      ),
    );
    const client = await disk().indexed();
    const ask = (page: number, more: object = {}) =>
      hits(client, 'lighthouse', { page, pageSize: 50, count: true, ...more });
    const seen = new Set<string>();
    for (let page = 1; page <= 9; page++) {
      const part = await ask(page);
      expect(part).toMatchObject({ page, pages: 9, total: 420, exact: true });
      for (const { path } of part.hits) seen.add(path);
    }
    expect(seen.size).toBe(420);
    expect((await ask(10)).hits).toEqual([]);
    expect(await ask(1, { results: 'files' })).toMatchObject({ total: 420, exact: true });
    const uncounted = await client.searchWorkspace({ text: 'lighthouse', page: 1, pageSize: 5 }, never);
    expect(uncounted).toMatchObject({ exact: false });
    expect(uncounted.total).toBeGreaterThanOrEqual(240);
    expect(await hits(client, 'watermark')).toMatchObject({ total: 1, exact: true });
  });

  it('name each file once, by its best page, when files are asked for', async () => {
    const part = (i: number) => `export function lighthouse${i}() {\n${'  step();\n'.repeat(120)}}\n\n`;
    disk().put({ 'a.ts': part(1) + part(2) + part(3), 'b.ts': part(4) });
    const client = await disk().indexed();
    const pages = await hits(client, 'lighthouse2');
    const files = await hits(client, 'lighthouse2', { results: 'files' });
    expect(pages.hits.length).toBeGreaterThan(1);
    expect(files.hits.map(({ path }) => path)).toEqual([...new Set(pages.hits.map(({ path }) => path))]);
    expect(files).toMatchObject({ total: files.hits.length, exact: true });
    expect(files.hits[0]).toMatchObject({ startLine: pages.hits[0]?.startLine });
  });

  it('explain each score when asked, also of what was named', async () => {
    disk().put(project);
    const client = await disk().indexed();
    const { hits: found } = await hits(client, 'who calls flushQueue', { explain: true });
    expect(found[0]?.explanation).toEqual([
      { feature: 'definition', value: 1, contribution: expect.any(Number) },
    ]);
    for (const hit of found) expect(hit.explanation).toBeDefined();
  });
});
