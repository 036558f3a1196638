import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { IgnoreRules } from './ignoreRules';
import { fileStat } from './look';
import { Nearest } from './Nearest';

export interface WalkRequest {
  /** Absolute paths; each is walked by itself, also when it lies in another. */
  readonly roots: readonly string[];
  readonly maxFileBytes: number;
  /** No more files than this are listed. */
  readonly maxFiles: number;
  /** Absolute paths of files whose neighbours come first. */
  readonly near: readonly string[];
}

/** Files the index may want, column by column. */
export interface FoundFiles {
  readonly root: string;
  /** `/`-separated paths within the root. */
  readonly rels: readonly string[];
  /** Milliseconds since the epoch, with fractions. */
  readonly mtimes: Float64Array;
  readonly sizes: Float64Array;
}

export interface WalkResult {
  readonly tooLarge: number;
  /** Folders that could not be listed. */
  readonly unreadable: number;
  /** Roots that could not be listed: a drive that is not there says nothing about its files. */
  readonly missing: readonly string[];
  /** There are more files than were asked for. */
  readonly capped: boolean;
}

/** Few at first, so that reading them can begin. */
const firstPart = 64;
const laterParts = 1000;

/**
 * Lists the files of some roots that no ignore rule leaves out. Symbolic links are not followed: what they lead to inside a
 * root is found at its own place, and the rest is none of the index's business; so loops cannot happen.
 * Blocks its thread.
 * @param onFound given files as they are found
 */
export function walk(request: WalkRequest, onFound: (files: FoundFiles) => void): WalkResult {
  const walks = request.roots.map((root) => new RootWalk(root, request, onFound));
  let left = request.maxFiles;
  for (const one of walks) {
    one.run(left);
    left -= one.listed;
  }
  return {
    tooLarge: walks.reduce((sum, one) => sum + one.tooLarge, 0),
    unreadable: walks.reduce((sum, one) => sum + one.unreadable, 0),
    missing: walks.filter((one) => one.missing).map((one) => one.root),
    capped: walks.some((one) => one.capped),
  };
}

class RootWalk {
  tooLarge = 0;
  unreadable = 0;
  listed = 0;
  missing = false;
  capped = false;
  private readonly elsewhere: ReadonlySet<string>;
  private readonly rules: IgnoreRules;
  private readonly folders: Nearest;
  private rels: string[] = [];
  private readonly mtimes = new Float64Array(laterParts);
  private readonly sizes = new Float64Array(laterParts);
  private partSize = firstPart;

  constructor(
    readonly root: string,
    private readonly request: WalkRequest,
    private readonly onFound: (files: FoundFiles) => void,
  ) {
    this.elsewhere = new Set(request.roots);
    this.rules = new IgnoreRules(root);
    this.folders = new Nearest(root, request.near);
  }

  run(maxFiles: number): void {
    this.folders.add('');
    for (let folder = this.folders.next(); folder !== undefined; folder = this.folders.next()) {
      const entries = list(join(this.root, folder));
      if (!entries) {
        this.unreadable++;
        this.missing ||= folder === '';
        continue;
      }
      this.rules.enter(folder, new Set(entries.map((entry) => entry.name)));
      for (const entry of entries) {
        const rel = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (entry.isDirectory()) {
          if (!this.elsewhere.has(join(this.root, rel)) && !this.rules.excludes(rel, true))
            this.folders.add(rel);
        } else if (entry.isFile() && !this.rules.excludes(rel, false)) {
          if (this.listed >= maxFiles) {
            this.capped = true;
            this.tell();
            return;
          }
          this.take(rel);
        }
      }
    }
    this.tell();
  }

  private take(rel: string): void {
    const stat = fileStat(join(this.root, rel));
    // A file that went away between the two looks is simply not there.
    if (!stat) return;
    if (stat.size > this.request.maxFileBytes) {
      this.tooLarge++;
      return;
    }
    this.mtimes[this.rels.length] = stat.mtimeMs;
    this.sizes[this.rels.length] = stat.size;
    this.rels.push(rel);
    this.listed++;
    if (this.rels.length === this.partSize) this.tell();
  }

  private tell(): void {
    const { rels, root } = this;
    if (rels.length === 0) return;
    const [mtimes, sizes] = [this.mtimes.slice(0, rels.length), this.sizes.slice(0, rels.length)];
    this.onFound({ root, rels, mtimes, sizes });
    this.rels = [];
    this.partSize = laterParts;
  }
}

/** @returns the entries of a folder by name; undefined when it cannot be listed */
function list(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return undefined;
  }
}
