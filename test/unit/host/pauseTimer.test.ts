import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PauseTimer } from '../../../src/host/pauseTimer';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

describe('PauseTimer', () => {
  it('acts once after a pause, for each key', () => {
    const act = vi.fn();
    const timer = new PauseTimer(200, 1500, act);
    for (const key of ['a', 'b', 'a']) {
      timer.event(key);
      vi.advanceTimersByTime(60);
    }
    expect(act.mock.calls).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(act.mock.calls).toEqual([['b'], ['a']]);
  });

  it('acts while the row goes on', () => {
    const act = vi.fn();
    const timer = new PauseTimer(200, 1500, act);
    for (let i = 0; i < 32; i++) {
      timer.event('a');
      vi.advanceTimersByTime(100);
    }
    expect(act).toHaveBeenCalledTimes(2);
  });

  it('does nothing that was cancelled', () => {
    const act = vi.fn();
    const timer = new PauseTimer(200, 1500, act);
    timer.event('a');
    timer.cancel('a');
    timer.event('b');
    timer.dispose();
    vi.advanceTimersByTime(1000);
    expect(act).not.toHaveBeenCalled();
  });
});
