import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sleepWatch } from '../../../src/disk/sleepWatch';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('tells once of each time the machine slept, and of no busy minute', () => {
  const onWake = vi.fn();
  const stop = sleepWatch(onWake);
  vi.advanceTimersByTime(60_000);
  vi.setSystemTime(Date.now() + 9000);
  vi.advanceTimersByTime(60_000);
  expect(onWake).not.toHaveBeenCalled();
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(60_000);
  expect(onWake).toHaveBeenCalledOnce();
  // A clock that was put back is no sleep.
  vi.setSystemTime(Date.now() - 3_600_000);
  vi.advanceTimersByTime(60_000);
  expect(onWake).toHaveBeenCalledOnce();
  stop();
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(60_000);
  expect(onWake).toHaveBeenCalledOnce();
});
