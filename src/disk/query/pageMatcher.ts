/** Filters of a query on pages that are in memory: says what `filterSql` says to LanceDB. */
import type { FileKey } from '../Catalog';
import { codeTokens } from '../codeTokens';
import type { WorkspaceRoot } from '../protocol';
import { symbolSource } from './filterSql';
import type { QueryFilter } from './parseQuery';
import { globPattern, type PathPattern, pathPattern } from './pathPattern';

export interface FilteredPage extends FileKey {
  readonly language: string;
  readonly symbol: string;
  readonly names: string;
  readonly text: string;
}

/**
 * @param now when the pages changed, ms since the epoch
 * @returns whether a page meets all filters
 */
export function pageMatcher(
  filters: readonly QueryFilter[],
  glob: string | undefined,
  roots: readonly WorkspaceRoot[],
  now: number,
): (page: FilteredPage) => boolean {
  const tests = filters.map((filter) => ({ filter, meets: testOf(filter, roots, now) }));
  const byGlob = glob?.trim() ? pathTest(globPattern(glob.trim()), roots) : undefined;
  return (page) => {
    if (byGlob && !byGlob(page)) return false;
    const wanted = new Map<QueryFilter['kind'], boolean>();
    for (const { filter, meets } of tests) {
      const met = meets(page);
      if (filter.excluded && met) return false;
      if (filter.excluded) continue;
      if (!met && (filter.kind === 'text' || filter.kind === 'changed')) return false;
      wanted.set(filter.kind, met || wanted.get(filter.kind) === true);
    }
    return [...wanted.values()].every(Boolean);
  };
}

function testOf(
  filter: QueryFilter,
  roots: readonly WorkspaceRoot[],
  now: number,
): (page: FilteredPage) => boolean {
  switch (filter.kind) {
    case 'path':
      return pathTest(pathPattern(filter.pattern), roots);
    case 'lang':
      return ({ language }) => filter.languages.includes(language);
    case 'symbol': {
      const pattern = new RegExp(symbolSource(filter.name), 'iu');
      return ({ symbol, names }) => pattern.test(symbol) || pattern.test(names);
    }
    case 'changed':
      return () => filter.from <= now && now < filter.to;
    case 'text': {
      const lower = filter.text.toLowerCase();
      return ({ text }) => (filter.text === lower ? text.toLowerCase() : text).includes(filter.text);
    }
    case 'word': {
      const [term] = codeTokens(filter.word);
      return ({ rel, symbol, names, text }) =>
        term !== undefined && codeTokens(`${rel} ${symbol} ${names} ${text}`).includes(term);
    }
  }
}

function pathTest(
  { source, excluded }: PathPattern,
  roots: readonly WorkspaceRoot[],
): (file: FileKey) => boolean {
  const pattern = new RegExp(source, 'iu');
  return ({ root, rel }) => {
    const folder = roots.length > 1 ? roots.find(({ path }) => path === root)?.name : undefined;
    const ways = folder === undefined ? [rel] : [rel, `${folder}/${rel}`];
    return ways.some((path) => pattern.test(path)) !== excluded;
  };
}
