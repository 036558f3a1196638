/**
 * The beginning of a text, never ending in half a character: a lone surrogate cannot be stored as UTF-8 and is refused
 * by many servers.
 * @param chars UTF-16 units, at least 1
 * @returns at most `chars` units, or one whole character when it has two
 */
export function cutText(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const last = text.charCodeAt(chars - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  if (!splitsPair) return text.slice(0, chars);
  return text.slice(0, chars === 1 ? 2 : chars - 1);
}
