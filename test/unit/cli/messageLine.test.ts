import { describe, expect, it } from 'vitest';
import { messageLine } from '../../../src/cli/messageLine';

describe('a line to import', () => {
  it('is taken as documented', () => {
    const line = { id: 'm1', session: 's', time: 1_700_000_000_000, role: 'tool', name: 'grep', text: 'x' };
    expect(messageLine.parse(line)).toEqual(line);
    expect(messageLine.parse({ text: 'only this', name: null })).toEqual({ text: 'only this' });
  });

  it('is understood under the names that others give', () => {
    expect(
      messageLine.parse({
        dia_id: 'D1:3',
        conversation_id: 7,
        timestamp: '2023-05-08T13:56:00Z',
        speaker: 'Ann',
        content: 'Hello.',
      }),
    ).toEqual({ id: 'D1:3', session: '7', time: Date.UTC(2023, 4, 8, 13, 56), name: 'Ann', text: 'Hello.' });
    expect(messageLine.parse({ role: 'Human', content: [{ type: 'text', text: 'a' }, 'b'] })).toEqual({
      role: 'user',
      text: 'ab',
    });
  });

  it.each([
    [1_700_000_000_000, 1_700_000_000_000],
    [1_700_000_000, 1_700_000_000_000],
    ['1700000000', 1_700_000_000_000],
    ['2023-11-14', Date.UTC(2023, 10, 14)],
  ])('reads the time %s', (time, ms) => {
    expect(messageLine.parse({ text: '', time }).time).toBe(ms);
  });

  it.each([{ text: '', time: 'yesterday' }, { text: '', role: 'king' }, { role: 'user' }, 'text', null])(
    'refuses %j',
    (line) => {
      expect(messageLine.safeParse(line).success).toBe(false);
    },
  );
});
