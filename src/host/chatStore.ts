/** The chats on disk, as the list of chats needs them; the composition root implements it over the journal. */
import type { Spent } from '../engine/SpentTokens';
import type { EarlierChat } from './sessionCommands';

/** A chat with what the list tells of it. */
export interface ListedChat extends EarlierChat {
  /** Id of the model of its last request. */
  readonly model?: string;
  readonly spent: readonly Spent[];
}

export interface ChatStore {
  /** Last changed first. @throws JournalError */
  list(): Promise<readonly ListedChat[]>;
  /** Those that can be restored, last changed first. @throws JournalError */
  deleted(): Promise<readonly EarlierChat[]>;
  /**
   * Deletes a chat, with its sub-agents; it can be restored for thirty days.
   * @returns ids of all the sessions that are gone
   * @throws HeldElsewhereError | JournalError
   */
  remove(id: string): Promise<readonly string[]>;
  /** @throws JournalError */
  restore(id: string): Promise<readonly string[]>;
  /** Removes for good what was deleted long ago, and texts that nothing needs any more. @throws JournalError */
  clean(): Promise<void>;
  /** A chat that no window has open. @throws HeldElsewhereError | JournalError */
  rename(id: string, name: string): Promise<void>;
  /** @throws JournalError */
  markdown(id: string, title: string): Promise<string>;
  /** As `take` reads it. @throws JournalError */
  json(id: string, title: string): Promise<string>;
  /** Makes a chat of what `json` has written. @param id of the new one @throws JournalError */
  take(id: string, text: string): Promise<void>;
}

/** @returns what a chat is called */
export function chatTitle({ name, title }: { readonly name?: string; readonly title?: string }): string {
  return name ?? title ?? 'Nothing said yet';
}
