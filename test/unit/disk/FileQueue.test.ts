import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileQueue } from '../../../src/disk/FileQueue';
import type { FoundFile } from '../../../src/disk/look';

const file = (rel: string, size = 1000): FoundFile => ({ root: '/w', rel, mtime: 1, size });
const relsOf = (files: readonly FoundFile[]) => files.map(({ rel }) => rel);

describe('FileQueue', () => {
  it('gives every file once, in order, in batches of bounded size', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 3_000_000 }), { maxLength: 500 });
    fc.assert(
      fc.property(sizes, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
        const queue = new FileQueue();
        queue.add(all.map((size, i) => file(`f${i}`, size)));
        const taken: string[] = [];
        while (queue.waiting > 0) {
          const batch = queue.take(share);
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(200);
          const bytes = batch.reduce((sum, { size }) => sum + size, 0);
          if (batch.length > 1) expect(bytes).toBeLessThanOrEqual(1536 * 1024);
          taken.push(...relsOf(batch));
        }
        expect(taken).toEqual(all.map((_, i) => `f${i}`));
        expect(queue.total).toBe(all.length);
      }),
    );
  });

  it('makes batches smaller as the end comes near', () => {
    const queue = new FileQueue();
    queue.add(Array.from({ length: 400 }, (_, i) => file(`f${i}`, 20_000)));
    const counts: number[] = [];
    while (queue.waiting > 0) counts.push(queue.take(1 / 6).length);
    expect(counts[0]).toBeGreaterThan(50);
    expect(counts.at(-2)).toBeLessThan(10);
  });

  it('brings neighbours of what is open to the front', () => {
    const queue = new FileQueue();
    queue.add(['a/b/c/far.ts', 'x/y/z.ts', 'm.ts', 'x/y/deep/q.ts'].map((rel) => file(rel)));
    queue.prefer(['/w/x/y/open.ts']);
    expect(relsOf(queue.take(1))).toEqual(['x/y/z.ts', 'm.ts', 'x/y/deep/q.ts', 'a/b/c/far.ts']);
  });

  it('keeps its order when what is open lies elsewhere', () => {
    const queue = new FileQueue();
    queue.add([file('b.ts'), file('a.ts')]);
    queue.prefer(['/elsewhere/a.ts']);
    expect(relsOf(queue.take(1))).toEqual(['b.ts', 'a.ts']);
  });
});
