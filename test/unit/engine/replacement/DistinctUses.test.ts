import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { DistinctUses } from '../../../../src/engine/replacement/DistinctUses';

/** Uses looked back on. */
const WINDOW = 4096;

/** Uses pages in turn; checks what is counted against the pages used since, for pages used lately and long ago. */
function check(pages: readonly number[]): void {
  const distinct = new DistinctUses();
  const last = new Map<number, number>();
  pages.forEach((page, i) => {
    distinct.used(i + 1, last.get(page) ?? 0);
    last.set(page, i + 1);
  });
  const now = pages.length;
  const since = distinct.since(now);
  const lastUses = [...last.values()];
  for (const use of lastUses.filter((use) => now - use < WINDOW))
    expect(since(use)).toBe(lastUses.filter((other) => other > use).length);
  for (const use of lastUses.filter((use) => now - use >= WINDOW))
    expect(since(use)).toBe(lastUses.filter((other) => now - other < WINDOW).length);
}

it('counts the distinct pages used since the last use of a page', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 300 }), check));
});

it('goes on counting when more was used than it looks back on', () => {
  for (const uses of [WINDOW - 1, WINDOW, WINDOW + 1, 2 * WINDOW + 77])
    check(Array.from({ length: uses }, (_, i) => (i % 3 === 0 ? i % 50 : 100 + ((i * 7919) % 2000))));
  // Pages that come back exactly after the ring has gone round, and pages that never do.
  check(Array.from({ length: 3 * WINDOW }, (_, i) => i % WINDOW));
  check(Array.from({ length: WINDOW + 500 }, (_, i) => i));
});
