/** What the chat view remembers across being hidden and window reloads: the draft, the rows that are open, the place. */

import type { VsCodeApi } from '../shared/HostConnection';
import { SavedState } from '../shared/SavedState';
import type { ScrollAnchor } from './StickyScroll';

interface SessionView {
  readonly expanded: readonly string[];
  readonly scroll: ScrollAnchor | undefined;
}

interface ChatViewState extends SessionView {
  /** The draft belongs to no session, all else to this one. */
  readonly session: string;
  readonly draft: string;
}

export class ChatViewMemory {
  private readonly saved: SavedState<Partial<ChatViewState>>;
  /** What an earlier page of this view remembered, until its session is shown again. */
  private remembered: Partial<ChatViewState>;

  /** @param collect the view as it is; its session is empty while that opens */
  constructor(api: VsCodeApi, collect: () => ChatViewState) {
    this.saved = new SavedState<Partial<ChatViewState>>(api, () => {
      const state = collect();
      return state.session === '' ? { ...this.remembered, draft: state.draft } : state;
    });
    this.remembered = this.saved.load();
  }

  get draft(): string {
    return this.remembered.draft ?? '';
  }

  /** The session is shown from now on. @returns how the view showed it before */
  enter(session: string): SessionView {
    const { expanded = [], scroll, session: before } = this.remembered;
    this.remembered = {};
    return before === session ? { expanded, scroll } : { expanded: [], scroll: undefined };
  }

  saveSoon(): void {
    this.saved.saveSoon();
  }
}
