/** What every part of the engine benchmark is given. */
export interface EngineBenchOptions {
  /** The build: the disk process and what belongs to it. */
  readonly dist: string;
  /** A sample of each part, so that all together stay under a minute. */
  readonly quick: boolean;
  readonly seed: number;
  /** Folder of commit traces. */
  readonly traces: string;
  /** Folder of packages whose documentation is read. */
  readonly packages: string;
}
