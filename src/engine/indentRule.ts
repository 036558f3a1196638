/** How lines that were written with one indentation are indented in a file, told from lines that stand in both. */

type Pair = readonly [written: string, file: string];

/**
 * Known indentations are mapped as they are; others by what all pairs have in common: a prefix more or less, or so many
 * blanks for so many tabs (or blanks).
 * @returns undefined when the pairs contradict each other; the rule gives undefined for what does not follow from them
 */
export function indentRule(pairs: readonly Pair[]): ((written: string) => string | undefined) | undefined {
  const known = new Map<string, string>();
  for (const [written, file] of pairs) {
    if (known.has(written) && known.get(written) !== file) return undefined;
    known.set(written, file);
  }
  const distinct = [...known];
  const derive = prefixRule(distinct) ?? widthRule(distinct);
  if (distinct.length > 1 && !derive) return undefined;
  const mixes = distinct.some(([, file]) => isMixed(file));
  return (written) => {
    const file = known.get(written) ?? derive?.(written);
    return file !== undefined && isMixed(file) && !mixes ? undefined : file;
  };
}

/** The file has the same more before every indentation, or less. */
function prefixRule(pairs: readonly Pair[]): ((written: string) => string | undefined) | undefined {
  const [first] = pairs;
  if (!first) return undefined;
  const [written, file] = first;
  if (file.endsWith(written)) {
    const more = file.slice(0, file.length - written.length);
    if (pairs.every(([ours, theirs]) => theirs === more + ours)) return (indent) => more + indent;
  }
  if (written.endsWith(file)) {
    const less = written.slice(0, written.length - file.length);
    if (pairs.every(([ours, theirs]) => ours === less + theirs))
      return (indent) => (indent.startsWith(less) ? indent.slice(less.length) : undefined);
  }
  return undefined;
}

/** So many characters for so many, all of one kind on either side. */
function widthRule(pairs: readonly Pair[]): ((written: string) => string | undefined) | undefined {
  const ours = kindOf(pairs.map(([written]) => written));
  const theirs = kindOf(pairs.map(([, file]) => file));
  if (ours === undefined || theirs === undefined) return undefined;
  const points = pairs.map(([written, file]) => [written.length, file.length] as const);
  const [[x1, y1] = [0, 0], second] = points;
  // One pair tells a ratio only when none of it is a shift.
  const [x2, y2] = second ?? [0, 0];
  if (x1 === x2) return undefined;
  const slope = (y2 - y1) / (x2 - x1);
  const at = (x: number) => y1 + slope * (x - x1);
  if (slope <= 0 || points.some(([x, y]) => Math.abs(at(x) - y) > 1e-9)) return undefined;
  if (!second && !(Number.isInteger(slope) || Number.isInteger(1 / slope))) return undefined;
  return (written) => {
    const width = Math.round(at(written.length) * 1e6) / 1e6;
    const isOurs = [...written].every((char) => char === ours);
    return isOurs && Number.isInteger(width) && width >= 0 ? theirs.repeat(width) : undefined;
  };
}

/** @returns the one character that all of them are made of; undefined when there are two, or none at all */
function kindOf(indents: readonly string[]): string | undefined {
  const kinds = new Set(indents.join(''));
  return kinds.size === 1 ? [...kinds][0] : undefined;
}

function isMixed(indent: string): boolean {
  return indent.includes(' ') && indent.includes('\t');
}
