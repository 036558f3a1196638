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
    if (parsed.firstSeq !== parsed.lastSeq) return false;
    // What a fork inherits goes by its own name as well.
    return state.context.entries.some(
      ({ event }) =>
        event.seq === parsed.firstSeq &&
        (parsed.session === state.session || parsed.session === event.inherited),
    );
  }
  if (parsed?.kind !== 'tool') return false;
  return state.context.entries.some(
    ({ event }) => event.type === 'function.result' && event.address === address,
  );
}
