const STEPS = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** @param ms a span of time @returns how long ago it began, in words: "2 days ago", "yesterday", "just now" */
export function timeAgo(ms: number): string {
  const step = STEPS.find(([, length]) => ms >= length);
  return step ? format.format(-Math.floor(ms / step[1]), step[0]) : 'just now';
}
