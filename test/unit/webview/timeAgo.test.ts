import { expect, it } from 'vitest';
import { timeAgo } from '../../../src/webview/chat/timeAgo';

it.each([
  [-5, 'just now'],
  [59_999, 'just now'],
  [60_000, '1 minute ago'],
  [9 * 3_600_000, '9 hours ago'],
  [86_400_000, 'yesterday'],
  [13 * 86_400_000, '13 days ago'],
  [400 * 86_400_000, 'last year'],
])('%d ms is %s', (ms, words) => {
  expect(timeAgo(ms)).toBe(words);
});
