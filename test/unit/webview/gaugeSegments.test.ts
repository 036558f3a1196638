import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compactCount, gaugeLabel, gaugeSegments, usedTokens } from '../../../src/webview/chat/gaugeSegments';
import type { Gauge } from '../../../src/webview/protocol';

const tokens = fc.nat(200_000);
const gauges: fc.Arbitrary<Gauge> = fc.record({
  system: tokens,
  notes: tokens,
  summary: tokens,
  pages: tokens,
  queue: tokens,
  free: tokens,
  budget: tokens,
  window: tokens,
  assumed: fc.boolean(),
  limit: tokens,
  thrashing: fc.boolean(),
});

const plain: Gauge = {
  system: 1000,
  notes: 20,
  summary: 0,
  pages: 80,
  queue: 400,
  free: 5600,
  budget: 7100,
  window: 8192,
  assumed: true,
  limit: 7100,
  thrashing: false,
};

it('lays the parts side by side and never past the end', () => {
  fc.assert(
    fc.property(gauges, (gauge) => {
      let end = 0;
      for (const { start, width } of gaugeSegments(gauge)) {
        expect(start).toBeCloseTo(end);
        expect(width).toBeGreaterThanOrEqual(0);
        end = start + width;
      }
      expect(end).toBeLessThanOrEqual(1 + 1e-9);
    }),
  );
});

it('tells all parts in words', () => {
  expect(usedTokens(plain)).toBe(1500);
  expect(gaugeLabel(plain)).toBe(
    'Context window: 1,500 of 7,100 usable tokens (system 1,000, notes 20, summary 0, pages 80, queue 400, free 5,600; whole window 8,192, assumed)',
  );
});

it('tells the limit where it is smaller than the window, the hit ratio and thrashing', () => {
  const label = gaugeLabel({ ...plain, limit: 5000, hitRatio: 0.756, thrashing: true });
  expect(label).toContain('At most 5,000 tokens are kept');
  expect(label).toContain('Hit ratio 76 %');
  expect(label).toContain('Thrashing');
  expect(gaugeLabel(plain)).not.toMatch(/kept|Hit ratio|Thrashing/);
});

it.each([
  [0, '0'],
  [812, '812'],
  [999, '999'],
  [1000, '1.0k'],
  [9949, '9.9k'],
  [9960, '10k'],
  [128_000, '128k'],
])('shortens %d to %s', (count, text) => {
  expect(compactCount(count)).toBe(text);
});
