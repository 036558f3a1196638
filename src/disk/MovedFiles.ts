import { type FileKey, type KnownFile, keyOf } from './Catalog';
import { languageOf } from './languages';
import type { FoundFile } from './look';

/** Files that are gone, as where new files may have come from: a renamed file is not read again. */
export class MovedFiles {
  /** By size: only what is as large can be the same. */
  private readonly bySize = new Map<number, KnownFile[]>();
  private readonly left: Map<string, FileKey>;

  constructor(gone: readonly (FileKey | KnownFile)[]) {
    this.left = new Map(gone.map((file) => [keyOf(file), file]));
    for (const file of gone) {
      if (!('hash' in file) || file.state !== 'indexed' || file.pages === 0) continue;
      const same = this.bySize.get(file.size);
      if (same) same.push(file);
      else this.bySize.set(file.size, [file]);
    }
  }

  /** @returns SHA-256 of the files that a new one may be */
  hashes(file: FoundFile): string[] {
    return this.candidates(file).map((gone) => gone.hash);
  }

  /** @returns the file that a new one of this content was; undefined when there is none (any more) */
  claim(file: FoundFile, hash: string): KnownFile | undefined {
    const found = this.candidates(file).find((gone) => gone.hash === hash);
    if (found) this.left.delete(keyOf(found));
    return found;
  }

  /** Those that were not claimed. */
  rest(): FileKey[] {
    return [...this.left.values()];
  }

  private candidates(file: FoundFile): KnownFile[] {
    const language = languageOf(file.rel);
    // Another language would be cut otherwise.
    return (this.bySize.get(file.size) ?? []).filter(
      (gone) => this.left.has(keyOf(gone)) && languageOf(gone.rel) === language,
    );
  }
}
