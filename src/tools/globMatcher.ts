import ignore from 'ignore';
import { globPatterns } from '../engine/globPatterns';

/**
 * Applied to results rather than handed to ripgrep, where a glob would bring ignored files back.
 * @returns whether a file is wanted, given the `/`-separated paths it goes by (relative to its folder, with the folder)
 */
export function globMatcher(glob: string): (paths: readonly string[]) => boolean {
  const { patterns, excluded } = globPatterns(glob);
  const matcher = ignore().add(patterns);
  return (paths) => paths.some((path) => matcher.ignores(path)) !== excluded;
}
