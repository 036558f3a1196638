/** What a page's key tells of it before it is ever used. */
export interface FileTraits {
  readonly folder: string;
  /** Two folders deep. */
  readonly area: string;
  readonly name: string;
  /** All after the name's first dot. */
  readonly type: string;
  /** The name without type and marks of a test: a source file has it in common with its test. */
  readonly stem: string;
  /** Words of the path. */
  readonly words: readonly string[];
  /** Folders, and one. */
  readonly depth: number;
}

const TOOL = { folder: ':', area: ':', name: ':', type: ':', words: [], depth: 1 } as const;

/** Traits of a file by its path; a tool result has its own stem, and all else in common with all tool results. */
export function fileTraits(key: string): FileTraits {
  if (!key.startsWith('file:')) return { ...TOOL, stem: key };
  const path = key.slice('file:'.length);
  const segments = path.split('/');
  const depth = segments.length;
  const name = segments.pop() ?? '';
  const dot = name.indexOf('.');
  const end = name.indexOf('.', 1);
  return {
    folder: segments.join('/'),
    area: segments.slice(0, 2).join('/'),
    name,
    type: dot < 0 ? name : name.slice(dot),
    stem: (end < 0 ? name : name.slice(0, end)).replace(/^test_|(?:_test|_spec|Tests?)$/g, '').toLowerCase(),
    words: wordsOf(path),
    depth,
  };
}

function wordsOf(path: string): string[] {
  const words = path
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1);
  return [...new Set(words)];
}
