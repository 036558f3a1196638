/**
 * ROUGE-L (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries", section 3.1): longest common subsequence
 * of words. The recall is what the MemGPT paper reports (Packer et al. 2023, tables 2 and 3).
 */

/** @returns words of the reference that the candidate has in the same order, as a share of them (0-1); 0 for no words */
export function rougeLRecall(reference: string, candidate: string): number {
  const gold = wordsOf(reference);
  return gold.length === 0 ? 0 : longestCommonSubsequence(gold, wordsOf(candidate)) / gold.length;
}

/** Lower-cased runs of letters and digits; scripts without spaces (Han, Kana, Thai) count by character. */
function wordsOf(text: string): string[] {
  const pattern =
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{M}\p{N}])+/gu;
  return text.normalize('NFKC').toLowerCase().match(pattern) ?? [];
}

/** Length of the longest common subsequence, by the row of the dynamic programme; O(|a|·|b|) time, O(|b|) memory. */
function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  const row = new Uint32Array(b.length + 1);
  for (const word of a) {
    let diagonal = 0;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] ?? 0;
      row[j] = b[j - 1] === word ? diagonal + 1 : Math.max(above, row[j - 1] ?? 0);
      diagonal = above;
    }
  }
  return row[b.length] ?? 0;
}
