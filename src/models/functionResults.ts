/**
 * Reads what functions answered, as text: the offline model sees exactly what any model sees. Tolerant: a line that is
 * not understood is passed over.
 */

/** Lines of a file, 1-based and inclusive, as a search or a grep found them. */
export interface FoundRange {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** Lines `1. src/a.ts:10-42 QueueManager.flush (score 7.1)` of a `search_workspace` result, best first. */
export function searchHits(result: string): FoundRange[] {
  return matches(result, /^\s*\d+[.)]\s+(.+?):(\d+)(?:\s*[-–]\s*(\d+))?(?=\s|$|,|\))/).map(
    ([, path, start, end]) => range(path, Number(start), Number(end ?? start)),
  );
}

/** Lines `src/a.ts:12: text` of a `grep` result, in order. */
export function grepHits(result: string): FoundRange[] {
  return matches(result, /^\s*(?:\d+[.)]\s+)?([^\s:][^:]*):(\d+)(?::\d+)?(?::|\s)/).map(([, path, line]) =>
    range(path, Number(line), Number(line)),
  );
}

/** Lines of one file as a result shows them. */
export interface ShownLines {
  /** As addresses have it: `<folder>/src/a.ts`. */
  readonly addressPath: string;
  /** Number → text. */
  readonly lines: ReadonlyMap<number, string>;
}

/** File pages in a `read_file` or `page_in` result: a line with the address, then lines `   12<tab>text`. */
export function shownLines(result: string): ShownLines[] {
  const pages: { addressPath: string; lines: Map<number, string> }[] = [];
  for (const line of result.split(/\r?\n/)) {
    const address = /^file:(.+)#L\d+-L\d+@[0-9a-f]{16}/.exec(line);
    if (address?.[1]) pages.push({ addressPath: address[1], lines: new Map() });
    const numbered = /^\s*(\d+)\t(.*)$/.exec(line);
    if (numbered) pages.at(-1)?.lines.set(Number(numbered[1]), numbered[2] ?? '');
  }
  return pages;
}

export interface RecalledMessage {
  /** Address, date and author, e.g. `msg:<session>/<seq> 2026-03-31 10:00 user`. */
  readonly heading: string;
  readonly text: string;
}

/** Messages of a `recall_search` result: a heading each, and the excerpt indented below it. */
export function recalledMessages(result: string): RecalledMessage[] {
  const found: { heading: string; text: string }[] = [];
  for (const line of result.split(/\r?\n/)) {
    const excerpt = /^\s+(\S.*)$/.exec(line)?.[1];
    const message = found.at(-1);
    if (excerpt === undefined && line !== '') found.push({ heading: line.trim(), text: '' });
    else if (excerpt !== undefined && message) message.text += message.text === '' ? excerpt : `\n${excerpt}`;
  }
  return found.filter(({ text }) => text !== '');
}

function matches(text: string, pattern: RegExp): RegExpExecArray[] {
  return text
    .split(/\r?\n/)
    .map((line) => pattern.exec(line))
    .filter((match) => match !== null);
}

function range(path: string | undefined, startLine: number, endLine: number): FoundRange {
  return { path: (path ?? '').trim(), startLine, endLine: Math.max(startLine, endLine) };
}
