/** Filters of a query as the condition that LanceDB narrows by, before it looks for the best. */
import { codeTokens } from '../codeTokens';
import type { WorkspaceRoot } from '../protocol';
import { quote } from '../sql';
import type { QueryFilter } from './parseQuery';
import { escaped, globPattern, type PathPattern, pathPattern } from './pathPattern';

/** @returns a condition for files changed at or after `from` and before `to`, ms since the epoch */
export type ChangedSql = (from: number, to: number) => Promise<string>;

/**
 * Of several filters of one kind any may hold; quoted texts and times must all hold; nothing excluded may.
 * @param glob of the `glob` parameter, gitignore rules
 * @returns undefined when nothing is filtered
 */
export async function filterSql(
  filters: readonly QueryFilter[],
  glob: string | undefined,
  roots: readonly WorkspaceRoot[],
  changed: ChangedSql,
): Promise<string | undefined> {
  const conditions: string[] = [];
  if (glob?.trim()) conditions.push(pathSql(globPattern(glob.trim()), roots));
  const alternatives = new Map<QueryFilter['kind'], string[]>();
  for (const filter of filters) {
    const sql = filter.kind === 'changed' ? await changed(filter.from, filter.to) : sqlOf(filter, roots);
    if (filter.excluded) conditions.push(`NOT (${sql})`);
    else if (filter.kind === 'text' || filter.kind === 'changed') conditions.push(sql);
    else alternatives.set(filter.kind, [...(alternatives.get(filter.kind) ?? []), sql]);
  }
  for (const some of alternatives.values()) conditions.push(some.join(' OR '));
  return allOf(conditions);
}

/** @returns both conditions; undefined when there is none */
export function allOf(conditions: readonly (string | undefined)[]): string | undefined {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length === 0 ? undefined : given.map((condition) => `(${condition})`).join(' AND ');
}

function sqlOf(filter: Exclude<QueryFilter, { kind: 'changed' }>, roots: readonly WorkspaceRoot[]): string {
  switch (filter.kind) {
    case 'path':
      return pathSql(pathPattern(filter.pattern), roots);
    case 'lang':
      return `language IN (${filter.languages.map(quote).join(', ')})`;
    case 'symbol': {
      const pattern = quote(`(?i)${symbolSource(filter.name)}`);
      return `regexp_like(symbol, ${pattern}) OR regexp_like(names, ${pattern})`;
    }
    case 'text':
      return textSql(filter.text);
    case 'word': {
      const [term] = codeTokens(filter.word);
      return term === undefined ? 'false' : `contains(concat(' ', toks, ' '), ${quote(` ${term} `)})`;
    }
  }
}

/** @returns a condition for pages that have a text word for word; its case counts when it has a capital letter */
export function textSql(text: string): string {
  const lower = text.toLowerCase();
  return text === lower ? `contains(lower(text), ${quote(lower)})` : `contains(text, ${quote(text)})`;
}

/** A file goes by its path in its folder, and with several folders also by that with the folder's name before it. */
function pathSql({ source, excluded }: PathPattern, roots: readonly WorkspaceRoot[]): string {
  const pattern = quote(`(?i)${source}`);
  const ways = [`regexp_like(rel, ${pattern})`];
  if (roots.length > 1) {
    for (const { name, path } of roots) {
      ways.push(`(root = ${quote(path)} AND regexp_like(concat(${quote(`${name}/`)}, rel), ${pattern}))`);
    }
  }
  return excluded ? `NOT (${ways.join(' OR ')})` : ways.join(' OR ');
}

/** Matches a name, or the last parts of a longer one; `*` stands for any part of a name. */
export function symbolSource(name: string): string {
  const parts = name.split(/\.|::|#/).map((part) => part.split('*').map(escaped).join('[^ .]*'));
  return `(?:^|[ .])${parts.join('\\.')}(?:[ .(]|$)`;
}
