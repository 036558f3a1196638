/** Places in text that was pasted: paths, stack frames, lines of compilers; and what of such text is worth searching. */

export interface PlaceInText {
  /** As it is written, `/`-separated: absolute, relative, or a mere file name. */
  readonly path: string;
  readonly line: number | undefined;
}

/** Of a longer text the beginning is read, UTF-16 units. */
const maxText = 16_000;
/** Nothing longer is a path. */
const maxPath = 1000;
/** Frames read of one text. */
const maxPlaces = 40;

/** What may be part of a path, and what may follow it to name a line: of runtimes, compilers and links. */
const run = /[\p{L}\p{N}_.@$+~\\/-]+/gu;
const ending = /[\p{L}\p{N}_)\]]\.[A-Za-z][A-Za-z0-9]{0,9}$/u;
const lineAfter = /(?::|#L|\(|"?,? (?:on )?line |:line )(\d{1,7})/y;
const latestLast = /most recent call last/i;
/** Java and Kotlin name the class in full, and the file alone: `at a.b.Queue.flush(Queue.java:12)`. */
const javaFrame =
  /\bat\s+(?:[\w.]{1,99}\/)?(?<class>[\w.$]{1,400})\.[\w$<>]{1,200}\((?<file>\w{1,200}\.(?:java|kt|scala|groovy)):(?<line>\d+)\)/gu;
const frameLine = /^\s*(?:at\s|File "|#\d+\s|from\s.+:\d+:in|\d+:\s+0x|.{0,200}[\\/].{0,200}:\d+)/m;

/** Parts of an error message that differ each time it occurs. */
const volatile = [
  /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi,
  /\b0x[0-9a-f]{4,}\b/gi,
  /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?\b/g,
  /\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12,64}\b/gi,
];
/** Counts, process ids, sizes: said in a pasted error, they say nothing about the code. */
const numbers = /(?<![\p{L}\p{N}_.-])\d{4,}(?:\.\d+)?(?:\s?(?:ms|s|bytes|[KMG]i?B))?(?![\p{L}\p{N}_-])/gu;

/** @returns the distinct places a text names, the innermost frame of a stack trace first */
export function readPlaces(text: string): PlaceInText[] {
  const found = new Map<string, PlaceInText>();
  const add = (path: string, line: string | undefined) => {
    const key = `${path}:${line ?? ''}`;
    if (!found.has(key)) found.set(key, { path, line: line === undefined ? undefined : Number(line) });
  };
  const rest = text
    .slice(0, maxText)
    .replace(javaFrame, (_, className: string, file: string, line: string) => {
      const folders = className.split('.').slice(0, -1);
      add([...folders, file].join('/'), line);
      return ' ';
    });
  for (const { path, line } of written(rest)) {
    if (found.size >= 4 * maxPlaces) break;
    // A bare name without a line may be anything with a dot: `this.queue`.
    if (path.includes('/') || line !== undefined || fileEndings.test(path)) add(path, line);
  }
  const places = [...found.values()];
  return (latestLast.test(text) ? places.reverse() : places).slice(0, maxPlaces);
}

const fileEndings =
  /\.(?:[cm]?[jt]sx?|py|go|rs|java|kts?|cs|rb|php|c|h|cc|cpp|hpp|swift|scala|lua|vue|svelte|md|json|ya?ml|toml|html|css|scss|sql|sh)$/i;

interface WrittenPath {
  readonly start: number;
  readonly end: number;
  readonly path: string;
  readonly line: string | undefined;
}

function* written(text: string): Generator<WrittenPath> {
  for (const { 0: found, index: start } of text.matchAll(run)) {
    if (found.length > maxPath) continue;
    const raw = found.replace(/\.+$/, '');
    if (!ending.test(raw)) continue;
    const end = start + raw.length;
    lineAfter.lastIndex = end;
    yield { start, end, path: plainPath(raw), line: lineAfter.exec(text)?.[1] };
  }
}

/** `/`-separated, without what leads nowhere in particular: `./`, `../`, and the slashes of `file:///`. */
function plainPath(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(/\/{2,}/g, '/')
    .replace(/^\/?(?:\.{1,2}\/)+/, '');
}

/** @returns whether a text is a stack trace or what a compiler printed */
export function isTrace(text: string): boolean {
  return text.includes('\n') && frameLine.test(text.slice(0, maxText));
}

/**
 * @param text a query without its filters
 * @returns what of its beginning says something about the code: without addresses, ids and times; of a trace also without numbers and
 *   with the names of files instead of the paths they have on some machine. The whole text when nothing else is left.
 */
export function lastingText(text: string): string {
  if (!/\s/.test(text)) return text;
  let lasting = text.slice(0, maxText);
  if (isTrace(text)) {
    lasting = withShortPaths(lasting).replace(numbers, ' ');
  }
  for (const pattern of volatile) lasting = lasting.replace(pattern, ' ');
  return /[\p{L}]{2}/u.test(lasting) ? lasting.trim() : text;
}

function withShortPaths(text: string): string {
  let short = '';
  let done = 0;
  for (const { start, end, path } of written(text)) {
    short += `${text.slice(done, start)}${path.split('/').slice(-2).join('/')}`;
    done = end;
  }
  return short + text.slice(done);
}
