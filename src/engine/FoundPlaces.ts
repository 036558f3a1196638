/** What searches of the index have shown of files, so that a place that is opened is held against what was found there. */
import { rawRange } from './filePages';
import { type LineRange, overlap } from './PageTable';
import type { ArchivalStorage, CodeHit } from './ports';

/** Places remembered; the oldest are forgotten. */
const MAX_PLACES = 512;

type Place = Pick<CodeHit, 'path' | 'startLine' | 'endLine' | 'text' | 'generation'>;

export class FoundPlaces implements ArchivalStorage {
  /** By path and first line, in the order in which they were found. */
  private readonly places = new Map<string, Place>();

  constructor(private readonly storage: ArchivalStorage) {}

  readonly searchWorkspace: ArchivalStorage['searchWorkspace'] = async (query, signal) => {
    const found = await this.storage.searchWorkspace(query, signal);
    for (const hit of found.hits) this.remember(hit);
    return found;
  };

  readonly insertNotes: ArchivalStorage['insertNotes'] = (notes) => this.storage.insertNotes(notes);

  readonly searchNotes: ArchivalStorage['searchNotes'] = (query, signal) =>
    this.storage.searchNotes(query, signal);

  readonly refreshFiles: ArchivalStorage['refreshFiles'] = (paths) => this.storage.refreshFiles(paths);

  /**
   * Asks once of each place whether it is still there, and has the index read a file again that has moved on.
   * @param lines of the file as they are now
   * @param range the lines that are opened
   * @returns the places within them of which the index had another text
   */
  outdated(path: string, lines: readonly string[], range: LineRange): LineRange[] {
    const outdated: Place[] = [];
    for (const [key, place] of this.places) {
      if (place.path !== path || !overlap(place, range)) continue;
      this.places.delete(key);
      if (!holds(lines, place)) outdated.push(place);
    }
    // The index may be away; what was read is right without it.
    if (outdated.length > 0) this.storage.refreshFiles([path]).catch(() => undefined);
    return outdated.map(({ startLine, endLine }) => ({ startLine, endLine }));
  }

  private remember({ path, startLine, endLine, text, generation }: CodeHit): void {
    const key = `${path}:${startLine}`;
    const known = this.places.get(key);
    // Searches overtake each other.
    if (known && known.generation > generation) return;
    this.places.delete(key);
    this.places.set(key, { path, startLine, endLine, text, generation });
    const oldest = this.places.size > MAX_PLACES ? this.places.keys().next().value : undefined;
    if (oldest !== undefined) this.places.delete(oldest);
  }
}

/** Whether a place has the text that was found there: whole lines, or a piece of a long one, without carriage returns. */
function holds(lines: readonly string[], { startLine, endLine, text }: Place): boolean {
  return rawRange(lines, { startLine, endLine }).replace(/\r\n/g, '\n').includes(text);
}
