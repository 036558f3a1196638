/** Resident pages by the path of their file, and what a path in a message means among them. */
import { parseAddress } from './addresses';
import { type PathMention, withoutExtension } from './pathMentions';

/** Pages of `files` different files that a mention may mean. */
export interface PathMatch {
  readonly addresses: readonly string[];
  readonly files: number;
  /** Whether the mention says which file, or only a name that many directories have. */
  readonly certain: boolean;
}

interface FilePages {
  readonly path: string;
  /** `<folder>/<path>` */
  readonly addressPath: string;
  readonly ranges: Map<string, { readonly startLine: number; readonly endLine: number }>;
}

const NO_MATCH: PathMatch = { addresses: [], files: 0, certain: false };
/** Names that say nothing without their directory. */
const GENERIC =
  /^(?:index|main|mod|lib|models?|views?|utils?|types?|init|__init__|readme|changelog|package|config|settings|application|tests?|setup|values|helpers?|common|constants|styles?)\./i;

export class PagePaths {
  /** By path without its directories, and by that without extension. */
  private readonly byName = new Map<string, Set<FilePages>>();
  private readonly byPath = new Map<string, FilePages>();

  add(path: string, address: string): void {
    const parsed = parseAddress(address);
    if (parsed?.kind !== 'file') return;
    let file = this.byPath.get(path);
    if (!file) {
      file = { path, addressPath: parsed.addressPath, ranges: new Map() };
      this.byPath.set(path, file);
      for (const name of namesOf(path)) {
        const files = this.byName.get(name);
        if (files) files.add(file);
        else this.byName.set(name, new Set([file]));
      }
    }
    file.ranges.set(address, parsed);
  }

  remove(path: string, address: string): void {
    const file = this.byPath.get(path);
    file?.ranges.delete(address);
    if (!file || file.ranges.size > 0) return;
    this.byPath.delete(path);
    for (const name of namesOf(path)) this.byName.get(name)?.delete(file);
  }

  /** @returns pages of the very file that an argument names */
  exact(mention: PathMention): PathMatch {
    const file = this.named(mention.path).find((candidate) => isWhole(mention.path, candidate));
    return file ? { addresses: rangesOf(file, mention), files: 1, certain: true } : NO_MATCH;
  }

  /** @returns pages of the files that a path in running text may mean, which is often shortened */
  mentioned(mention: PathMention): PathMatch {
    const exact = this.exact(mention);
    if (exact.files > 0) return exact;
    const files = this.named(mention.path).filter((file) => file.path.endsWith(`/${mention.path}`));
    return {
      addresses: files.flatMap((file) => rangesOf(file, mention)),
      files: files.length,
      certain: mention.path.includes('/') || !GENERIC.test(mention.path),
    };
  }

  /** @param path as an import line gives it: relative to some directory, often without extension */
  imported(path: string): PathMatch {
    const files = this.named(path).filter((file) =>
      [file.path, withoutExtension(file.path)].some((known) => known === path || known.endsWith(`/${path}`)),
    );
    return {
      addresses: files.flatMap((file) => [...file.ranges.keys()]),
      files: files.length,
      certain: true,
    };
  }

  private named(path: string): readonly FilePages[] {
    return [...(this.byName.get(lastPart(path)) ?? [])];
  }
}

/** Whether a path is all of the file's: from its folder, by its folder's name, absolute, or as a diff's `a/` and `b/`. */
function isWhole(written: string, file: FilePages): boolean {
  if (written === file.path || written === file.addressPath) return true;
  return (
    (/^[/~]/.test(written) && written.endsWith(`/${file.addressPath}`)) ||
    (/^[ab]\//.test(written) && written.slice(2) === file.path)
  );
}

/** The ranges that hold the lines named; all of the file's when none does, for the file is in use. */
function rangesOf(file: FilePages, { startLine, endLine }: PathMention): readonly string[] {
  const all = [...file.ranges.keys()];
  if (startLine === undefined || endLine === undefined) return all;
  const holding = [...file.ranges].filter(
    ([, range]) => range.startLine <= endLine && startLine <= range.endLine,
  );
  return holding.length > 0 ? holding.map(([address]) => address) : all;
}

function namesOf(path: string): readonly string[] {
  const name = lastPart(path);
  return [...new Set([name, withoutExtension(name)])];
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
