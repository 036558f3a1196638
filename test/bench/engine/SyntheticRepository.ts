/**
 * Files for the paths of a commit trace: made-up code with the sizes, symbols and distinctive lines that real files have.
 * A file's first text depends on the seed and its path alone; edits change it as a session goes on.
 */
import { Random } from './random';

const VERBS = [
  'load',
  'parse',
  'build',
  'merge',
  'render',
  'resolve',
  'update',
  'apply',
  'track',
  'schedule',
];
const NOUNS = [
  'Config', 'Token', 'Window', 'Session', 'Buffer', 'Index', 'Request', 'Summary', 'Cursor', 'Policy', 'Range', 'Branch',
]; // biome-ignore format: a word list
const WORDS = [
  'active', 'pending', 'stale', 'offset', 'retry', 'limit', 'source', 'target', 'parent', 'label', 'total', 'entries',
  'version', 'timeout', 'handler', 'options', 'depth', 'queue', 'digest', 'locale',
]; // biome-ignore format: a word list

/** Lines of a range that is read at once from a file too long to be read whole. */
const RANGE_LINES = 200;
/** Files up to this length are read whole. */
const WHOLE_LINES = 300;

export interface Edit {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

export interface Place {
  readonly path: string;
  /** Name of a function in the range. */
  readonly symbol: string;
  readonly startLine: number;
  readonly endLine: number;
}

export class SyntheticRepository {
  private readonly files = new Map<string, string[]>();

  constructor(private readonly seed: number) {}

  text(path: string): string {
    return `${this.lines(path).join('\n')}\n`;
  }

  line(path: string, number: number): string {
    return this.lines(path)[number - 1] ?? '';
  }

  /** A place in a file and the range one reads to see it: the whole file, or the part around it. */
  place(path: string, random: Random): Place {
    const lines = this.lines(path);
    const defined = lines.flatMap((line, index) => (line.startsWith('export function ') ? [index + 1] : []));
    const line = defined.length === 0 ? 1 : random.pick(defined);
    const symbol = /function (\w+)/.exec(lines[line - 1] ?? '')?.[1] ?? '';
    if (lines.length <= WHOLE_LINES) return { path, symbol, startLine: 1, endLine: lines.length };
    const startLine = Math.floor((line - 1) / RANGE_LINES) * RANGE_LINES + 1;
    return { path, symbol, startLine, endLine: Math.min(lines.length, startLine + RANGE_LINES - 1) };
  }

  /** Plans an edit below the head of the place's function, which makes the text to replace unique in its file. */
  plan({ path, symbol }: Place, random: Random): Edit {
    const lines = this.lines(path);
    const at = Math.max(
      0,
      lines.findIndex((line) => line.includes(`function ${symbol}(`)),
    );
    const head = lines[at] ?? '';
    const replaced = lines.slice(at + 1, at + 1 + random.int(1, 3));
    const put = Array.from({ length: random.int(1, 5) }, () => statement(random));
    return { path, line: at + 1, before: [head, ...replaced].join('\n'), after: [head, ...put].join('\n') };
  }

  apply({ path, line, before, after }: Edit): void {
    this.lines(path).splice(line - 1, before.split('\n').length, ...after.split('\n'));
  }

  private lines(path: string): string[] {
    let lines = this.files.get(path);
    if (!lines) {
      lines = write(path, Random.named(this.seed, path));
      this.files.set(path, lines);
    }
    return lines;
  }
}

function write(path: string, random: Random): string[] {
  const length = random.size(110, 0.9, 15, 1200);
  const name = /([^/.]+)[^/]*$/.exec(path)?.[1]?.replace(/\W/g, '_') ?? 'module';
  const lines = Array.from(
    { length: random.int(2, 6) },
    () =>
      `import { ${random.pick(VERBS)}${random.pick(NOUNS)} } from '../${random.pick(WORDS)}/${random.pick(WORDS)}';`,
  );
  for (let index = 0; lines.length < length; index++) {
    const symbol = `${random.pick(VERBS)}${random.pick(NOUNS)}Of_${name}${index === 0 ? '' : index}`;
    lines.push(
      '',
      `export function ${symbol}(${random.pick(WORDS)}: string, ${random.pick(WORDS)}: number) {`,
    );
    for (let count = random.size(9, 0.7, 2, 60); count > 0; count--) lines.push(statement(random));
    lines.push('}');
  }
  return lines;
}

function statement(random: Random): string {
  const name = `${random.pick(WORDS)}${random.pick(NOUNS)}${random.int(1, 999)}`;
  switch (random.int(0, 4)) {
    case 0:
      return `  const ${name} = ${random.pick(VERBS)}${random.pick(NOUNS)}(${random.pick(WORDS)});`;
    case 1:
      return `  if (${random.pick(WORDS)} > ${random.int(2, 9999)}) return;`;
    case 2:
      return `    ${random.pick(WORDS)}.${random.pick(VERBS)}('${random.pick(WORDS)} ${random.pick(WORDS)} ${name}');`;
    case 3:
      return `  // ${random.pick(WORDS)} ${random.pick(WORDS)} before the ${random.pick(WORDS)} of ${name}`;
    default:
      return `  let ${name} = ${random.int(0, 9)};`;
  }
}
