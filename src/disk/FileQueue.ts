import type { FoundFile } from './look';
import { Nearest } from './Nearest';

/** Bytes of a batch: small at first and at the end, so that results come early and the threads end together. */
const minBytes = 96 * 1024;
const maxBytes = 1536 * 1024;
const maxFiles = 200;
/** Files this many steps from what is open come first. */
const nearby = 2;

/** Files to be read, in the order in which they are wanted. */
export class FileQueue {
  private files: FoundFile[] = [];
  private next = 0;
  private bytes = 0;
  private taken = 0;

  get waiting(): number {
    return this.files.length - this.next;
  }

  /** Files that were ever added. */
  get total(): number {
    return this.taken + this.waiting;
  }

  add(files: readonly FoundFile[]): void {
    for (const file of files) {
      this.files.push(file);
      this.bytes += file.size;
    }
  }

  /** @param share the part of what is left that a batch should be */
  take(share: number): FoundFile[] {
    const target = Math.min(maxBytes, Math.max(minBytes, this.bytes * share));
    const batch: FoundFile[] = [];
    let size = 0;
    while (this.next < this.files.length && batch.length < maxFiles) {
      const file = this.files[this.next] as FoundFile;
      if (batch.length > 0 && size + file.size > target) break;
      batch.push(file);
      size += file.size;
      this.next++;
    }
    this.bytes -= size;
    this.taken += batch.length;
    return batch;
  }

  /**
   * Brings the neighbours of some files to the front.
   * @param paths absolute
   */
  prefer(paths: readonly string[]): void {
    const nearest = new Map<string, Nearest>();
    const isNear = ({ root, rel }: FoundFile) => {
      const folders = nearest.get(root) ?? new Nearest(root, paths);
      nearest.set(root, folders);
      return folders.hasFiles && folders.distance(rel.slice(0, Math.max(0, rel.lastIndexOf('/')))) <= nearby;
    };
    const near: FoundFile[] = [];
    const far: FoundFile[] = [];
    for (const file of this.files.slice(this.next)) (isNear(file) ? near : far).push(file);
    this.files = near.concat(far);
    this.next = 0;
  }
}
