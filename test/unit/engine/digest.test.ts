import fc from 'fast-check';
import { expect, it } from 'vitest';
import { digest, fileCounts } from '../../../src/engine/digest';
import { roughCounter } from '../../support/memoryPorts';

async function shorten(text: string, limit: number): Promise<string> {
  const [tokens = 0] = await roughCounter.count([text]);
  return digest(text, tokens, limit, 'tool:s1/1', roughCounter);
}

it('shows how a text begins and ends, and where the rest is', async () => {
  const text = Array.from({ length: 1000 }, (_, i) => `line ${i + 1} of the output\n`).join('');
  const shown = await shorten(text, 300);
  expect(shown).toMatch(/^line 1 of the output\n/);
  expect(shown).toMatch(/line 1000 of the output\n$/);
  const [, from, to] =
    /\n\[… lines (\d+)-(\d+) of 1000 left out, \d+ tokens in all; page_in\("tool:s1\/1", startLine: \1\)/.exec(
      shown,
    ) ?? [];
  expect(shown).toContain(`line ${Number(from) - 1} of`);
  expect(shown).toContain(`line ${Number(to) + 1} of`);
  expect(shown).not.toContain(`line ${from} of`);
});

it('says in which files the matches left out are', async () => {
  const matches = (path: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${path}:${i + 1}: some text that matches\n`).join('');
  const text = matches('src/a.ts', 40) + matches('src/b.ts', 120) + matches('src/c.ts', 60);
  expect(await shorten(text, 600)).toMatch(
    /left out \(in src\/b\.ts 120, src\/c\.ts \d+\), \d+ tokens in all; page_in/,
  );
  expect(fileCounts(['b', 'a', 'b'])).toEqual(['b 2', 'a 1']);
});

it('cuts a text of one long line into pages', async () => {
  expect(await shorten('word '.repeat(2000), 200)).toMatch(/page_in\("tool:s1\/1", page: \d+\) goes on\]$/);
});

it('stays within what is admitted, but for the line between', async () => {
  const line = fc.string({ maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 80 }),
      fc.integer({ min: 96, max: 600 }),
      async (lines, limit) => {
        const text = lines.join('\n');
        const [tokens = 0] = await roughCounter.count([text]);
        if (tokens <= limit * 1.25) return;
        const [shown = 0] = await roughCounter.count([await shorten(text, limit)]);
        expect(shown).toBeLessThanOrEqual(limit * 1.1 + 64);
      },
    ),
  );
});
