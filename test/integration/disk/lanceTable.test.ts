import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bm25 } from '../../../src/disk/bm25';
import { Database } from '../../../src/disk/Database';
import type { LanceTable } from '../../../src/disk/LanceTable';

let store: string;

beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'vctx-table-'));
});
afterEach(() => rmSync(store, { recursive: true, force: true, maxRetries: 10 }));

const note = (id: number, word: string) => ({
  id: `n${id}`,
  session: 's',
  time: id,
  text: word,
  toks: `${word} common w${id} ${'filler '.repeat(200)}`,
});

async function find(table: LanceTable, term: string): Promise<string[]> {
  const rows = await table.searchTerms({ terms: [term], columns: ['id'], limit: 10 });
  return rows.map((row) => String(row.id));
}

function size(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return bytes;
}

it('takes at most twice the live data after many small updates, and leaves no empty folders', async () => {
  const { notes } = await Database.open(store);
  await notes.add(Array.from({ length: 2000 }, (_, i) => note(i, 'first')));
  await notes.optimise();
  for (let i = 0; i < 300; i++) {
    await notes.delete(`id = 'n${i}'`);
    await notes.add([note(i, `again${i}`)]);
    await notes.optimiseIfWorth();
  }
  expect(await find(notes, 'again299')).toEqual(['n299']);
  const folder = join(store, 'tables-v2', 'notes.lance');
  const live = join(store, 'fresh');
  const fresh = (await Database.open(live)).notes;
  await fresh.add(await notes.rows(['id', 'session', 'time', 'text', 'toks']));
  await fresh.optimise();
  expect(size(folder)).toBeLessThan(2 * size(join(live, 'tables-v2', 'notes.lance')));
  const indices = join(folder, '_indices');
  for (const name of readdirSync(indices)) expect(readdirSync(join(indices, name)).length).toBeGreaterThan(0);
});

it('keeps the parts of its full-text index few, however often it is optimised', async () => {
  const { notes } = await Database.open(store);
  await notes.add(Array.from({ length: 300 }, (_, i) => note(i, 'first')));
  await notes.optimise();
  for (let i = 0; i < 60; i++) {
    await notes.add([note(1000 + i, `later${i}`)]);
    await notes.optimise();
  }
  for (const i of [0, 30, 59]) expect(await find(notes, `later${i}`)).toEqual([`n${1000 + i}`]);
  const indices = join(store, 'tables-v2', 'notes.lance', '_indices');
  const parts = readdirSync(indices, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /part_\d+_docs/.test(name),
  );
  expect(parts.length).toBeLessThanOrEqual(30);
});

it('answers while it is optimised again and again, and ends a scan with what it began with', async () => {
  const { notes } = await Database.open(store);
  await notes.add(Array.from({ length: 12_000 }, (_, i) => note(i, 'first')));
  await notes.optimise();
  let seen = 0;
  let writing = true;
  const read = (async () => {
    let reads = 0;
    while (writing) {
      expect((await find(notes, 'w11999'))[0]).toBe('n11999');
      reads++;
    }
    return reads;
  })();
  const scan = notes.scan(['id', 'toks']);
  const first = await scan.next();
  seen += first.done ? 0 : first.value.length;
  for (let i = 0; i < 10; i++) {
    await notes.add([note(20_000 + i, 'later')]);
    await notes.optimise();
  }
  for await (const batch of scan) seen += batch.length;
  writing = false;
  expect(await read).toBeGreaterThan(0);
  expect(seen).toBe(12_000);
});

it('scores as the reader of a shared index does', async () => {
  const { notes } = await Database.open(store);
  const docs = Array.from({ length: 500 }, (_, i) => ({
    id: `n${i}`,
    session: 's',
    time: i,
    text: '',
    toks: `${'alpha '.repeat(1 + (i % 4))}${i % 7 === 0 ? 'beta ' : ''}${'filler '.repeat(1 + ((i * 13) % 90))}w${i}`,
  }));
  await notes.add(docs);
  await notes.optimise();
  const lists = docs.map(({ toks }) => toks.split(' '));
  const statistics = {
    documents: docs.length,
    averageLength: lists.reduce((sum, list) => sum + list.length, 0) / docs.length,
    frequency: (term: string) => lists.filter((list) => list.includes(term)).length,
  };
  const terms = ['alpha', 'beta', 'w35'];
  const rows = await notes.searchTerms({ terms, columns: ['id', 'toks'], limit: 20 });
  expect(rows).toHaveLength(20);
  for (const row of rows) {
    const score = bm25(terms, String(row.toks).split(' '), statistics);
    // LanceDB keeps lengths of documents in a byte each.
    expect(Math.abs(score / Number(row._score) - 1)).toBeLessThan(0.05);
  }
});

it('makes all rows anew with their indices', async () => {
  const { notes, messages } = await Database.open(store);
  await notes.add(Array.from({ length: 400 }, (_, i) => note(i, 'first')));
  await notes.rewrite();
  await messages.rewrite();
  expect(await notes.count()).toBe(400);
  expect(await find(notes, 'w77')).toEqual(['n77']);
  await notes.add([note(900, 'later')]);
  expect(await find(notes, 'later')).toEqual(['n900']);
});

it('makes a damaged full-text index anew and keeps the rows', async () => {
  const { notes } = await Database.open(store);
  await notes.add(Array.from({ length: 400 }, (_, i) => note(i, 'first')));
  await notes.optimise();
  const indices = join(store, 'tables-v2', 'notes.lance', '_indices');
  for (const name of readdirSync(indices)) rmSync(join(indices, name), { recursive: true });
  const again = (await Database.open(store)).notes;
  expect(await again.count()).toBe(400);
  expect(await find(again, 'w77')).toEqual(['n77']);
});
