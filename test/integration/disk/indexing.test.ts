import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@lancedb/lancedb';
import { describe, expect, it } from 'vitest';
import { options, paths, soon, useDisk } from './diskFixture';

const disk = useDisk();

const at = (rel: string) => join(disk().root, rel);

async function pagesOf(rel: string) {
  const table = await (await connect(join(disk().store, 'tables-v2'))).openTable('pages');
  const rows = await table
    .query()
    .where(`rel = '${rel}'`)
    .select(['id', 'startLine', 'hash', 'text', 'toks', 'head'])
    .toArray();
  return rows.map((row) => ({ ...row })).sort((a, b) => a.startLine - b.startLine);
}

describe('indexing', () => {
  it('gives a renamed file its pages under the new name: path, ids and terms of the path change', async () => {
    const client = await disk().indexed();
    const before = await pagesOf('src/queue.ts');
    renameSync(at('src/queue.ts'), at('src/manager.ts'));
    await client.filesChanged([at('src/queue.ts'), at('src/manager.ts')]);
    await client.whenReady(soon());
    expect(await pagesOf('src/queue.ts')).toEqual([]);
    const after = await pagesOf('src/manager.ts');
    expect(after.map(({ hash, text }) => ({ hash, text }))).toEqual(
      before.map(({ hash, text }) => ({ hash, text })),
    );
    expect(after[0]?.id).not.toBe(before[0]?.id);
    expect(after[0]?.head).toBe(before[0]?.head.replace('queue', 'manag'));
    expect(after[0]?.toks).toBe(before[0]?.toks.replaceAll('src queue', 'src manag'));
    expect(await paths(client, 'watermark')).toEqual(['src/manager.ts']);
    expect(await client.status()).toMatchObject({ files: 3, failed: 0 });
  });

  it('indexes so many files of a huge folder, those near the open ones first, and says so', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `${i % 2 === 0 ? 'one' : 'two'}/deep/f${i}.ts`);
    disk().put(Object.fromEntries(names.map((name) => [name, `export const pelican = '${name}';\n`])));
    const client = disk().newClient();
    await client.attend({ paths: [at('two/deep/f1.ts')], typing: false, onBattery: false });
    await disk().indexed(client, { ...options, maxFiles: 20 });
    expect(await client.status()).toMatchObject({ phase: 'ready', cappedAt: 20, files: 20 });
    const found = await paths(client, 'pelican');
    expect(found).toHaveLength(20);
    expect(found.every((path) => path.startsWith('two/'))).toBe(true);

    // What the next walk does not come to stays, as long as it is there.
    await client.attend({ paths: [at('one/deep/f0.ts')], typing: false, onBattery: false });
    await disk().indexed(client, { ...options, maxFiles: 20 });
    expect((await client.status()).files).toBe(40);
    await disk().indexed(client);
    expect(await client.status()).toMatchObject({ cappedAt: 0, files: 43 });
  });

  it('rests on battery, and goes on when there is power again', async () => {
    const client = disk().newClient();
    await client.attend({ paths: [], typing: false, onBattery: true });
    await client.openWorkspace([{ name: 'project', path: disk().root }], options);
    expect(await client.status()).toMatchObject({ phase: 'paused', onBattery: true, files: 0 });
    await client.attend({ paths: [], typing: true, onBattery: false });
    await client.whenReady(soon());
    expect(await paths(client, 'watermark')).toEqual(['src/queue.ts']);
  });

  it('takes thousands of changed files at once, while it is searched', async () => {
    const names = Array.from({ length: 2000 }, (_, i) => `gen/d${i % 50}/f${i}.ts`);
    const put = (word: string) =>
      disk().put(
        Object.fromEntries(names.map((name, i) => [name, `export const ${word}${i % 7} = ${i};\n`])),
      );
    put('heron');
    const client = await disk().indexed();
    put('stork');
    await client.filesChanged(names.map(at));
    for (let i = 0; i < 5; i++) expect((await paths(client, 'watermark'))[0]).toBe('src/queue.ts');
    await client.whenReady(soon());
    expect(await client.status()).toMatchObject({ phase: 'ready', files: 2003 });
    expect(await paths(client, 'heron0')).toEqual([]);
    expect((await paths(client, 'stork0')).length).toBe(20);
  });
});
