/** Which files a rules file is for. */
import { globMatcher } from './globMatcher';

export interface RuleScope {
  /** What the rules are for, in words. */
  readonly words: string;
  /** @param path `/`-separated, relative to the workspace folder of the rules */
  holds(path: string): boolean;
}

const EVERYTHING = new Set(['*', '**', '**/*', '/**', '/**/*']);

/** @returns undefined when the patterns leave nothing out */
export function scopeOfGlobs(globs: readonly string[]): RuleScope | undefined {
  const wanted = globs.filter((glob) => !glob.startsWith('!'));
  const unwanted = globs.filter((glob) => glob.startsWith('!'));
  const all = wanted.length === 0 || wanted.some((glob) => EVERYTHING.has(glob));
  if (all && unwanted.length === 0) return undefined;
  const within = wanted.map(globMatcher);
  const without = unwanted.map(globMatcher);
  return {
    words: `files matching ${globs.join(', ')}`,
    holds: (path) =>
      (all || within.some((matches) => matches([path]))) && without.every((matches) => matches([path])),
  };
}

/** @param shown the folder as the person knows it */
export function scopeOfFolder(folder: string, shown: string): RuleScope {
  return { words: `files below ${shown}/`, holds: (path) => path.startsWith(`${folder}/`) };
}

/** Rules that hold for the work they are brought into. */
export function scopeOfItself(file: string, shown: string): RuleScope {
  return { words: `work that ${shown} is mentioned in or read for`, holds: (path) => path === file };
}
