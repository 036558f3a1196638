/** @param time ms since the epoch @returns e.g. `2026-03-31 17:05Z` */
export function shortTime(time: number): string {
  // Outside ±8.64e15 ms there is no date to show; an imported history may hold anything.
  const date = new Date(time);
  return Number.isNaN(date.getTime())
    ? 'unknown time'
    : `${date.toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
