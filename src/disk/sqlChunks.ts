import type { SourceText } from './SourceText';
import type { FoundSymbol, Outline } from './toPages';
import { type Unit, unitSegments } from './unitSegments';

/** What may hide a semicolon, the semicolon, and the words that open and close the bodies of routines. */
const token =
  /'[^']*(?:'|$)|"[^"]*(?:"|$)|`[^`]*(?:`|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|;|\b(?:begin|case|end)\b(?:[ \t]+(?:if|loop|while|repeat|for|case)\b)?/gi;

const name = String.raw`((?:[\w$#@]+|"[^"\n]+"|\x60[^\x60\n]+\x60|\[[^\]\n]+\])(?:\.(?:[\w$#@]+|"[^"\n]+"|\x60[^\x60\n]+\x60|\[[^\]\n]+\]))*)`;
const created = new RegExp(
  String.raw`\bcreate\s+(?:or\s+(?:replace|alter)\s+)?(?:(?:global|local|temp|temporary|unlogged|external|materialized|unique|clustered|nonclustered|fulltext|recursive|force|definer\s*=\s*\S+)\s+)*(table|view|function|procedure|proc|trigger|index|type|domain|schema|database|sequence|package|extension|role|user|policy|event|macro|aggregate)\s+(?:body\s+)?(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?${name}`,
  'gi',
);
const used = new RegExp(
  String.raw`\b(?:from|join|into|update|references|call|exec(?:ute)?)\s+(?:only\s+)?${name}`,
  'gi',
);
const routine = /\bcreate\b[^;]*\b(?:function|procedure|proc|trigger|package|event)\b/i;

/** Words that stand where a name could. */
const keywords = new Set([
  'select',
  'set',
  'values',
  'lateral',
  'unnest',
  'dual',
  'function',
  'procedure',
  'immediate',
  'of',
  'the',
]);

/** Segments of a SQL file, one for each statement. Symbols: what is created; the tables and routines that are used. */
export function sqlChunks(source: SourceText): Outline {
  const symbols: FoundSymbol[] = [
    ...found(source.text, created, 2, 'definition'),
    ...found(source.text, used, 1, 'reference'),
  ].sort((a, b) => a.offset - b.offset);
  const units: Unit[] = [];
  let next = 0;
  let line = 0;
  const close = (end: number) => {
    const names: string[] = [];
    for (; next < symbols.length && (symbols[next]?.offset ?? 0) < end; next++) {
      const symbol = symbols[next];
      if (symbol?.kind === 'definition') names.push(symbol.name);
    }
    const last = source.lineAt(Math.max(0, end - 1));
    if (last < line) return;
    units.push({ line, symbol: names[0] ?? '', names });
    line = last + 1;
  };
  for (const end of statementEnds(source.text)) close(end);
  close(source.text.length);
  return { segments: unitSegments(source, units, 0, source.lineCount - 1), symbols };
}

/** Offsets after the semicolons that end statements; those within the body of a routine do not. */
function statementEnds(text: string): number[] {
  const ends: number[] = [];
  let start = 0;
  let depth = 0;
  for (const match of text.matchAll(token)) {
    const word = match[0].toLowerCase();
    if (word === ';') {
      if (depth > 0) continue;
      start = match.index + 1;
      ends.push(start);
    } else if (word === 'begin' || word === 'case') {
      if (depth > 0 || (word === 'begin' && routine.test(text.slice(start, match.index)))) depth++;
    } else if (word === 'end' || word === 'end case') {
      depth = Math.max(0, depth - 1);
    }
  }
  return ends;
}

function found(text: string, pattern: RegExp, group: number, kind: FoundSymbol['kind']): FoundSymbol[] {
  const symbols: FoundSymbol[] = [];
  for (const match of text.matchAll(pattern)) {
    // `public.users` is found as `users`.
    const last = /[^.]+$/.exec(match[group] ?? '')?.[0].replace(/^["`[]|["`\]]$/g, '');
    if (!last || last.length < 2 || keywords.has(last.toLowerCase())) continue;
    symbols.push({ kind, name: last, offset: match.index, container: '' });
  }
  return symbols;
}
