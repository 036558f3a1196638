import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChangeBatch } from '../../../src/host/changeBatch';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

describe('ChangeBatch', () => {
  it('tells of a single save at once', () => {
    const tell = vi.fn();
    new ChangeBatch(tell).add('/a');
    vi.advanceTimersByTime(30);
    expect(tell.mock.calls).toEqual([[['/a']]]);
  });

  it('gathers what follows in larger batches, each path once', () => {
    const tell = vi.fn();
    const batch = new ChangeBatch(tell);
    for (let i = 0; i < 100; i++) {
      batch.add(`/${i % 50}`);
      vi.advanceTimersByTime(5);
    }
    vi.advanceTimersByTime(500);
    expect(tell.mock.calls.length).toBeLessThanOrEqual(5);
    expect(new Set(tell.mock.calls.flatMap(([paths]) => paths)).size).toBe(50);
    for (const [paths] of tell.mock.calls) expect(new Set(paths).size).toBe(paths.length);
  });

  it('is quick again after a pause, and silent after its end', () => {
    const tell = vi.fn();
    const batch = new ChangeBatch(tell);
    batch.add('/a');
    vi.advanceTimersByTime(1000);
    batch.add('/b');
    vi.advanceTimersByTime(30);
    expect(tell).toHaveBeenCalledTimes(2);
    batch.add('/c');
    batch.dispose();
    vi.advanceTimersByTime(1000);
    expect(tell).toHaveBeenCalledTimes(2);
  });

  it('tells a checkout of thousands of files as one batch, and waits for no end of it', () => {
    const tell = vi.fn();
    const batch = new ChangeBatch(tell);
    for (let i = 0; i < 1000; i++) {
      batch.add(`/${i}`);
      if (i % 10 === 9) vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(500);
    const sizes = tell.mock.calls.map(([paths]) => paths.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1000);
    // What came before it could be known for one is a batch of its own.
    expect(Math.max(...sizes)).toBeGreaterThan(900);
    expect(sizes.length).toBeLessThanOrEqual(2);
    tell.mockClear();
    for (let i = 0; i < 1000; i++) {
      batch.add(`/${i}`);
      vi.advanceTimersByTime(10);
    }
    expect(tell.mock.calls.length).toBeGreaterThanOrEqual(4);
  });
});
