import ignore from 'ignore';

/**
 * A glob as ripgrep's `--glob` reads it: gitignore rules (`*.ts` matches at any depth), `{a,b}` alternatives, a leading
 * `!` to exclude. Applied to results rather than handed to ripgrep, where a glob would bring ignored files back.
 * @returns whether a file is wanted, given the `/`-separated paths it goes by (relative to its folder, with the folder)
 */
export function globMatcher(glob: string): (paths: readonly string[]) => boolean {
  const excluded = glob.startsWith('!');
  const patterns = expandBraces(excluded ? glob.slice(1) : glob).map((pattern) =>
    pattern.replace(/^\.\//, '/'),
  );
  const matcher = ignore().add(patterns);
  return (paths) => paths.some((path) => matcher.ignores(path)) !== excluded;
}

/** @returns the glob without braces: one pattern per combination. Unmatched braces stay as they are. */
function expandBraces(glob: string): string[] {
  const open = glob.indexOf('{');
  const close = matchingBrace(glob, open);
  if (close < 0) return [glob];
  const alternatives: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let i = open + 1; i <= close; i++) {
    const char = glob[i];
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    if (depth < 0 || (depth === 0 && char === ',')) {
      alternatives.push(glob.slice(from, i));
      from = i + 1;
    }
  }
  return alternatives.flatMap((inner) => expandBraces(glob.slice(0, open) + inner + glob.slice(close + 1)));
}

function matchingBrace(glob: string, open: number): number {
  let depth = 0;
  for (let i = open; i >= 0 && i < glob.length; i++) {
    if (glob[i] === '{') depth += 1;
    if (glob[i] === '}') depth -= 1;
    if (depth === 0) return i;
  }
  return -1;
}
