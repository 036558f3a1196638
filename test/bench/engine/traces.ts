/** Commit traces of real projects: which files were changed together, oldest commit first. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { Random } from './random';

const commitLine = z.object({ t: z.number(), files: z.array(z.string()) });

interface Commit {
  /** Seconds since the epoch. */
  readonly time: number;
  readonly files: readonly string[];
}

export interface Trace {
  readonly name: string;
  readonly commits: readonly Commit[];
}

/**
 * Loads every `.jsonl` of a folder, by name. The order of the files within a commit is alphabetical by accident, so each
 * commit is shuffled; the shuffle of a trace depends on the seed and its name alone.
 * @throws Error when the folder holds no trace, or a line is not one
 */
export function loadTraces(folder: string, seed: number): Trace[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .sort();
  if (files.length === 0) throw new Error(`${folder} holds no trace (*.jsonl).`);
  return files.map((file) => {
    const name = basename(file, '.jsonl');
    const random = Random.named(seed, name);
    const commits = readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line): Commit => {
        const { t, files: changed } = commitLine.parse(JSON.parse(line));
        return { time: t, files: random.shuffle(changed) };
      });
    return { name, commits };
  });
}

/** The reference string of a trace: each file as it was touched. */
export function referencesOf(trace: Trace): string[] {
  return trace.commits.flatMap((commit) => commit.files);
}
