import { describe, expect, it } from 'vitest';
import { pageIn } from '../../../src/tools/pageIn';
import { readFile } from '../../../src/tools/readFile';
import { fakeContext } from './fakeContext';
import { runFunction } from './runFunction';

describe('read_file', () => {
  it('hands the canonical path and the range to the fault handler', async () => {
    const { context, world } = fakeContext();
    const outcome = await runFunction(readFile, { path: './src/a.ts', startLine: 3, endLine: 3 }, context);
    expect(world.asked).toEqual(['readFile {"path":"src/a.ts","startLine":3,"endLine":3}']);
    expect(outcome).toMatchObject({ text: 'fetched text', pages: [] });
    await runFunction(readFile, { path: 'b' }, context);
    expect(world.asked.at(-1)).toBe('readFile {"path":"b"}');
  });

  it('asks before a secret file and obeys', async () => {
    const { context, world } = fakeContext();
    await runFunction(readFile, { path: './.env' }, context);
    expect(world.asked).toEqual(['approve .env', 'readFile {"path":".env"}']);
    world.approves = false;
    const refused = await runFunction(readFile, { path: 'config/.env' }, context);
    expect(refused).toMatchObject({
      isError: true,
      text: expect.stringContaining('The person refused: config/.env'),
    });
    expect(world.asked.slice(2)).toEqual(['approve config/.env']);
  });

  it('refuses a range that ends before it starts', async () => {
    const { context, world } = fakeContext();
    expect(await runFunction(readFile, { path: 'a', startLine: 5, endLine: 4 }, context)).toMatchObject({
      isError: true,
    });
    expect(world.asked).toEqual([]);
  });
});

describe('page_in', () => {
  it('brings an address into the queue, also when it is copied with what surrounds it', async () => {
    const { context, world } = fakeContext();
    for (const address of ['tool:s1/3', ' [tool:s1/3]', '`tool:s1/3`,', '(tool:s1/3)']) {
      expect(await runFunction(pageIn, { address, page: 2 }, context)).toMatchObject({
        text: 'fetched text',
      });
      expect(world.asked.at(-1)).toBe('pageIn tool:s1/3 {"page":2}');
    }
    expect(world.notes.notes).toEqual([]);
  });

  it('pins what it fetched, with the address as its source', async () => {
    const { context, world } = fakeContext();
    const outcome = await runFunction(pageIn, { address: 'msg:s1/7', to: 'notes' }, context);
    expect(world.notes.notes).toMatchObject([{ text: 'fetched text', source: 'msg:s1/7' }]);
    expect(outcome.text).toMatch(/^Pinned msg:s1\/7 as n1\. Notes: 3 of 100/);
    expect(outcome.fault).toEqual({ kind: 'major', tier: 'recall' });
    world.resident.add('msg:s1/8');
    expect((await runFunction(pageIn, { address: 'msg:s1/8', to: 'notes' }, context)).fault).toEqual({
      kind: 'minor',
      tier: 'resident',
    });
  });

  it('pins nothing when there is no room', async () => {
    const { context, world } = fakeContext();
    world.fetched = 'word '.repeat(300);
    await expect(runFunction(pageIn, { address: 'msg:s1/7', to: 'notes' }, context)).rejects.toThrow(
      'tokens are free',
    );
    expect(world.notes.notes).toEqual([]);
  });
});
