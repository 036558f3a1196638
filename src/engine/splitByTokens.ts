import { cutText } from './cutText';
import type { TokenCounter } from './ports';

/**
 * Splits a text into pieces of at most `limit` own tokens, at line ends where it can. Joined without a separator they
 * give the text back. The cut depends on text and limit alone.
 * @param limit at least 1; a piece of one character may be longer
 * @returns at least one piece
 */
export async function splitByTokens(text: string, limit: number, counter: TokenCounter): Promise<string[]> {
  const pieces: string[] = [];
  let current = '';
  let tokens = 0;
  for (const { part, cost } of await partsOf(text, Math.max(1, limit), counter)) {
    if (current !== '' && tokens + cost > limit) {
      pieces.push(current);
      current = '';
      tokens = 0;
    }
    current += part;
    tokens += cost;
  }
  return [...pieces, current];
}

interface Part {
  readonly part: string;
  readonly cost: number;
}

/** The lines with their ends; one that is longer than the limit in parts. */
async function partsOf(text: string, limit: number, counter: TokenCounter): Promise<Part[]> {
  let open = await counted(text.match(/[^\n]*\n|[^\n]+$/g) ?? [], counter);
  // Each round at least halves what is too long, so there are few.
  while (open.some(({ part, cost }) => cost > limit && part.length > 1)) {
    const rounds = open.map(async (item) =>
      item.cost > limit && item.part.length > 1 ? counted(divide(item, limit), counter) : [item],
    );
    const cut = (await Promise.all(rounds)).flat();
    if (cut.length === open.length) break;
    open = cut;
  }
  return open;
}

async function counted(parts: readonly string[], counter: TokenCounter): Promise<Part[]> {
  const costs = await counter.count(parts);
  return parts.map((part, index) => ({ part, cost: costs[index] ?? 0 }));
}

function divide({ part, cost }: Part, limit: number): string[] {
  const chars = Math.max(1, Math.min(Math.floor((part.length * limit) / cost), Math.ceil(part.length / 2)));
  const parts: string[] = [];
  for (let rest = part; rest !== ''; ) {
    const head = cutText(rest, chars);
    parts.push(head);
    rest = rest.slice(head.length);
  }
  return parts;
}
