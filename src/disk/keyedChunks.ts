/** Segments of JSON and YAML by their indentation: keys that begin a line, list items. A parser would say no more. */
import { type Segment, splitLines } from './Segment';
import type { SourceText } from './SourceText';
import type { Outline } from './toPages';
import { type Unit, unitSegments, withComments } from './unitSegments';

/** Keys of the first levels are worth finding; below them are data. */
const namedDepth = 2;
const maxDepth = 12;
const maxName = 100;

/** What a line begins, if it begins something. */
interface Entry {
  readonly indent: number;
  /** Undefined for an item of a list. */
  readonly key: string | undefined;
  /** What a list item calls itself. */
  readonly itemName?: string | undefined;
  /** What follows is text, not structure. */
  readonly isText?: boolean;
}

interface Syntax {
  readonly entryOf: (line: string) => Entry | undefined;
  readonly comment: RegExp;
}

const jsonKey = /^([ \t]*)"((?:[^"\\]|\\.){0,200})"[ \t]*:/;
const jsonItem = /^([ \t]*)[[{]/;
const json: Syntax = {
  entryOf(line) {
    const key = jsonKey.exec(line);
    if (key) return { indent: (key[1] ?? '').length, key: key[2] ?? '' };
    const item = jsonItem.exec(line);
    return item ? { indent: (item[1] ?? '').length, key: undefined } : undefined;
  },
  comment: /^\s*(?:\/\/|\/\*|\*)/,
};

const yamlItem = /^( *)-(?: +(?:(?:name|id|key)[ ]*: *["']?([^"'#]+)|.*)|$)/;
const yamlKey =
  /^( *)(?:"([^"]{0,200})"|'([^']{0,200})'|([^\s#'"&*!|>%@`{}[\],-][^#:]{0,200}|-[^\s#:][^#:]{0,200})) *:(?:\s(.*))?$/;
const blockScalar = /^\s*(?:[!&]\S+\s+)*[|>][-+\d]*\s*(?:#.*)?$/;
const yaml: Syntax = {
  entryOf(line) {
    const key = yamlKey.exec(line);
    if (key) {
      const name = key[2] ?? key[3] ?? key[4] ?? '';
      return { indent: (key[1] ?? '').length, key: name.trim(), isText: blockScalar.test(key[5] ?? '') };
    }
    const item = yamlItem.exec(line);
    if (!item) return undefined;
    return { indent: (item[1] ?? '').length, key: undefined, itemName: item[2]?.trim() };
  },
  comment: /^\s*#/,
};

/** @returns segments of a JSON file as formatters write it; symbols are paths of keys */
export function jsonChunks(source: SourceText): Outline {
  return new KeyedCutter(source, json).cut();
}

/** @returns segments of a YAML file; symbols are paths of keys and of the names of list items */
export function yamlChunks(source: SourceText): Outline {
  return new KeyedCutter(source, yaml).cut();
}

interface KeyUnit extends Unit {
  readonly entryLine: number;
  readonly name: string | undefined;
  readonly isItem: boolean;
  readonly isText: boolean;
}

class KeyedCutter {
  private readonly entries: readonly (Entry | undefined)[];

  constructor(
    private readonly source: SourceText,
    private readonly syntax: Syntax,
  ) {
    this.entries = Array.from({ length: source.lineCount }, (_, i) => syntax.entryOf(source.line(i)));
  }

  cut(): Outline {
    // The brace or bracket around everything is no level.
    const outer = this.syntax === json ? this.entries.findIndex((entry) => entry !== undefined) : -1;
    const from = outer >= 0 && this.entries[outer]?.key === undefined ? outer + 1 : 0;
    const last = this.source.lineCount - 1;
    const names = this.namesIn(from, last, '', 0);
    let next = 0;
    const segments = this.level(0, last, '', 0, from).map((segment) => {
      const own: string[] = [];
      for (; next < names.length && (names[next]?.line ?? 0) <= segment.last; next++)
        own.push(names[next]?.name ?? '');
      return { ...segment, names: own };
    });
    const symbols = names.map(({ name, line, container }) => {
      const offset = this.source.lineStart(line);
      return { kind: 'definition' as const, name, offset, container };
    });
    return { segments, symbols };
  }

  /** Keys of the first levels, in order. */
  private namesIn(from: number, last: number, container: string, depth: number): KeyName[] {
    if (depth >= namedDepth) return [];
    const units = this.unitsIn(from, last, container);
    return units.flatMap((unit, i) => {
      if (unit.isItem || unit.name === undefined) return [];
      const own = { name: unit.name, line: unit.entryLine, container };
      const end = (units[i + 1]?.line ?? last + 1) - 1;
      return unit.isText ? [own] : [own, ...this.namesIn(unit.entryLine + 1, end, unit.symbol, depth + 1)];
    });
  }

  /** @param from the first line where an entry may begin; those before are the head of the level */
  private level(first: number, last: number, path: string, depth: number, from: number): Segment[] {
    const units = this.unitsIn(from, last, path);
    return unitSegments(this.source, units, first, last, (segment, unit) => {
      if (!unit || unit.isText || depth >= maxDepth || unit.entryLine >= segment.last) {
        return splitLines(this.source, segment);
      }
      return this.level(segment.first, segment.last, unit.symbol, depth + 1, unit.entryLine + 1).map(
        (inner) => (inner.symbol === '' ? { ...inner, symbol: unit.symbol } : inner),
      );
    });
  }

  /** Entries that stand furthest left: keys, or items where there are no keys as far left. */
  private unitsIn(from: number, last: number, path: string): KeyUnit[] {
    let indent = Number.POSITIVE_INFINITY;
    let hasKeys = false;
    for (let line = from; line <= last; line++) {
      const entry = this.entries[line];
      if (!entry || entry.indent > indent) continue;
      hasKeys = (entry.indent === indent && hasKeys) || entry.key !== undefined;
      indent = entry.indent;
    }
    const units: KeyUnit[] = [];
    for (let line = from; line <= last; line++) {
      const entry = this.entries[line];
      if (!entry || entry.indent !== indent || (hasKeys && entry.key === undefined)) continue;
      const name = (entry.key ?? entry.itemName)?.slice(0, maxName) || undefined;
      units.push({
        line: withComments(this.source, line, (units.at(-1)?.entryLine ?? from - 1) + 1, this.syntax.comment),
        entryLine: line,
        name,
        symbol: name === undefined ? path : path === '' ? name : `${path}.${name}`,
        names: [],
        isItem: entry.key === undefined,
        isText: entry.isText ?? false,
      });
    }
    return units;
  }
}

interface KeyName {
  readonly name: string;
  readonly line: number;
  readonly container: string;
}
