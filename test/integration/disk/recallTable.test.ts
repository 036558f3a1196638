import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../../src/disk/Database';
import { RecallIndex } from '../../../src/disk/RecallIndex';
import type { RecallMessage } from '../../../src/engine/ports';
import { keepImport } from '../../../src/journal/importedMessages';
import { never } from './diskFixture';

let store: string;
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'vc-recall-'));
});
afterEach(() => rm(store, { recursive: true, maxRetries: 5 }));

function message(seq: number, text: string, more: Partial<RecallMessage> = {}): RecallMessage {
  return { id: `m${seq}`, session: 's', seq, time: seq * 1000, role: 'user', text, ...more };
}

function find(recall: RecallIndex, text: string) {
  return recall.search({ text, page: 1, pageSize: 50 }, never);
}

async function ids(recall: RecallIndex, text: string): Promise<string[]> {
  return (await find(recall, text)).hits.map(({ id }) => id);
}

describe('RecallIndex on its table', () => {
  it('finds the same whether messages came one after another or are read again', async () => {
    const database = await Database.open(store);
    const words = fc.constantFrom('gateway', 'port', 'went', 'yesterday', 'flushQueue', 'Ben', 'why?');
    const text = fc.array(words, { minLength: 1, maxLength: 6 }).map((list) => list.join(' '));
    const one = fc
      .tuple(fc.integer({ min: 1, max: 30 }), text, fc.constantFrom('Ann', 'Ben'))
      .map(([seq, said, name]) => message(seq, said, { name }));
    const batches = fc.array(fc.array(one, { maxLength: 8 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(batches, text, async (appended, query) => {
        await database.messages.delete('true');
        const grown = new RecallIndex(database, store);
        // Not one after the other: they come from several windows.
        await Promise.all(appended.map((batch) => grown.append(batch)));
        const last = new Map(appended.flat().map((sent) => [sent.id, sent]));
        const found = await find(grown, query);
        expect(await find(new RecallIndex(database, store), query)).toEqual(found);
        for (const { score, ...hit } of found.hits) expect(hit).toEqual(last.get(hit.id));
        expect(await grown.seqs('s')).toEqual([...last.values()].map(({ seq }) => seq).sort((a, b) => a - b));
      }),
      { numRuns: 15 },
    );
  }, 120_000);

  it('finds a message before it is on the disk, and has it there when append resolves', async () => {
    const recall = new RecallIndex(await Database.open(store), store);
    await find(recall, 'load');
    const appended = recall.append([message(1, 'the wolverine build')]);
    await Promise.resolve();
    expect(await ids(recall, 'wolverine')).toEqual(['m1']);
    await appended;
    expect(await ids(new RecallIndex(await Database.open(store), store), 'wolverine')).toEqual(['m1']);
  });

  it('does not find what could not be written, and goes on', async () => {
    const database = await Database.open(store);
    const recall = new RecallIndex(database, store);
    await recall.append([message(1, 'first apple')]);
    // No column can hold it.
    const wrong = message(2, 'second apple', { seq: Symbol() as unknown as number });
    await expect(recall.append([wrong])).rejects.toThrow();
    expect(await ids(recall, 'apple')).toEqual(['m1']);
    await recall.append([message(3, 'third apple')]);
    expect((await ids(recall, 'apple')).sort()).toEqual(['m1', 'm3']);
  });

  it('gives the messages that have an identifier word for word, and no others', async () => {
    const recall = new RecallIndex(await Database.open(store), store);
    await recall.append([
      message(1, 'TICKET-4711 is about the queue'),
      message(2, 'TICKET-4712 is about the queue, too'),
      message(3, 'see ticket-4711'),
    ]);
    const page = await find(recall, 'TICKET-4711');
    expect(page.hits.map(({ id }) => id).sort()).toEqual(['m1', 'm3']);
    expect(page).toMatchObject({ total: 2, pages: 1 });
  });

  it('pages through all hits with a true total', async () => {
    const recall = new RecallIndex(await Database.open(store), store);
    const all = Array.from({ length: 523 }, (_, i) => message(i + 1, `apple ${i}`));
    await recall.append(all);
    const seen = new Set<string>();
    for (let page = 1; page <= 6; page++) {
      const result = await recall.search({ text: 'apple', page, pageSize: 100 }, never);
      expect(result).toMatchObject({ total: 523, pages: 6, page });
      for (const { id } of result.hits) seen.add(id);
    }
    expect(seen.size).toBe(523);
    expect((await recall.search({ text: 'apple', page: 7, pageSize: 100 }, never)).hits).toEqual([]);
  });

  it('searches the latest messages only beyond its bound, knows all, and writes none twice', async () => {
    const database = await Database.open(store);
    const recall = new RecallIndex(database, store, 10);
    const all = Array.from({ length: 20 }, (_, i) => message(i + 1, 'apple'));
    await recall.append(all);
    expect((await find(recall, 'apple')).total).toBe(10);
    expect((await ids(recall, 'apple'))[0]).toBe('m20');
    expect(await recall.seqs('s')).toHaveLength(20);
    await recall.append(all);
    expect(await database.messages.count()).toBe(20);
  });

  it('takes imported messages from the store again when the table was lost', async () => {
    const all = Array.from({ length: 1100 }, (_, i) => message(i + 1, `apple ${i}`));
    await keepImport(
      store,
      (async function* () {
        yield* all;
      })(),
    );
    const database = await Database.open(store);
    expect((await find(new RecallIndex(database, store), 'apple')).total).toBe(1100);
    expect(await database.messages.count()).toBe(1100);
    // Nothing is added again to what is there.
    expect((await find(new RecallIndex(database, store), 'apple')).total).toBe(1100);
    expect(await database.messages.count()).toBe(1100);
    await database.messages.delete('true');
    expect((await find(new RecallIndex(database, store), 'apple 7')).total).toBe(1100);
  });
});
