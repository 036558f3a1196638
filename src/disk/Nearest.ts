import { relative, sep } from 'node:path';

/** Folders of a root in the order of their distance from some files: steps up and down the tree. */
export class Nearest {
  /** Folders by distance. */
  private readonly waiting: string[][] = [];
  /** Folders of the files, as lists of names. */
  private readonly centres: readonly (readonly string[])[];

  /**
   * @param root absolute path
   * @param files absolute paths; those outside the root say nothing
   */
  constructor(root: string, files: readonly string[]) {
    const rels = files.map((file) => relative(root, file).split(sep));
    this.centres = rels.filter(([first]) => first !== '..' && first !== '').map((rel) => rel.slice(0, -1));
  }

  /** Whether any of the files lies in the root. */
  get hasFiles(): boolean {
    return this.centres.length > 0;
  }

  /** @param folder `/`-separated path within the root, '' for the root itself */
  add(folder: string): void {
    const distance = this.distance(folder);
    const same = this.waiting[distance];
    if (same) same.push(folder);
    else this.waiting[distance] = [folder];
  }

  /** Takes the nearest folder out; of those at the same distance the one that was added last. */
  next(): string | undefined {
    for (const folders of this.waiting) {
      const folder = folders?.pop();
      if (folder !== undefined) return folder;
    }
    return undefined;
  }

  /** @returns steps from a folder to the nearest of the files' folders; 0 when there are no files */
  distance(folder: string): number {
    if (this.centres.length === 0) return 0;
    const names = folder === '' ? [] : folder.split('/');
    let best = Number.POSITIVE_INFINITY;
    for (const centre of this.centres) {
      let common = 0;
      while (common < names.length && names[common] === centre[common]) common++;
      best = Math.min(best, names.length + centre.length - 2 * common);
    }
    return best;
  }
}
