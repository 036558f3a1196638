/** What every part of the disk benchmark is given. */
export interface DiskBenchOptions {
  /** The build: the disk process and what belongs to it. */
  readonly dist: string;
  /** A sample of each part, so that all together stay under a minute. */
  readonly quick: boolean;
  readonly seed: number;
  /** Folder of real source text. */
  readonly repo: string;
}

/** What a part measured: `headline` goes to the top of the JSON, the whole under the part's name. */
export interface DiskBenchResult {
  readonly headline?: Readonly<Record<string, unknown>>;
}
