/** The ways to manage the window that are compared. */
export interface BenchPolicy {
  readonly name: string;
}

export const OURS: BenchPolicy = { name: 'virtual' };

export const BASELINES: readonly BenchPolicy[] = [];
