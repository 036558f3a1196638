/** File ranges of the session log, wherever an event names them. */
import type { SessionEvent } from './events';
import type { FilePage } from './pages';

/** @returns the file ranges that an event shows, derives or pins; the bytes of each are in the blob store */
export function filesOf(event: SessionEvent): readonly FilePage[] {
  switch (event.type) {
    case 'function.result':
      return [...event.pages, ...(event.anchors ?? []).map(({ page }) => page)];
    case 'interrupt':
      return event.pages ?? [];
    case 'note.pinned':
      return event.page ? [event.page] : [];
    case 'rules.loaded':
      return event.rules;
    case 'epoch.started':
      return [...(event.rules ?? []), ...(event.carried ?? []).flatMap(({ file }) => file ?? [])];
    default:
      return [];
  }
}
