/** Hits of a search in messages or notes, as the model reads them: what is in the window already is named, not repeated. */
import type { FunctionContext, FunctionOutcome } from '../engine/EngineFunction';
import type { Fault } from '../engine/pages';
import { excerpt } from './excerpt';
import { richestThatFits } from './resultPages';

/** Excerpt lengths in characters, tried until the page fits. */
const EXCERPTS = [600, 240, 90];

export interface TextHit {
  readonly address: string;
  /** When, and by whom. */
  readonly origin: string;
  readonly text: string;
}

/** @param tier that was searched */
export async function showHits(
  header: string,
  hits: readonly TextHit[],
  query: string,
  tier: Fault['tier'],
  context: FunctionContext,
): Promise<FunctionOutcome> {
  const residents = new Set(hits.filter((hit) => context.isResident(hit.address)));
  const rendering = (chars: number) => () =>
    [
      `${header}; page_in(address) shows one whole`,
      ...hits.map((hit) =>
        residents.has(hit)
          ? `${hit.address} ${hit.origin} [resident]`
          : `${hit.address} ${hit.origin}\n${indented(excerpt(hit.text, query, chars))}`,
      ),
    ].join('\n');
  const text = await richestThatFits(EXCERPTS.map(rendering), context);
  const lines = new Set(text.split('\n'));
  const shows = hits.filter((hit) => !residents.has(hit) && lines.has(indented(hit.text)));
  const fault: Fault =
    residents.size === hits.length ? { kind: 'minor', tier: 'resident' } : { kind: 'major', tier };
  return { text, fault, ...(shows.length > 0 ? { shows: shows.map((hit) => hit.address) } : {}) };
}

function indented(text: string): string {
  return `  ${text}`;
}
