import type { TokenCounter } from './ports';

/** Characters a token is assumed to have at least, when one overlong line has to be cut blindly. */
const MIN_CHARS_PER_TOKEN = 2;

/**
 * Splits a text at line ends into chunks of at most `limit` own tokens; joined with newlines they give the text back,
 * except that a line longer than the limit is cut.
 * @returns at least one chunk
 */
export async function splitByTokens(text: string, limit: number, counter: TokenCounter): Promise<string[]> {
  const lines = text.split('\n').flatMap((line) => cutLine(line, limit * MIN_CHARS_PER_TOKEN));
  const counts = await counter.count(lines);
  const chunks: string[] = [];
  let current: string[] = [];
  let tokens = 0;
  for (const [index, line] of lines.entries()) {
    const cost = (counts[index] ?? 0) + 1;
    if (current.length > 0 && tokens + cost > limit) {
      chunks.push(current.join('\n'));
      current = [];
      tokens = 0;
    }
    current.push(line);
    tokens += cost;
  }
  chunks.push(current.join('\n'));
  return chunks;
}

function cutLine(line: string, chars: number): string[] {
  if (line.length <= chars) return [line];
  const parts: string[] = [];
  for (let at = 0; at < line.length; at += chars) parts.push(line.slice(at, at + chars));
  return parts;
}
