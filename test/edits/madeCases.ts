/**
 * Cases made from sources of npm packages. Each begins with a change of known lines, made by splicing an array: that is
 * `after`. Then the change is quoted as models quote: less and less exactly. What is expected follows from how the case
 * was made and from counting in the text; the code under test has no part in it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EditCase } from './runCases';

const SOURCES = [
  'commander/lib/command.js',
  'commander/lib/help.js',
  'ignore/index.js',
  'diff/libesm/diff/base.js',
  'zod/v4/core/util.js',
  'zod/v4/core/parse.js',
];
const WINDOW_LINES = 90;

/** A file, and a change of lines [at, at + old.length) of it. */
interface Change {
  readonly lines: readonly string[];
  readonly at: number;
  readonly old: readonly string[];
  readonly put: readonly string[];
}

/** How the file is written. */
interface Style {
  readonly eol: '\n' | '\r\n';
  readonly ended: boolean;
  readonly bom: boolean;
}

/** @param rounds cases of each kind, at most @param random 0 to 1 */
export function madeCases(rounds: number, random: () => number): readonly EditCase[] {
  const cases: EditCase[] = [];
  for (const [kind, make] of Object.entries(KINDS)) {
    let made = 0;
    // Not every change can be quoted in every way.
    for (let tries = 0; made < rounds && tries < rounds * 40; tries++) {
      const one = make(anyChange(random), anyStyle(random), random);
      if (!one) continue;
      made++;
      cases.push({ name: `${kind} ${made}`, ...one });
    }
    if (made < rounds) throw new Error(`Only ${made} cases of the kind ${kind} could be made.`);
  }
  return cases;
}

type Make = (change: Change, style: Style, random: () => number) => Omit<EditCase, 'name'> | undefined;

const KINDS: Readonly<Record<string, Make>> = {
  exact: (change, style) => {
    const [old, put] = [change.old.join('\n'), change.put.join('\n')];
    return count(change.lines.join('\n'), old) === 1
      ? expectAfter(change, style, [{ old, new: put }])
      : undefined;
  },

  'exact, with its line end': (change, style) => {
    const [old, put] = [`${change.old.join('\n')}\n`, `${change.put.join('\n')}\n`];
    const isLast = change.at + change.old.length === change.lines.length;
    if (isLast || count(change.lines.join('\n'), old) !== 1) return undefined;
    return expectAfter(change, style, [{ old, new: put }]);
  },

  'line ends written as in the other system': (change, style) => {
    const [old, put] = [change.old.join('\r\n'), change.put.join('\r\n')];
    if (change.old.length < 2 || count(change.lines.join('\n'), change.old.join('\n')) !== 1)
      return undefined;
    return expectAfter(change, { ...style, eol: '\n' }, [{ old, new: put }]);
  },

  'trailing blanks quoted that are not there': (change, style, random) => {
    const old = change.old.map((line, i) => (i === 0 || random() < 0.3 ? `${line}  ` : line)).join('\n');
    return quotedLoosely(change, style, old, change.put.join('\n'));
  },

  'trailing blanks in the file that are not quoted': (change, style, random) => {
    const lines = change.lines.map((line) =>
      random() < 0.5 ? `${line}${random() < 0.5 ? ' ' : '\t'}` : line,
    );
    const trailing = { ...change, lines };
    return quotedLoosely(trailing, style, change.old.join('\n'), change.put.join('\n'));
  },

  'indented more': (change, style, random) => {
    const more = ' '.repeat(1 + Math.floor(random() * 6));
    const shift = (line: string) => (line.trim() === '' ? line : more + line);
    return quotedLoosely(change, style, change.old.map(shift).join('\n'), change.put.map(shift).join('\n'));
  },

  'indented less': (change, style) => {
    const least = Math.min(
      ...[...change.old, ...change.put].filter((line) => line.trim() !== '').map(indent),
    );
    const shift = (line: string) => (line.trim() === '' ? line : line.slice(least));
    if (least === 0) return undefined;
    return quotedLoosely(change, style, change.old.map(shift).join('\n'), change.put.map(shift).join('\n'));
  },

  'first line quoted from its first word': (change, style) => {
    const [first = '', ...rest] = change.old;
    const [putFirst = '', ...putRest] = change.put;
    if (rest.length === 0 || indent(first) === 0 || indent(first) !== indent(putFirst)) return undefined;
    // A blank too many at an end of line, so that it is not an exact quotation.
    const old = [`${first.trim()} `, ...rest].join('\n');
    return quotedLoosely(change, style, old, [putFirst.trim(), ...putRest].join('\n'));
  },

  'blanks for tabs': (change, style, random) => {
    const unit = random() < 0.5 ? 2 : 4;
    const tabbed = withTabs(change);
    if (!tabbed) return undefined;
    const blanks = (line: string) => line.replace(/^\t+/, (tabs) => ' '.repeat(unit * tabs.length));
    return quotedLoosely(tabbed, style, tabbed.old.map(blanks).join('\n'), tabbed.put.map(blanks).join('\n'));
  },

  'tabs for blanks': (change, style) => {
    const tabbed = withTabs(change);
    if (!tabbed) return undefined;
    return quotedLoosely(change, style, tabbed.old.join('\n'), tabbed.put.join('\n'));
  },

  'wider indentation throughout': (change, style) => {
    const widths = new Set([...change.old].filter((line) => line.trim() !== '').map(indent));
    // From one width alone a shift cannot be told from a wider unit.
    if (widths.size < 2 || !withTabs(change)) return undefined;
    const wide = (line: string) => ' '.repeat(indent(line)) + line;
    return quotedLoosely(change, style, change.old.map(wide).join('\n'), change.put.map(wide).join('\n'));
  },

  'several edits, in any order': (change, style, random) => {
    const { lines } = change;
    const text = lines.join('\n');
    const starts = [0.1, 0.4, 0.7].map((share) => Math.floor(share * lines.length + random() * 5));
    const parts = starts.map((at) => ({
      at,
      old: lines.slice(at, at + 2),
      put: [`// changed ${at}`, ...lines.slice(at, at + 1)],
    }));
    if (parts.some(({ old }) => count(text, old.join('\n')) !== 1)) return undefined;
    const after = [...lines];
    for (const { at, old, put } of [...parts].reverse()) after.splice(at, old.length, ...put);
    const edits = parts.map(({ old, put }) => ({ old: old.join('\n'), new: put.join('\n') }));
    if (random() < 0.7) edits.reverse();
    return { ...fileOf(lines, style), edits, expected: { after: written(after, style) } };
  },

  'every place': ({ lines }, style) => {
    const text = lines.join('\n');
    const word = (text.match(/\b[a-z]{5,}\b/g) ?? []).find((one) => count(text, one) > 3);
    if (word === undefined) return undefined;
    const after = text.split(word).join('renamed').split('\n');
    return {
      ...fileOf(lines, style),
      edits: [{ old: word, new: 'renamed', replace_all: true }],
      expected: { after: written(after, style) },
    };
  },

  'repeated lines': (change, style, random) => {
    const { lines, old, put } = change;
    const again = Math.floor(random() * change.at);
    const twice = [...lines.slice(0, again), ...old, ...lines.slice(again)];
    const expected = count(twice.join('\n'), old.join('\n'));
    return {
      ...fileOf(twice, style),
      edits: [{ old: old.join('\n'), new: put.join('\n') }],
      expected: { refused: `old occurs ${expected} times in file.txt, at lines` },
    };
  },

  'repeated lines, quoted with another indentation': (change, style) => {
    const { lines, old, put } = change;
    const shift = (line: string) => (line.trim() === '' ? line : `   ${line}`);
    const twice = [...lines, ...old.map((line) => (line.trim() === '' ? line : ` ${line}`))];
    const quoted = old.map(shift).join('\n');
    if (count(twice.join('\n'), quoted) > 0 || alike(twice, old) !== 2) return undefined;
    return {
      ...fileOf(twice, style),
      edits: [{ old: quoted, new: put.map(shift).join('\n') }],
      expected: { refused: 'but for white space 2 times' },
    };
  },

  'a wrong letter': (change, style, random) => {
    const { lines, old, put } = change;
    const line = Math.floor(random() * old.length);
    const wrong = old.map((text, i) => (i === line ? text.replace(/[a-z](?=\S*$)/, 'Q') : text));
    if (
      wrong.join() === old.join() ||
      alike(lines, wrong) > 0 ||
      count(lines.join('\n'), wrong.join('\n')) > 0
    )
      return undefined;
    return {
      ...fileOf(lines, style),
      edits: [{ old: wrong.join('\n'), new: put.join('\n') }],
      expected: { refused: 'old does not occur in file.txt' },
    };
  },

  'edits of the same lines': (change, style, random) => {
    const { lines, at } = change;
    const text = lines.join('\n');
    const [first, second] = [lines.slice(at, at + 3).join('\n'), lines.slice(at + 2, at + 4).join('\n')];
    if (count(text, first) !== 1 || count(text, second) !== 1 || lines[at + 2]?.trim() === '')
      return undefined;
    const edits = [
      { old: first, new: '// one' },
      { old: second, new: '// two' },
    ];
    if (random() < 0.5) edits.reverse();
    return {
      ...fileOf(lines, style),
      edits,
      expected: { refused: 'replaces text that edit 1 replaces too' },
    };
  },

  'one edit of several that does not fit': (change, style) => {
    const { lines, old, put } = change;
    if (count(lines.join('\n'), old.join('\n')) !== 1) return undefined;
    const edits = [
      { old: old.join('\n'), new: put.join('\n') },
      { old: 'this is nowhere in it', new: 'x' },
    ];
    return { ...fileOf(lines, style), edits, expected: { refused: 'None of the edits was made.' } };
  },

  'lines not seen': (change, style) => {
    const { lines, at, old, put } = change;
    if (count(lines.join('\n'), old.join('\n')) !== 1 || at < 2) return undefined;
    return {
      ...fileOf(lines, style),
      seen: [1, at],
      edits: [{ old: old.join('\n'), new: put.join('\n') }],
      expected: { refused: 'you have not seen these lines as they are now' },
    };
  },

  'a stale page': (change, style, random) => {
    const { lines, at, old, put } = change;
    if (count(lines.join('\n'), old.join('\n')) !== 1) return undefined;
    const elsewhere = (at + old.length + 3 + Math.floor(random() * 20)) % lines.length;
    if (elsewhere >= at && elsewhere < at + old.length) return undefined;
    const then = lines.map((line, i) => (i === elsewhere ? `${line} // by hand` : line));
    return {
      ...fileOf(lines, style),
      meanwhile: written(then, style),
      edits: [{ old: old.join('\n'), new: put.join('\n') }],
      expected: { refused: 'you have not seen these lines as they are now' },
    };
  },

  'the lines themselves changed meanwhile': (change, style) => {
    const { lines, at, old, put } = change;
    const then = lines.map((line, i) => (i === at ? `${line} // by hand` : line));
    const quoted = `${old.join('\n')}\n`;
    if (count(then.join('\n'), quoted) > 0 || alike(then, old) > 0) return undefined;
    return {
      ...fileOf(lines, style),
      meanwhile: written(then, style),
      edits: [{ old: quoted, new: `${put.join('\n')}\n` }],
      expected: { refused: 'old does not occur in file.txt' },
    };
  },

  'other characters that look the same': (change, style, random) => {
    const pairs = [
      [' ', '\u00a0'],
      ['-', '\u2011'],
      ["'", '\u2019'],
      ['e', 'e\u0301'],
    ] as const;
    const [plain, other] = pairs[Math.floor(random() * pairs.length)] ?? pairs[0];
    const { lines, at, old, put } = change;
    const index = old.findIndex((line) => line.trim().includes(plain));
    if (index < 0) return undefined;
    const swap = (line: string) => {
      const start = indent(line);
      return line.slice(0, start) + line.slice(start).replace(plain, other);
    };
    const odd = lines.map((line, i) => (i === at + index ? swap(line) : line));
    if (count(odd.join('\n'), old.join('\n')) > 0 || alike(odd, old) > 0) return undefined;
    return {
      ...fileOf(odd, style),
      edits: [{ old: old.join('\n'), new: put.join('\n') }],
      expected: { refused: `Line ${at + 1} looks the same, but` },
    };
  },
};

function anyChange(random: () => number): Change {
  const source = SOURCES[Math.floor(random() * SOURCES.length)] ?? SOURCES[0];
  const all = readFileSync(join(process.cwd(), 'node_modules', source ?? ''), 'utf8').split(/\r?\n/);
  const from = Math.floor(random() * Math.max(1, all.length - WINDOW_LINES));
  const lines = all.slice(from, from + WINDOW_LINES).map((line) => line.trimEnd());
  while (lines.at(-1) === '') lines.pop();
  let at = 2 + Math.floor(random() * (lines.length - 12));
  while (lines[at]?.trim() === '') at++;
  const old = lines.slice(at, at + 1 + Math.floor(random() * 5));
  while (old.length > 1 && old.at(-1)?.trim() === '') old.pop();
  const put = [...old];
  const line = Math.floor(random() * put.length);
  const text = put[line] ?? '';
  if (random() < 0.4) put.splice(line, 1, `${text} // changed`);
  else if (random() < 0.5) put.splice(line, 0, `${' '.repeat(indent(text))}added();`);
  else put.splice(line, 1, text, `${' '.repeat(indent(text) + 2)}deeper();`);
  return { lines, at, old, put };
}

function anyStyle(random: () => number): Style {
  return { eol: random() < 0.4 ? '\r\n' : '\n', ended: random() < 0.8, bom: random() < 0.1 };
}

/** A quotation that is not exact, of lines that stand there once. */
function quotedLoosely(change: Change, style: Style, old: string, put: string) {
  const { lines } = change;
  if (count(lines.join('\n'), old) > 0 || alike(lines, change.old) !== 1) return undefined;
  return expectAfter(change, style, [{ old, new: put }]);
}

function expectAfter({ lines, at, old, put }: Change, style: Style, edits: readonly unknown[]) {
  const after = [...lines];
  after.splice(at, old.length, ...put);
  return { ...fileOf(lines, style), edits: [...edits], expected: { after: written(after, style) } };
}

function fileOf(lines: readonly string[], style: Style) {
  return { before: written(lines, style), ...(style.bom ? { bom: true } : {}) };
}

function written(lines: readonly string[], { eol, ended }: Style): string {
  return lines.join(eol) + (ended ? eol : '');
}

/** Each two blanks of indentation as a tab; undefined where that does not come out even, or there is none. */
function withTabs(change: Change): Change | undefined {
  const { lines, old, put } = change;
  if ([...old, ...put].some((line) => indent(line) % 2 === 1) || old.every((line) => indent(line) === 0))
    return undefined;
  const tabs = (line: string) => line.replace(/^( {2})+/, (blanks) => '\t'.repeat(blanks.length / 2));
  return { ...change, lines: lines.map(tabs), old: old.map(tabs), put: put.map(tabs) };
}

function indent(line: string): number {
  return line.length - line.trimStart().length;
}

function count(text: string, part: string): number {
  let found = 0;
  for (let at = 0; at + part.length <= text.length; at++) if (text.startsWith(part, at)) found++;
  return found;
}

/** Places where the lines stand but for white space at their ends. */
function alike(lines: readonly string[], wanted: readonly string[]): number {
  const trimmed = wanted.map((line) => line.trim());
  return lines.filter((_, at) => trimmed.every((line, i) => lines[at + i]?.trim() === line)).length;
}
