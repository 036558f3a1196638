import { createHash } from 'node:crypto';
import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileKey, type KnownFile, keyOf } from './Catalog';
import type { CandidatePage, Weighing } from './pageEvidence';
import type { UnsavedFiles, UnsavedPage } from './UnsavedFiles';
import { unsavedScore } from './unsavedScore';

/** Where a stored page lies in its file. */
export interface StoredPlace extends FileKey {
  readonly startByte: number;
  readonly endByte: number;
  readonly hash: string;
}

export interface LivePagesParts {
  readonly unsaved: Pick<UnsavedFiles, 'files'>;
  readonly known: (file: FileKey) => KnownFile | undefined;
  /** Has files indexed, absolute paths. */
  readonly reindex: (paths: readonly string[]) => void;
}

/** Holds what the index has found against what is there at this moment: in editors and on the disk. */
export class LivePages {
  /** Files found gone, with what the index knew of them: they stay out of results until it knows something else. */
  private readonly gone = new Map<string, KnownFile | undefined>();

  constructor(private readonly parts: LivePagesParts) {}

  /**
   * @param found pages the index has found
   * @param accepts which pages are asked for
   * @returns these, with the pages of unsaved text in the place of those of their files, and without files that are gone
   */
  candidates(
    found: readonly CandidatePage[],
    weighing: Weighing,
    accepts: (page: UnsavedPage) => boolean,
  ): CandidatePage[] {
    const unsaved = this.parts.unsaved.files();
    const stored = this.stored(found);
    const typed = [...unsaved.values()]
      .filter(({ file, saved }) => !(saved && this.isGone(file)))
      .flatMap(({ pages }) => pages)
      .filter(accepts)
      .map((page) => ({ ...page, score: unsavedScore(page, weighing) }))
      .filter(({ score }) => score > 0);
    return [...stored, ...typed];
  }

  /** Stored pages, without those of files that are gone or have unsaved text. */
  stored<Page extends FileKey>(pages: readonly Page[]): Page[] {
    const unsaved = this.parts.unsaved.files();
    return pages.filter((page) => !unsaved.has(keyOf(page)) && !this.isGone(page));
  }

  /** Pages that lines of files are on, where a file has unsaved text by that text; none of files that are gone. */
  current<Place extends FileKey & { readonly id: string; readonly lines: readonly number[] }>(
    places: readonly Place[],
  ): Place[] {
    const unsaved = this.parts.unsaved.files();
    return places.flatMap((place) => {
      if (this.isGone(place)) return [];
      const typed = unsaved.get(keyOf(place));
      if (!typed) return [place];
      const line = place.lines[0] ?? 1;
      const page = typed.pages.find(({ startLine, endLine }) => startLine <= line && line <= endLine);
      return page ? [{ ...place, id: page.id }] : [];
    });
  }

  /** Pages of unsaved text by id. */
  typedPages(): ReadonlyMap<string, UnsavedPage> {
    const files = [...this.parts.unsaved.files().values()];
    return new Map(files.flatMap(({ pages }) => pages).map((page) => [page.id, page]));
  }

  /**
   * Looks at the files of some pages on the disk. Those that changed are indexed again; those that are gone are kept out.
   * @returns files that changed, by `keyOf`, and whether any is gone
   */
  async lookAt(
    pages: readonly FileKey[],
  ): Promise<{ readonly changed: ReadonlySet<string>; readonly anyGone: boolean }> {
    const unsaved = this.parts.unsaved.files();
    const files = [...new Map(pages.map((page) => [keyOf(page), page]))].filter(
      ([key]) => !unsaved.has(key) || unsaved.get(key)?.saved,
    );
    const states = await Promise.all(files.map(([, file]) => this.stateOf(file)));
    const moved = files.filter((_, i) => states[i] !== 'same');
    if (moved.length > 0) this.parts.reindex(moved.map(([, { root, rel }]) => join(root, rel)));
    const gone = files.filter((_, i) => states[i] === 'gone');
    for (const [key, file] of gone) this.gone.set(key, this.parts.known(file));
    return { changed: new Set(moved.map(([key]) => key)), anyGone: gone.length > 0 };
  }

  /** Whether it was found gone, and the index has not caught up. */
  isGone(file: FileKey): boolean {
    const key = keyOf(file);
    if (!this.gone.has(key)) return false;
    if (this.gone.get(key) === this.parts.known(file)) return true;
    this.gone.delete(key);
    return false;
  }

  /** Whether a file no longer has these bytes where a page has them. */
  async isOutdated({ root, rel, startByte, endByte, hash }: StoredPlace): Promise<boolean> {
    const file = await open(join(root, rel)).catch(() => undefined);
    if (!file) return true;
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(endByte - startByte), 0, null, startByte);
      const now = createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex');
      return !now.startsWith(hash);
    } catch {
      return true;
    } finally {
      await file.close();
    }
  }

  private async stateOf(file: FileKey): Promise<'same' | 'changed' | 'gone'> {
    const stat = await lstat(join(file.root, file.rel)).catch(() => undefined);
    if (!stat?.isFile()) {
      // A drive that is away says nothing about its files.
      const root = await lstat(file.root).catch(() => undefined);
      return root?.isDirectory() ? 'gone' : 'same';
    }
    const known = this.parts.known(file);
    return known?.mtime === stat.mtimeMs && known.size === stat.size ? 'same' : 'changed';
  }
}
