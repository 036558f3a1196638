/** Source text to index: a real folder, copied as often as needed with other names in it. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const source =
  /\.(ts|tsx|js|jsx|mjs|cjs|go|rs|py|java|kt|c|h|cc|cpp|hpp|cs|rb|php|swift|scala|lua|sh|css|scss|sql|md)$/;
const left = new Set(['.git', '.cache', 'dist', 'build', 'target']);
/** Larger files are data more often than code. */
const largest = 200_000;
/** Bytes of a page as the indexer cuts them, roughly. */
const pageBytes = 900;

export interface SourceFile {
  readonly rel: string;
  readonly text: string;
}

export class Corpus {
  readonly files: string[] = [];
  bytes = 0;
  private readonly originals: readonly SourceFile[];
  private nextFile = 0;

  /**
   * @param from a folder of real source text
   * @param into the folder that is filled
   * @throws Error when there is no source text
   */
  constructor(
    from: string,
    readonly into: string,
  ) {
    this.originals = [...sourceFiles(from, '')].sort((a, b) => (a.rel < b.rel ? -1 : 1));
    if (this.originals.length === 0)
      throw new Error(`There is no source text in ${from}: name a folder with --repo.`);
  }

  /** How often the folder has been copied; above 1 names are made up. */
  get copies(): number {
    return Math.ceil(this.nextFile / this.originals.length);
  }

  /** Writes files until they make about `pages` pages in all. @returns absolute paths of the new ones */
  growTo(pages: number): string[] {
    const first = this.files.length;
    while (this.bytes < pages * pageBytes) {
      const copy = Math.floor(this.nextFile / this.originals.length);
      const original = this.originals[this.nextFile % this.originals.length];
      this.nextFile++;
      if (!original) break;
      const path = join(this.into, `copy${copy}`, original.rel);
      const text = copy === 0 ? original.text : renamed(original.text, copy);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      this.files.push(path);
      this.bytes += Buffer.byteLength(text);
    }
    return this.files.slice(first);
  }
}

/** Source text of a folder and those below it. */
export function* sourceFiles(folder: string, below: string): Generator<SourceFile> {
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const rel = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!left.has(entry.name)) yield* sourceFiles(folder, rel);
    } else if (entry.isFile() && source.test(entry.name)) {
      if (statSync(join(folder, rel)).size > largest) continue;
      // Ignored by the indexer's rules under its own name.
      yield {
        rel: rel.replaceAll('node_modules/', 'packages/'),
        text: readFileSync(join(folder, rel), 'utf8'),
      };
    }
  }
}

/** Two of three longer names get a syllable that only this copy has; keywords and short words stay. */
function renamed(text: string, copy: number): string {
  const syllable = syllableOf(copy);
  return text.replace(/\b[A-Za-z_]\w{7,}\b/g, (name) =>
    (hash(name) + copy) % 3 === 0 ? name : `${name}${syllable}`,
  );
}

function syllableOf(copy: number): string {
  const letters = 'bdfgklmnprstvz';
  const vowels = 'aeiou';
  let syllable = '';
  for (let rest = copy; rest > 0 || syllable === ''; rest = Math.floor(rest / 70)) {
    syllable += `${letters[rest % 14]?.toUpperCase()}${vowels[Math.floor(rest / 14) % 5]}`;
  }
  return syllable;
}

function hash(text: string): number {
  let value = 0;
  for (let i = 0; i < text.length; i++) value = (value * 31 + text.charCodeAt(i)) >>> 0;
  return value;
}
