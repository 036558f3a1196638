/**
 * @param least backticks; three make a block
 * @returns a fence of more backticks than the text has in a row: it may hold blocks of code itself
 */
export function codeFence(text: string, least = 3): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  return '`'.repeat(Math.max(least, longest + 1));
}
