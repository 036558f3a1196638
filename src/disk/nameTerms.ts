import { codeTokens } from './codeTokens';

/** Names remembered; the same files are candidates again and again. */
const maxNames = 50_000;

const known = new Map<string, readonly string[]>();

/** @returns the terms of a name from code, as `codeTokens` gives them; the first of a compound name is its whole form */
export function nameTerms(name: string): readonly string[] {
  let terms = known.get(name);
  if (!terms) {
    if (known.size >= maxNames) known.clear();
    terms = codeTokens(name);
    known.set(name, terms);
  }
  return terms;
}
