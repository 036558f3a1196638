/** When pages left the window: addresses of the latest evictions, and the lines of files among them by their file. */
import { type FileAddress, parseAddress } from './addresses';
import { overlap } from './PageTable';

interface LeftPage {
  /** Count of model steps when it left. */
  readonly step: number;
  /** Of a file page. */
  readonly lines?: FileAddress;
}

/** Evicted pages that are remembered. */
const REMEMBERED = 2000;

export class LeftPages {
  /** By address, the latest to leave last. */
  private readonly pages = new Map<string, LeftPage>();
  /** Addresses of the file pages, by the file they are of. */
  private readonly byFile = new Map<string, Set<string>>();

  /** @param step count of model steps */
  leave(address: string, step: number): void {
    const lines = linesOf(address);
    this.pages.delete(address);
    this.pages.set(address, { step, ...(lines ? { lines } : {}) });
    if (!lines) return;
    const file = this.byFile.get(lines.addressPath) ?? new Set();
    this.byFile.set(lines.addressPath, file.add(address));
  }

  /** Forgets what left longest ago. */
  trim(): void {
    for (const [address, { lines }] of this.pages) {
      if (this.pages.size <= REMEMBERED) return;
      this.pages.delete(address);
      if (!lines) continue;
      const file = this.byFile.get(lines.addressPath);
      file?.delete(address);
      if (file?.size === 0) this.byFile.delete(lines.addressPath);
    }
  }

  /** Step at which the page of this address left last; negative when that is not known. */
  stepOf(address: string): number {
    return this.pages.get(address)?.step ?? -1;
  }

  /** Step at which lines of a file page left last, also as part of another; negative when that is not known. */
  stepOfLines(address: string): number {
    const lines = linesOf(address);
    let step = -1;
    for (const other of lines ? (this.byFile.get(lines.addressPath) ?? []) : []) {
      const left = this.pages.get(other);
      if (lines && left?.lines && overlap(left.lines, lines)) step = Math.max(step, left.step);
    }
    return step;
  }
}

function linesOf(address: string): FileAddress | undefined {
  const parsed = parseAddress(address);
  return parsed?.kind === 'file' ? parsed : undefined;
}
