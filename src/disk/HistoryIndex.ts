/** Past commits as a way to files: BM25 over messages, and the commits most like a query with what they touched. */
import type { QueryTraits } from './QueryTraits';

export interface Commit {
  /** Space-separated terms of the message. */
  readonly toks: string;
  /** Paths as they are called now. */
  readonly files: readonly string[];
}

/** What history says about a file; all 0 for one that no commit matters to. */
export interface PastOfFile {
  /** BM25 of the messages of all commits that touched the file, taken as one text. */
  readonly messages: number;
  /** The same without regard to how long that text is. */
  readonly mentions: number;
  /** Commits like the query that touched it: nearer ones and smaller ones count more; relative to the nearest commit. */
  readonly similar: number;
  /** The same, relative to a commit that says everything the query says. */
  readonly alike: number;
  /** Likeness of the nearest of them, 0…1. */
  readonly nearest: number;
  /** Commits that touched it. */
  readonly commits: number;
  /** Of these, the number among the latest `recentCommits`. */
  readonly recent: number;
}

export const noPast: PastOfFile = {
  messages: 0,
  mentions: 0,
  similar: 0,
  alike: 0,
  nearest: 0,
  commits: 0,
  recent: 0,
};

/** A commit that touched more files is a reformatting or a move: it says nothing about any of them. */
const maxFiles = 100;
const nearestCommits = 50;
const recentCommits = 300;
const slice = 200;

/** BM25 of one message; of a file's messages. */
const ofCommit = { k1: 0.9, b: 0.4 };
const ofFile = { k1: 1.2, b: 0.5 };

export class HistoryIndex {
  private readonly postings = new Map<string, number[]>();
  private readonly lengths: number[] = [];
  private readonly filesOf: Int32Array[] = [];
  /** Number of files of each commit, those that are gone included. */
  private readonly sizes: number[] = [];
  private readonly names: string[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly textLengths: number[] = [];
  private readonly touches: number[] = [];
  private readonly recentTouches: number[] = [];
  private averageCommit = 1;
  private averageFile = 1;

  /**
   * @param commits newest first
   * @param exists whether a path is worth finding
   */
  static async of(commits: Iterable<Commit>, exists: (path: string) => boolean): Promise<HistoryIndex> {
    const index = new HistoryIndex();
    for (const commit of commits) {
      index.add(commit, exists);
      if (index.lengths.length % slice === 0) await new Promise(setImmediate);
    }
    const mean = (values: readonly number[]) =>
      Math.max(1, values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length));
    index.averageCommit = mean(index.lengths);
    index.averageFile = mean(index.textLengths);
    return index;
  }

  get commits(): number {
    return this.lengths.length;
  }

  private add(commit: Commit, exists: (path: string) => boolean): void {
    const number = this.lengths.length;
    const terms = commit.toks === '' ? [] : commit.toks.split(' ');
    this.lengths.push(terms.length);
    this.sizes.push(commit.files.length);
    const counts = new Map<string, number>();
    for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
    for (const [term, count] of counts) {
      const list = this.postings.get(term);
      if (list) list.push(number, count);
      else this.postings.set(term, [number, count]);
    }
    const files = commit.files.length > maxFiles ? [] : commit.files.filter(exists);
    this.filesOf.push(Int32Array.from(files, (path) => this.touch(path, terms.length, number)));
  }

  private touch(path: string, length: number, commit: number): number {
    let file = this.numbers.get(path);
    if (file === undefined) {
      file = this.names.length;
      this.numbers.set(path, file);
      this.names.push(path);
      this.textLengths.push(0);
      this.touches.push(0);
      this.recentTouches.push(0);
    }
    this.textLengths[file] = (this.textLengths[file] as number) + length;
    this.touches[file] = (this.touches[file] as number) + 1;
    if (commit < recentCommits) this.recentTouches[file] = (this.recentTouches[file] as number) + 1;
    return file;
  }

  /** Inverse document frequency of a term among messages. */
  private idf(term: string): number {
    const count = (this.postings.get(term)?.length ?? 0) / 2;
    return Math.log(1 + (this.lengths.length - count + 0.5) / (count + 0.5));
  }

  ask(query: QueryTraits): PastAnswer {
    const files = this.names.length;
    const messages = new Float64Array(files);
    const mentions = new Float64Array(files);
    const likeness = new Float64Array(this.lengths.length);
    const frequency = new Float64Array(files);
    let mass = 0;
    for (const term of query.terms) {
      const idf = this.idf(term);
      mass += idf;
      const touched: number[] = [];
      const list = this.postings.get(term) ?? [];
      for (let i = 0; i < list.length; i += 2) {
        const commit = list[i] as number;
        const count = list[i + 1] as number;
        const norm = 1 - ofCommit.b + (ofCommit.b * (this.lengths[commit] as number)) / this.averageCommit;
        likeness[commit] =
          (likeness[commit] as number) + (idf * count * (ofCommit.k1 + 1)) / (count + ofCommit.k1 * norm);
        // A commit of many files says less about each.
        const share = Math.min(count, 2) / (1 + Math.log(Math.max(1, this.sizes[commit] as number)));
        for (const file of this.filesOf[commit] as Int32Array) {
          if (frequency[file] === 0) touched.push(file);
          frequency[file] = (frequency[file] as number) + share;
        }
      }
      for (const file of touched) {
        const count = frequency[file] as number;
        const norm = 1 - ofFile.b + (ofFile.b * (this.textLengths[file] as number)) / this.averageFile;
        messages[file] =
          (messages[file] as number) + (idf * count * (ofFile.k1 + 1)) / (count + ofFile.k1 * norm);
        mentions[file] = (mentions[file] as number) + (idf * count) / (count + 0.5);
        frequency[file] = 0;
      }
    }
    return new PastAnswer(this.names, this.numbers, this.touches, this.recentTouches, {
      messages,
      mentions,
      ...this.nearest(likeness, mass || 1),
    });
  }

  private nearest(likeness: Float64Array, mass: number) {
    const files = this.names.length;
    const similar = new Float64Array(files);
    const alike = new Float64Array(files);
    const nearest = new Float64Array(files);
    const best = largest(likeness, nearestCommits);
    const most = likeness[best[0] ?? 0] ?? 0;
    for (const commit of best) {
      const value = likeness[commit] as number;
      const size = Math.max(1, this.sizes[commit] as number);
      for (const file of this.filesOf[commit] as Int32Array) {
        similar[file] = (similar[file] as number) + (value / most) ** 3 / Math.sqrt(size);
        alike[file] = (alike[file] as number) + (value / mass) ** 2 / Math.sqrt(size);
        nearest[file] = Math.max(nearest[file] as number, value / mass / (size > 10 ? 2 : 1));
      }
    }
    return { similar, alike, nearest };
  }
}

interface Columns {
  readonly messages: Float64Array;
  readonly mentions: Float64Array;
  readonly similar: Float64Array;
  readonly alike: Float64Array;
  readonly nearest: Float64Array;
}

/** What history says about a query. */
export class PastAnswer {
  constructor(
    private readonly names: readonly string[],
    private readonly numbers: ReadonlyMap<string, number>,
    private readonly touches: readonly number[],
    private readonly recentTouches: readonly number[],
    private readonly columns: Columns,
  ) {}

  of(path: string): PastOfFile {
    const file = this.numbers.get(path);
    if (file === undefined) return noPast;
    const { messages, mentions, similar, alike, nearest } = this.columns;
    return {
      messages: messages[file] as number,
      mentions: mentions[file] as number,
      similar: similar[file] as number,
      alike: alike[file] as number,
      nearest: nearest[file] as number,
      commits: this.touches[file] as number,
      recent: this.recentTouches[file] as number,
    };
  }

  /** @returns the files that history alone would answer with: `count` by similar commits and as many by messages */
  best(count: number): string[] {
    const { similar, messages } = this.columns;
    return [...new Set([...largest(similar, count), ...largest(messages, count)])].map(
      (file) => this.names[file] as string,
    );
  }
}

/** @returns places of the largest positive values, largest first, ties in order */
function largest(values: Float64Array, count: number): number[] {
  const places: number[] = [];
  values.forEach((value, i) => {
    if (value > 0) places.push(i);
  });
  return places.sort((a, b) => (values[b] as number) - (values[a] as number)).slice(0, count);
}
