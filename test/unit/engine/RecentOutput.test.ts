import { expect, it } from 'vitest';
import type { OutputEvent } from '../../../src/engine/OutputBuffer';
import { RecentOutput } from '../../../src/engine/RecentOutput';

function turn(turn: number): OutputEvent[] {
  return [
    { type: 'turnStarted', turn },
    { type: 'userMessage', seq: turn * 3, turn, text: `question ${turn}` },
    { type: 'turnEnded', turn, reason: 'done' },
  ];
}

it('keeps everything of a chat of usual length', () => {
  const output = new RecentOutput();
  const events = Array.from({ length: 1000 }, (_, n) => turn(n)).flat();
  output.add(events);
  expect(output.all()).toEqual(events);
});

it('forgets the oldest turns, whole, and keeps at least as many events as it promises', () => {
  const output = new RecentOutput(100);
  for (let n = 0; n < 5000; n++) {
    output.add(turn(n));
    const all = output.all();
    expect(all[0]?.type).toBe('turnStarted');
    expect(all.at(-1)).toEqual({ type: 'turnEnded', turn: n, reason: 'done' });
    expect(all.length).toBeGreaterThanOrEqual(Math.min(100, (n + 1) * 3));
    expect(all.length).toBeLessThanOrEqual(1103);
  }
});
