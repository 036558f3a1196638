/** Finds a symbol that is named by its text on a line: models cannot count columns. */

/** Lines that a refusal names. */
const MAX_LINES = 6;
const MAX_LINE_CHARS = 120;

const nameCharacter = /[\p{L}\p{N}_$]/u;

/** @returns the last name of a text, as `symbolColumns` looks for it */
export function lastName(symbol: string): RegExpExecArray | null {
  return /[\p{L}\p{N}_$]+(?=[^\p{L}\p{N}_$]*$)/u.exec(symbol);
}

/**
 * @param symbol a name, or a piece of the line that ends with it (`config.port`)
 * @returns where in the line the last name of `symbol` begins, for each time it is there: UTF-16 units
 */
export function symbolColumns(line: string, symbol: string): readonly number[] {
  const text = symbol.trim();
  const name = lastName(text);
  if (!name) return [];
  const columns: number[] = [];
  for (let at = line.indexOf(text); at >= 0; at = line.indexOf(text, at + 1)) {
    if (isWhole(line, at, text)) columns.push(at + name.index);
  }
  return columns;
}

/** A part of a longer name is not the name. */
function isWhole(line: string, at: number, text: string): boolean {
  const joins = (inner: string | undefined, outer: string | undefined) =>
    inner !== undefined && outer !== undefined && nameCharacter.test(inner) && nameCharacter.test(outer);
  return !joins(text[0], line[at - 1]) && !joins(text.at(-1), line[at + text.length]);
}

/** @returns what to tell a model that has named a line without the symbol: where it is */
export function notOnLine(path: string, lines: readonly string[], line: number, symbol: string): string {
  const found = lines.flatMap((text, i) => (symbolColumns(text, symbol).length > 0 ? [i + 1] : []));
  const nearest = found
    .sort((a, b) => Math.abs(a - line) - Math.abs(b - line))
    .slice(0, MAX_LINES)
    .sort((a, b) => a - b);
  const missing = `Line ${line} of ${path} does not have ${JSON.stringify(symbol.trim())}`;
  if (nearest.length === 0)
    return `${missing}, nor does another line. Read the file, and name what is there.`;
  const places = nearest.map((n) => `${n}: ${(lines[n - 1] ?? '').trim().slice(0, MAX_LINE_CHARS)}`);
  return [
    `${missing}. It is on ${found.length > nearest.length ? 'other lines, the nearest' : 'these'}:`,
    ...places,
  ].join('\n');
}
