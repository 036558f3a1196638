/** Stubs: the lines that stand in the head for what was evicted. Neighbours coalesce; all together stay under a cap. */
import { messageAddress } from './addresses';
import type { EvictedPage } from './events';

/** Rough own tokens of a stub line (addresses are dense: about three characters a token). */
function lineTokens(line: string): number {
  return Math.ceil(line.length / 3) + 1;
}

/**
 * @param evicted every page evicted so far and not resident now, oldest first
 * @param capTokens own tokens all stubs may take together
 * @returns one line a page or run of messages, newest kept when the cap is reached; empty when nothing was evicted
 */
export function renderStubs(session: string, evicted: readonly EvictedPage[], capTokens: number): string {
  if (evicted.length === 0) return '';
  const lines = coalesce(session, latestOnly(evicted));
  const kept: string[] = [];
  let tokens = 0;
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i] as string;
    tokens += lineTokens(line);
    if (tokens > capTokens) {
      kept.push(`- ${i + 1} older entries: find them with recall_search`);
      break;
    }
    kept.push(line);
  }
  return kept.reverse().join('\n');
}

/** The same address may have been evicted several times; only the last time counts. */
function latestOnly(evicted: readonly EvictedPage[]): EvictedPage[] {
  const byAddress = new Map<string, EvictedPage>();
  for (const page of evicted) {
    byAddress.delete(page.address);
    byAddress.set(page.address, page);
  }
  return [...byAddress.values()];
}

function coalesce(session: string, pages: readonly EvictedPage[]): string[] {
  const lines: string[] = [];
  let run: EvictedPage[] = [];
  const flush = () => {
    const first = run[0];
    const last = run.at(-1);
    if (!first || !last) return;
    const tokens = run.reduce((sum, page) => sum + page.tokens, 0);
    const count = run.length > 1 ? `, ${run.length} messages` : '';
    lines.push(`- ${messageAddress(session, first.seq, last.seq)} (${tokens} tokens${count}) ${first.label}`);
    run = [];
  };
  for (const page of pages) {
    if (page.kind === 'message') {
      run.push(page);
      continue;
    }
    flush();
    lines.push(`- ${page.address} (${page.tokens} tokens)${page.kind === 'tool' ? ` ${page.label}` : ''}`);
  }
  flush();
  return lines;
}
