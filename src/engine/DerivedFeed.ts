/** What a session records goes to the derived tables as well: messages to recall, notes to archival storage. */

import type { SessionEvent } from './events';
import type { ArchivalStorage, BlobStore, RecallStorage } from './ports';
import { RecallFeeder } from './RecallFeeder';
import { archivalNoteOf, recallBlobOf, recallMessageOf } from './recallFeed';
import type { SessionState } from './SessionState';

interface DerivedFeedParts {
  readonly state: SessionState;
  readonly blobs: BlobStore;
  readonly recall: RecallStorage;
  readonly archival: ArchivalStorage;
}

export class DerivedFeed {
  private readonly feeder: RecallFeeder;

  constructor(private readonly parts: DerivedFeedParts) {
    this.feeder = new RecallFeeder(parts.recall);
  }

  /** A turn never waits for the tables, and what they miss is fed again when the disk is back. */
  take(event: SessionEvent): void {
    const { state, archival } = this.parts;
    const note = archivalNoteOf(state.session, event);
    void this.feed(event);
    if (note) archival.insertNotes([note]).catch(() => undefined);
  }

  private async feed(event: SessionEvent): Promise<void> {
    const { state, blobs } = this.parts;
    // A result has just come into the window.
    const blob = event.type === 'function.result' ? undefined : recallBlobOf(event);
    const shown = state.context.entries.at(-1)?.message.content ?? '';
    const kept = blob === undefined ? shown : await blobs.get(blob).catch(() => undefined);
    const message = kept === undefined ? undefined : recallMessageOf(state.session, event, kept);
    if (message) this.feeder.feed(message);
  }
}
