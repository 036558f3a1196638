/**
 * @param text lines end with `\n`; a return before it is a part of the line
 * @returns each line of a text behind a sign, as in a diff; none of an empty text
 */
export function signedLines(sign: '+' | '-', text: string): string[] {
  if (text === '') return [];
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => sign + line);
}
