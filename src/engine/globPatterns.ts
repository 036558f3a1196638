/** Globs as functions take them, in words that every gitignore matcher knows: `grep` and `search_workspace` must agree. */

export interface GlobPatterns {
  /** Gitignore rules: `*.ts` matches at any depth, `/src/*.ts` only there. */
  readonly patterns: readonly string[];
  /** The glob began with `!`: wanted is what none of the patterns matches. */
  readonly excluded: boolean;
}

/** @param glob as ripgrep's `--glob`: gitignore rules, `{a,b}` alternatives, a leading `!` to exclude */
export function globPatterns(glob: string): GlobPatterns {
  const excluded = glob.startsWith('!');
  const patterns = expandBraces(excluded ? glob.slice(1) : glob).map((pattern) =>
    pattern.replace(/^\.\//, '/'),
  );
  return { patterns, excluded };
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
