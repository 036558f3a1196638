/** Why a page had to be brought in, told from what the session has shown before. */

import { overlap } from './PageTable';
import type { FaultCause, FilePage } from './pages';

/**
 * @param pages file ranges that the fault brings in
 * @param shownBefore every range of a path that the session has shown
 * @returns `capacity` for what was shown as it is now, `stale` for what has changed since, `cold` for what is new
 */
export function faultCause(
  pages: readonly FilePage[],
  shownBefore: (path: string) => readonly FilePage[],
): FaultCause {
  const before = pages.map((page) => shownBefore(page.path).filter((shown) => overlap(shown, page)));
  if (before.every((shown) => shown.length === 0)) return 'cold';
  const same = before.some((shown, index) =>
    shown.some(
      ({ address, version }) => address === pages[index]?.address || version === pages[index]?.version,
    ),
  );
  return same ? 'capacity' : 'stale';
}
