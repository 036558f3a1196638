/** What the person or the model has asked for: filters, quotations, exclusions, and the text that remains to be searched. */
import { BadQueryError } from '../../engine/errors';
import { languageNames, languagesCalled } from '../languages';

/** One condition that a page must meet, or with `excluded` must not. */
export type QueryFilter = { readonly excluded: boolean } & (
  | { readonly kind: 'path'; readonly pattern: string }
  | { readonly kind: 'lang'; readonly languages: readonly string[] }
  | { readonly kind: 'symbol'; readonly name: string }
  /** Changed at or after `from` and before `to`, ms since the epoch. */
  | { readonly kind: 'changed'; readonly from: number; readonly to: number }
  /** Quoted text; case counts when it has a capital letter. */
  | { readonly kind: 'text'; readonly text: string }
  /** A word with a minus sign before it: always excluded. */
  | { readonly kind: 'word'; readonly word: string }
);

export interface ParsedQuery {
  /** The query without filters and exclusions; quotations stay in it, with their marks. */
  readonly text: string;
  readonly filters: readonly QueryFilter[];
}

/** Words that a query may have besides its filters for quotation marks and minus signs to be meant as signs. */
const maxWords = 12;
const maxFilters = 32;
const signs =
  /(?<!\S)(-?)(?:(path|lang|symbol|changed):("[^"\n]*"|[^\s"]+)|"([^"\n]+)"|([\p{L}_$][\p{L}\p{N}_$]{2,}))(?!\S)/gu;
const leading = /^\s*-?(?:path|lang|symbol|changed):(?:"[^"\n]*"|[^\s"]+)(?=\s)/;
const trailing = /(?<=\s)-?(?:path|lang|symbol|changed):(?:"[^"\n]*"|[^\s"]+)\s*$/;
const units = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000, m: 30 * 86_400_000, y: 365 * 86_400_000 };
const dayMs = 86_400_000;

/**
 * Reads `path:`, `lang:`, `symbol:`, `changed:`, quotations and `-`. In a query of one line and few words they are signs
 * wherever they stand. In longer text (a commit message, a pasted error) only the four filters count, and only at its
 * beginning or end; what is no valid filter there is text.
 * @param now ms since the epoch, for `changed:7d`
 * @throws BadQueryError when a filter of a short query has a value it cannot have
 */
export function parseQuery(query: string, now: number): ParsedQuery {
  const text = query.trim();
  const filters: QueryFilter[] = [];
  if (!isShort(text)) return { text: withoutOuterFilters(text, now, filters), filters };
  const rest = text.replace(signs, (whole, minus: string, kind, value, quoted, word) => {
    const excluded = minus === '-';
    if (kind !== undefined) filters.push(filterOf(kind, unquoted(value), excluded, now));
    else if (quoted?.trim()) {
      filters.push({ kind: 'text', text: quoted, excluded });
      if (!excluded) return whole;
    } else if (word === undefined || !excluded) return whole;
    else filters.push({ kind: 'word', word, excluded });
    return ' ';
  });
  if (filters.length > maxFilters) {
    throw new BadQueryError(
      `The query has ${filters.length} filters.`,
      `Allowed are ${maxFilters}; a glob like path:src/{a,b}/** stands for many.`,
    );
  }
  return { text: rest.replace(/\s+/g, ' ').trim(), filters };
}

function isShort(text: string): boolean {
  if (text.includes('\n')) return false;
  const others = text.replace(signs, (whole, _, kind) => (kind === undefined ? whole : ' '));
  return (others.match(/\S+/g) ?? []).length <= maxWords;
}

function withoutOuterFilters(text: string, now: number, filters: QueryFilter[]): string {
  for (const place of [leading, trailing]) {
    for (let found = place.exec(text); found && filters.length < maxFilters; found = place.exec(text)) {
      const [, minus, kind, value] = /(-?)(\w+):(.*)/s.exec(found[0].trim()) ?? [];
      try {
        filters.push(filterOf(String(kind), unquoted(String(value)), minus === '-', now));
      } catch {
        break;
      }
      text = text.replace(place, ' ').trim();
    }
  }
  return text;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1) : value;
}

function filterOf(kind: string, value: string, excluded: boolean, now: number): QueryFilter {
  if (value.trim() === '') {
    throw new BadQueryError(
      `“${kind}:” says nothing.`,
      'Filters are path:, lang:, symbol: and changed:, each with a value; a minus sign before one excludes.',
    );
  }
  if (kind === 'path') return { kind, pattern: value, excluded };
  if (kind === 'symbol') return { kind, name: value, excluded };
  if (kind === 'changed') return { kind, ...period(value, now), excluded };
  const languages = languagesCalled(value);
  if (languages.length > 0) return { kind: 'lang', languages, excluded };
  throw new BadQueryError(
    `“lang:${value}” is no language of the index.`,
    `Allowed are file endings (lang:ts) and ${languageNames().join(', ')}.`,
  );
}

/** `7d`, `2026-11-01` (since then), `<2026-11-01` (before it), `2026-10-01..2026-10-31` (both days included). */
function period(value: string, now: number): { readonly from: number; readonly to: number } {
  const [, count, unit] = /^(\d{1,5})([hdwmy])$/.exec(value) ?? [];
  if (count !== undefined)
    return { from: now - Number(count) * units[unit as keyof typeof units], to: Infinity };
  const [, before, first, last] = /^(<?)(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?$/.exec(value) ?? [];
  const start = first === undefined ? undefined : dayStart(first);
  const end = last === undefined ? undefined : dayStart(last);
  const valid =
    start !== undefined && (last === undefined || (before === '' && end !== undefined && end >= start));
  if (!valid) {
    throw new BadQueryError(
      `“changed:${value}” is no time.`,
      'Allowed are changed:7d (or 12h, 2w, 3m, 1y), changed:2026-11-01, changed:<2026-11-01 and changed:2026-10-01..2026-10-31.',
    );
  }
  if (before === '<') return { from: -Infinity, to: start };
  return { from: start, to: end === undefined ? Infinity : nextDay(end) };
}

/** @returns the first moment of a day in local time, ms; undefined when there is no such day */
function dayStart(day: string): number | undefined {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const start = new Date(year, month - 1, date);
  return start.getMonth() === month - 1 && start.getDate() === date ? start.getTime() : undefined;
}

/** Days of 23 and 25 hours included. */
function nextDay(start: number): number {
  const next = new Date(start + dayMs + dayMs / 4);
  next.setHours(0, 0, 0, 0);
  return next.getTime();
}
