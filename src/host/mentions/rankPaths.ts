/** Fuzzy search over the workspace's files and folders: names before paths, short before long. */
import fuzzysort from 'fuzzysort';

export interface RankedPath {
  /** Workspace path; of a folder with a slash at its end. */
  readonly path: string;
  readonly name: string;
}

/** Share of a path's score that is not its name's. */
const PATH_WEIGHT = 0.85;

export class PathIndex {
  private readonly entries: readonly RankedPath[];
  private readonly keys: ReturnType<typeof prepare>[];

  /** @param files workspace paths of files; their folders are derived */
  constructor(readonly files: readonly string[]) {
    const folders = new Set<string>();
    for (const file of files)
      for (let slash = file.lastIndexOf('/'); slash > 0; slash = file.lastIndexOf('/', slash - 1)) {
        const folder = file.slice(0, slash + 1);
        if (folders.has(folder)) break;
        folders.add(folder);
      }
    this.entries = [...files, ...folders].map((path) => ({ path, name: nameOf(path) }));
    this.keys = this.entries.map(prepare);
  }

  /** @returns the best matches, best first */
  search(query: string, limit: number): RankedPath[] {
    const found = fuzzysort.go(query.replaceAll('\\', '/'), this.keys, {
      keys: [(entry) => entry.name, (entry) => entry.path],
      limit,
      threshold: 0.3,
      scoreFn: (result) => Math.max(result[0]?.score ?? 0, (result[1]?.score ?? 0) * PATH_WEIGHT),
    });
    return found.map(({ obj }) => obj.entry);
  }
}

function prepare(entry: RankedPath) {
  return { entry, name: fuzzysort.prepare(entry.name), path: fuzzysort.prepare(entry.path) };
}

function nameOf(path: string): string {
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  return path.slice(path.lastIndexOf('/', end - 1) + 1);
}
