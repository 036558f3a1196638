/** Pages that a query asks for by place or by name: they come before what is found by words. */
import type { CodeHit } from '../../engine/ports';
import { type FileKey, keyOf, rowsOf } from '../Catalog';
import { queryTokens } from '../codeTokens';
import type { Indexer } from '../Indexer';
import type { OverlaidPages } from '../OverlaidPages';
import { isTestPath } from '../pathKinds';
import { isOneOf, quote } from '../sql';
import { allOf, textSql } from './filterSql';
import { type Aim, testTitle } from './readAim';
import { type PlaceInText, readPlaces } from './readPlaces';

export interface Pin {
  readonly id: string;
  readonly root: string;
  readonly rel: string;
  readonly role: NonNullable<CodeHit['role']>;
  /** Lines that it is there for. */
  readonly lines: readonly number[];
}

interface PageRow extends FileKey {
  readonly id: string;
  readonly startLine: number;
  readonly endLine: number;
}

interface SymbolRow extends FileKey {
  readonly page: string;
  readonly line: number;
  readonly container: string;
}

/** A file name that more files have than this names none of them. */
const maxNamesakes = 5;
/** Pages pinned for one question. */
const maxPins = 200;
/** A word that more places define than this is not meant as a name. */
const maxPlainDefinitions = 5;
const titlePages = 3;
const symbolColumns = ['page', 'line', 'container'];
const compound = /[\p{Ll}\p{N}]\p{Lu}|[_$]|^\p{Lu}/u;

export class PinnedPages {
  constructor(
    private readonly source: OverlaidPages,
    private readonly indexer: Indexer,
  ) {}

  /**
   * @param text a query without its filters
   * @param aim what it asks about
   * @param where condition that pages must meet
   * @returns distinct pages: the places that the text names, in its order; then definitions, then uses of what it asks about
   */
  async of(text: string, aim: Aim | undefined, where: string | undefined): Promise<readonly Pin[]> {
    const places = text.includes('.') ? readPlaces(text) : [];
    const title = aim ? undefined : testTitle(text);
    const found = await Promise.all([
      places.length === 0 ? [] : this.atPlaces(places, text, where),
      aim ? this.named(aim, where) : [],
      title === undefined ? [] : this.titled(title, where),
    ]);
    const pins = new Map<string, Pin>();
    for (const pin of found.flat()) {
      const known = pins.get(pin.id);
      if (known) pins.set(pin.id, { ...known, lines: [...new Set([...known.lines, ...pin.lines])] });
      else if (pins.size < maxPins) pins.set(pin.id, pin);
    }
    return [...pins.values()];
  }

  private async atPlaces(
    places: readonly PlaceInText[],
    text: string,
    where: string | undefined,
  ): Promise<Pin[]> {
    const files = this.filesAt(places);
    const all = files.flatMap(({ found }) => found);
    if (all.length === 0) return [];
    const condition = allOf([rowsOf(all), where]);
    const [rows, best] = await Promise.all([
      this.source.matches(['id', 'startLine', 'endLine'], undefined, condition),
      this.source.searchTerms({
        terms: queryTokens(text),
        columns: ['id'],
        limit: maxPins,
        where: condition,
      }),
    ]);
    const rank = new Map(best.map(({ id }, i) => [String(id), i]));
    const byFile = Map.groupBy(rows as unknown as PageRow[], keyOf);
    return files.flatMap(({ line, found }) =>
      found.flatMap((file): Pin[] => {
        const pages = byFile.get(keyOf(file)) ?? [];
        const page =
          line === undefined
            ? pages.toSorted(
                (a, b) =>
                  (rank.get(a.id) ?? maxPins) - (rank.get(b.id) ?? maxPins) || a.startLine - b.startLine,
              )[0]
            : pages.find(({ startLine, endLine }) => startLine <= line && line <= endLine);
        return page ? [{ ...pinOf(page), role: 'place', lines: line === undefined ? [] : [line] }] : [];
      }),
    );
  }

  /** The workspace's files of each place; a place that names no file, or too many, is left out. */
  private filesAt(
    places: readonly PlaceInText[],
  ): { readonly line: number | undefined; readonly found: FileKey[] }[] {
    const names = new Set(places.map(({ path }) => lastPart(path).toLowerCase()));
    const known: FileKey[] = [];
    for (const file of this.indexer.catalog.files()) {
      if (this.indexer.catalog.isSearched(file) && names.has(lastPart(file.rel).toLowerCase()))
        known.push(file);
    }
    return places.flatMap(({ path, line }) => {
      const exact = known.filter(
        ({ root, rel }) => path === rel || path === `${root.replaceAll('\\', '/')}/${rel}`,
      );
      const found = exact.length > 0 ? exact : known.filter(({ rel }) => isTail(path, rel));
      return found.length > 0 && found.length <= maxNamesakes ? [{ line, found }] : [];
    });
  }

  private async named(aim: Aim, where: string | undefined): Promise<Pin[]> {
    const definitions = (await this.symbols('definition', aim.name))
      .filter(({ container }) => aim.container === '' || lastName(container) === aim.container)
      .filter(({ rel }) => aim.kind !== 'test' || isTestPath(rel));
    const plain = !compound.test(aim.name) && aim.container === '';
    if (aim.kind === 'definition' && plain && definitions.length > maxPlainDefinitions) return [];
    const uses = aim.kind === 'uses' ? await this.symbols('reference', aim.name) : [];
    const pins = [
      ...definitions.map(
        (row): Pin => ({ ...pinOf({ ...row, id: row.page }), role: 'definition', lines: [row.line] }),
      ),
      ...uses.map((row): Pin => ({ ...pinOf({ ...row, id: row.page }), role: 'use', lines: [row.line] })),
    ].slice(0, 2 * maxPins);
    if (where === undefined || pins.length === 0) return pins;
    const condition = allOf([
      isOneOf(
        'id',
        pins.map(({ id }) => id),
      ),
      where,
    ]);
    const allowed = new Set(
      (await this.source.matches(['id'], undefined, condition)).map(({ id }) => String(id)),
    );
    return pins.filter(({ id }) => allowed.has(id));
  }

  /** Code before tests, in the order of paths and lines. */
  private async symbols(kind: 'definition' | 'reference', name: string): Promise<SymbolRow[]> {
    const read = async (condition: string) =>
      (await this.source.symbols(
        symbolColumns,
        `${condition} AND kind = ${quote(kind)}`,
      )) as unknown as SymbolRow[];
    let rows = await read(`name = ${quote(name)}`);
    if (rows.length === 0 && kind === 'definition' && compound.test(name)) {
      rows = await read(`lower(name) = ${quote(name.toLowerCase())}`);
    }
    return rows
      .map(({ page, root, rel, line, container }) => ({ page, root, rel, line, container }))
      .sort(
        (a, b) =>
          Number(isTestPath(a.rel)) - Number(isTestPath(b.rel)) ||
          (a.rel < b.rel ? -1 : a.rel > b.rel ? 1 : a.line - b.line),
      );
  }

  private async titled(title: string, where: string | undefined): Promise<Pin[]> {
    const rows = await this.source.searchTerms({
      terms: queryTokens(title),
      columns: ['id', 'root', 'rel'],
      limit: titlePages,
      where: allOf([textSql(title), where]),
    });
    return rows.map((row) => ({ ...pinOf(row as unknown as PageRow), role: 'place', lines: [] }));
  }
}

function pinOf({ id, root, rel }: FileKey & { readonly id: string }): Pick<Pin, 'id' | 'root' | 'rel'> {
  return { id, root, rel };
}

/** Whether one of two paths is the end of the other; a lone file name is the end of no path of another machine. */
function isTail(path: string, rel: string): boolean {
  const [a, b] = [path.toLowerCase(), rel.toLowerCase()];
  return `/${b}`.endsWith(`/${a.replace(/^\//, '')}`) || (b.includes('/') && a.endsWith(`/${b}`));
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function lastName(container: string): string {
  return container.slice(container.lastIndexOf('.') + 1);
}
