/** Which files changed when: git knows it of what is committed, the file's time of what is not. */
import { type FileKey, rowsOf } from '../Catalog';
import { filesSince } from '../gitLog';
import type { Indexer } from '../Indexer';

export class ChangedFiles {
  constructor(private readonly indexer: Indexer) {}

  /**
   * @param from ms since the epoch
   * @param to ms since the epoch; what changed then or later is not among them
   * @returns a condition for the rows of files that changed in between and not since
   */
  async sql(from: number, to: number, signal: AbortSignal): Promise<string> {
    const [since, later] = await Promise.all([this.since(from, signal), this.since(to, signal)]);
    const inside: FileKey[] = [];
    const outside: FileKey[] = [];
    for (const file of this.indexer.catalog.files()) {
      if (!this.indexer.catalog.isSearched(file)) continue;
      const wanted = since.has(file) && !later.has(file);
      (wanted ? inside : outside).push(file);
    }
    return inside.length <= outside.length ? rowsOf(inside) : `NOT (${rowsOf(outside)})`;
  }

  private async since(time: number, signal: AbortSignal): Promise<ReadonlySet<FileKey>> {
    const changed = new Set<FileKey>();
    if (time === Infinity) return changed;
    const told = new Map(
      await Promise.all(
        this.indexer.workspaceRoots.map(
          async ({ path: root }) =>
            [root, time === -Infinity ? undefined : await filesSince(root, time, signal)] as const,
        ),
      ),
    );
    for (const file of this.indexer.catalog.files()) {
      const history = told.get(file.root);
      // Without git, and of what is not committed, the file's own time counts; a checkout sets that of all others.
      const byTime = history === undefined || history.uncommitted.has(file.rel);
      if (history?.committed.has(file.rel) || (byTime && file.mtime >= time)) changed.add(file);
    }
    return changed;
  }
}
