import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { never, options, paths, soon, useDisk } from './diskFixture';

const disk = useDisk();

describe('the workspace index', () => {
  it('finds pages by words and by names, and says where they are', async () => {
    const client = await disk().indexed();
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
    const client = await disk().indexed();
    expect(await paths(client, 'TOKEN')).toEqual([]);
    expect(await paths(client, 'binary')).toEqual([]);
  });

  it('takes a question of any length', async () => {
    const client = await disk().indexed();
    expect((await paths(client, `watermark ${'word '.repeat(100_000)}`))[0]).toBe('src/queue.ts');
  });

  it('narrows by glob and pages with totals', async () => {
    disk().put(
      Object.fromEntries(
        Array.from({ length: 25 }, (_, i) => [`many/n${i}.ts`, `const lighthouse${i} = 'lighthouse';\n`]),
      ),
    );
    const client = await disk().indexed();
    expect(await paths(client, 'lighthouse', '*.py')).toEqual([]);
    expect(await paths(client, 'lighthouse', 'many/n1.ts')).toEqual(['many/n1.ts']);
    expect(await paths(client, 'lighthouse', '!many/')).toEqual([]);
    expect((await paths(client, 'lighthouse', 'many/{n1,n2{1,2}}.{ts,tsx}')).sort()).toEqual(
      ['1', '21', '22'].map((n) => `many/n${n}.ts`),
    );
    const third = await client.searchWorkspace({ text: 'lighthouse', page: 3, pageSize: 10 }, never);
    expect(third).toMatchObject({ page: 3, pages: 3, total: 25 });
    expect(third.hits).toHaveLength(5);
  });

  it('follows saves, new files, deletions and renamed folders', async () => {
    const client = await disk().indexed();
    disk().put({
      'src/queue.ts': 'export const zeppelin = 1;\n',
      'src/new.ts': 'export const balloon = 2;\n',
    });
    rmSync(join(disk().root, 'src/parser.py'));
    renameSync(join(disk().root, 'docs'), join(disk().root, 'pages'));
    const changed = ['src/queue.ts', 'src/new.ts', 'src/parser.py', 'docs', 'pages'].map((rel) =>
      join(disk().root, rel),
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
    const client = await disk().indexed();
    disk().put({ '.gitignore': 'docs/\n' });
    await client.filesChanged([join(disk().root, '.gitignore')]);
    await client.whenReady(soon());
    expect(await paths(client, 'harbour')).toEqual([]);
    disk().put({ '.gitignore': 'elsewhere/\n' });
    await client.filesChanged([join(disk().root, '.gitignore')]);
    await client.whenReady(soon());
    expect(await paths(client, 'harbour')).toEqual(["docs/o'hara.md"]);
  });

  it('takes files as they come: endless lines, carriage returns, NUL far inside, other encodings, loops', async () => {
    const long = `${'lorem '.repeat(50_000)}giraffe`;
    const binary = Buffer.concat([Buffer.from(`${'x\n'.repeat(5000)}rhinoceros`), Buffer.from([0])]);
    disk().put({
      'odd/line.ts': `const data = '${long}';\n`,
      'odd/line.md': `# Animals\n\n${long}\n${'short\n'.repeat(1000)}hippopotamus\n`,
      'odd/crlf.ts': 'export function elephant() {\r\n  return 1;\r\n}\r\n',
      'odd/nul.txt': binary,
      'odd/utf16.txt': Buffer.from('\ufeffthe crocodile sleeps', 'utf16le'),
      'odd/latin1.txt': Buffer.from('caf\xe9 flamingo', 'latin1'),
      'odd/empty.ts': '',
    });
    symlinkSync('..', join(disk().root, 'odd/loop'));
    symlinkSync('loop2', join(disk().root, 'odd/loop2'));
    const client = await disk().indexed(undefined, { maxFileBytes: 1024 * 1024 });
    // Skipped: the data line, the NUL, and assets/blob.dat.
    expect(await client.status()).toMatchObject({ phase: 'ready', files: 8, skipped: 3, failed: 0 });
    for (const [word, path] of [
      ['hippopotamus', 'odd/line.md'],
      ['elephant', 'odd/crlf.ts'],
      ['crocodile', 'odd/utf16.txt'],
      ['flamingo', 'odd/latin1.txt'],
    ] as const) {
      expect(await paths(client, word)).toEqual([path]);
    }
    for (const word of ['rhinoceros', 'binary']) expect(await paths(client, word)).toEqual([]);
    const { hits } = await client.searchWorkspace({ text: 'elephant', page: 1, pageSize: 1 }, never);
    expect(hits[0]).toMatchObject({ startLine: 1, endLine: 3 });
    expect(hits[0]?.text).toBe('export function elephant() {\n  return 1;\n}');
  });

  it('does not mind files that go away while it indexes', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `z/f${i}.ts`);
    disk().put(Object.fromEntries(names.map((name) => [name, `export const wildebeest = '${name}';\n`])));
    const client = disk().newClient();
    await client.openWorkspace([{ name: 'project', path: disk().root }], options);
    rmSync(join(disk().root, 'z'), { recursive: true });
    await client.whenReady(soon());
    expect(await client.status()).toMatchObject({ phase: 'ready', failed: 0 });
    await client.filesChanged([join(disk().root, 'z')]);
    await client.whenReady(soon());
    expect(await paths(client, 'wildebeest')).toEqual([]);
    expect(await client.status()).toMatchObject({ files: 3, failed: 0 });
  });

  it('reads only what changed when it is opened again', async () => {
    const first = await disk().indexed();
    const { pid } = await first.status();
    process.kill(pid, 'SIGTERM');
    disk().put({ 'src/parser.py': 'def parse_footer(line):\n    return line\n' });
    const again = await disk().indexed();
    expect(await paths(again, 'parse_footer')).toEqual(['src/parser.py']);
    expect(await paths(again, 'watermark')).toEqual(['src/queue.ts']);
    expect((await again.status()).pid).not.toBe(pid);
  });

  it('names the folder when there are several', async () => {
    const other = join(disk().folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'queue.ts'), 'export const submarine = 1;\n');
    const client = disk().newClient();
    await client.openWorkspace(
      [
        { name: 'project', path: disk().root },
        { name: 'other', path: other },
      ],
      options,
    );
    await client.whenReady(soon());
    expect(await paths(client, 'submarine')).toEqual(['other/queue.ts']);
    expect(await paths(client, 'watermark')).toEqual(['project/src/queue.ts']);
  });

  it('rests while paused and goes on afterwards', async () => {
    const client = disk().newClient();
    await client.pause();
    await client.openWorkspace([{ name: 'project', path: disk().root }], options);
    expect(await client.status()).toMatchObject({ phase: 'paused', files: 0 });
    await client.resume();
    await client.whenReady(soon());
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
  });

  it('forgets no change when it is paused over it', async () => {
    const client = await disk().indexed();
    const names = Array.from({ length: 300 }, (_, i) => `many/f${i}.ts`);
    disk().put(Object.fromEntries(names.map((name) => [name, `export const name = '${name}';\n`])));
    const changed = client.filesChanged(names.map((name) => join(disk().root, name)));
    await client.pause();
    await changed;
    expect((await client.status()).files).toBeLessThan(303);
    await client.resume();
    await client.whenReady(soon());
    expect(await client.status()).toMatchObject({ phase: 'ready', files: 303 });
  });

  it('is made anew on request, messages untouched', async () => {
    const client = await disk().indexed();
    await client.append([
      { id: 'm1', session: 's', seq: 1, time: 1, role: 'user', text: 'remember the xylophone' },
    ]);
    await client.rebuild('workspace');
    await client.whenReady(soon());
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
    expect((await client.search({ text: 'xylophone', page: 1, pageSize: 5 }, never)).total).toBe(1);
    await client.rebuild('everything');
    await client.whenReady(soon());
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
    expect((await client.search({ text: 'xylophone', page: 1, pageSize: 5 }, never)).total).toBe(1);
  });
});
