/** Whether what an address names is in the window. */
import { parseAddress } from './addresses';
import type { SessionState } from './SessionState';

/** @returns whether it is there and may be relied on */
export function isResident(state: SessionState, address: string): boolean {
  const page = state.pages.get(address);
  if (page) return !page.stale;
  if (state.rules.shows(address)) return true;
  const holder = state.shownTexts.holderOf(address);
  if (holder !== undefined && state.pages.get(holder)) return true;
  const parsed = parseAddress(address);
  if (parsed?.kind === 'note') return state.notes.list().some((note) => note.id === parsed.id);
  if (parsed?.kind === 'msg') {
    // What a fork inherits goes by the fork's name as well.
    if (parsed.firstSeq !== parsed.lastSeq || parsed.session !== state.session) return false;
    return state.context.entries.some(({ event }) => event.seq === parsed.firstSeq);
  }
  if (parsed?.kind !== 'tool') return false;
  return state.context.entries.some(
    ({ event }) => event.type === 'function.result' && event.address === address,
  );
}
