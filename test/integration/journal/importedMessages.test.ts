import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecallMessage } from '../../../src/engine/ports';
import { keepImport, lastOfImport, listImports, readImport } from '../../../src/journal/importedMessages';

let store: string;
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'vc-imports-'));
});
afterEach(() => rm(store, { recursive: true }));

function messages(count: number, text = 'text'): RecallMessage[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `m${i}`,
    session: 's',
    seq: i,
    time: i,
    role: 'user' as const,
    text: `${text} ${i}\u2028`,
  }));
}

async function* stream<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

async function contentOf(path: string): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const line of readImport(path)) lines.push(line);
  return lines;
}

describe('imported messages', () => {
  it('are given back in order, the last one alone too, however long it is', async () => {
    const all = [...messages(1201), ...messages(1, 'x'.repeat(300_000))];
    const { path, count } = await keepImport(store, stream(all));
    expect(count).toBe(1202);
    expect(await contentOf(path)).toEqual(all);
    expect(await lastOfImport(path)).toEqual(all.at(-1));
  });

  it('are kept once, the youngest import last', async () => {
    expect(await listImports(store)).toEqual([]);
    const { path: a } = await keepImport(store, stream(messages(2, 'a')));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { path: b } = await keepImport(store, stream(messages(2, 'b')));
    expect(await listImports(store)).toEqual([a, b]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await keepImport(store, stream(messages(2, 'a')));
    expect(await listImports(store)).toEqual([b, a]);
  });

  it('leave nothing behind when one of them cannot be read', async () => {
    const failing = (async function* () {
      yield* messages(600);
      throw new Error('line 601');
    })();
    await expect(keepImport(store, failing)).rejects.toThrow('line 601');
    expect(await readdir(join(store, 'imports'))).toEqual([]);
  });

  it('are read up to what is damaged and beyond', async () => {
    const { path } = await keepImport(store, stream(messages(1)));
    await writeFile(path, '{"a":1}\nnot JSON\n{"b":2}\n{"torn":');
    expect(await contentOf(path)).toEqual([{ a: 1 }, { b: 2 }]);
    expect(await lastOfImport(path)).toBeUndefined();
    await writeFile(path, '');
    expect(await lastOfImport(path)).toBeUndefined();
  });

  it('say what is wrong with the folder', async () => {
    await writeFile(join(store, 'imports'), '');
    await expect(keepImport(store, stream(messages(1)))).rejects.toThrow(/could not be kept/);
    await expect(listImports(store)).rejects.toThrow(/could not be listed/);
  });
});
