/**
 * Carried pages: what an epoch's head goes on showing of pages whose messages have left. Ranges of one file are merged,
 * so that no line is there twice.
 */
import { fileAddress, parseAddress } from './addresses';
import { rawRange, renderFilePage, splitLines } from './filePages';
import { isFile, missingRanges, type Page } from './PageTable';
import type { CarriedPage, FilePage } from './pages';
import type { BlobStore, ContentHasher, TokenCounter } from './ports';
import { fileLabel } from './queueEntries';
import { tagged } from './taggedText';

export interface CarriedBlock {
  readonly pages: readonly CarriedPage[];
  /** What the head shows; empty when nothing is carried. */
  readonly text: string;
}

interface CarryParts {
  readonly blobs: BlobStore;
  readonly hash: ContentHasher;
  readonly counter: TokenCounter;
}

/**
 * @param refreshed ranges as they are now, by the addresses of pages that they take the place of
 * @param staying pages that the queue goes on holding
 * @returns the block of `pages`, files in the order of their paths, then results in the order of the calls
 */
export async function carriedBlock(
  pages: readonly Page[],
  refreshed: ReadonlyMap<string, FilePage>,
  staying: readonly Page[],
  parts: CarryParts,
): Promise<CarriedBlock> {
  const byPath = new Map<string, CarriedRange[]>();
  for (const page of pages.filter(isFile)) {
    const now = refreshed.get(page.address);
    const ranges = now ? await withoutShown(now, staying, parts.blobs) : [page];
    const carried = ranges.map((range) => ({ ...range, from: page.address }));
    byPath.set(page.path, [...(byPath.get(page.path) ?? []), ...carried]);
  }
  const shown: { readonly page: CarriedPage; readonly text: string }[] = [];
  for (const path of [...byPath.keys()].sort())
    for (const run of runsOf(byPath.get(path) ?? [])) shown.push(await mergedPage(run, parts));
  const results = pages.filter((page) => page.kind === 'tool').sort((a, b) => a.seq - b.seq);
  for (const { address, tokens, label, blob } of results) {
    if (blob === undefined) continue;
    const page = { kind: 'tool', address, tokens, label, blob, from: [address] } as const;
    shown.push({ page, text: await parts.blobs.get(blob) });
  }
  const text = shown.map((item) => item.text).join('\n\n');
  return {
    pages: shown.map((item) => item.page),
    text:
      text === ''
        ? ''
        : tagged('resident', text, ' note="still in view from earlier; as current as any page"'),
  };
}

/** A range as the head shows it, and the address of the page it was. */
type CarriedRange = FilePage & { readonly from: string };

/** What of a range the queue does not show already. */
async function withoutShown(
  range: FilePage,
  staying: readonly Page[],
  blobs: BlobStore,
): Promise<readonly FilePage[]> {
  const shown = staying.filter(isFile).filter((page) => page.path === range.path && !page.stale);
  const missing = missingRanges(range, shown);
  if (missing.length === 1 && shown.length === 0) return [range];
  const lines = splitLines(await blobs.get(range.source));
  const lineOf = (line: number) => line - range.startLine + 1;
  return Promise.all(
    missing.map(async ({ startLine, endLine }) => {
      const part = rawRange(lines, { startLine: lineOf(startLine), endLine: lineOf(endLine) });
      return { ...range, startLine, endLine, source: await blobs.put(part) };
    }),
  );
}

/** Ranges that touch or overlap, in the order of their lines. */
function runsOf(pages: readonly CarriedRange[]): CarriedRange[][] {
  const runs: CarriedRange[][] = [];
  let end = 0;
  for (const page of [...pages].sort((a, b) => a.startLine - b.startLine || a.endLine - b.endLine)) {
    const run = runs.at(-1);
    if (run && page.startLine <= end + 1) run.push(page);
    else runs.push([page]);
    end = run && page.startLine <= end + 1 ? Math.max(end, page.endLine) : page.endLine;
  }
  return runs;
}

async function mergedPage(
  run: readonly CarriedRange[],
  { blobs, hash, counter }: CarryParts,
): Promise<{ readonly page: CarriedPage; readonly text: string }> {
  const [first] = run as readonly [CarriedRange, ...CarriedRange[]];
  const lines: string[] = [];
  for (const page of run) {
    // Every page is fresh, so where two overlap they say the same.
    const own = splitLines(await blobs.get(page.source));
    lines.push(...own.slice(Math.max(0, first.startLine + lines.length - page.startLine)));
  }
  const range = { startLine: first.startLine, endLine: first.startLine + lines.length - 1 };
  const source = rawRange(lines, { startLine: 1, endLine: lines.length });
  const stored = await blobs.put(source);
  const parsed = parseAddress(first.address);
  const addressPath = parsed?.kind === 'file' ? parsed.addressPath : first.path;
  const heading = `lines ${range.startLine}-${range.endLine}`;
  const { text } = renderFilePage(addressPath, range, source, hash(source), heading);
  const [tokens = 0] = await counter.count([text]);
  const file: FilePage = {
    address: fileAddress(addressPath, range.startLine, range.endLine, stored),
    path: first.path,
    ...range,
    source: stored,
    version: run.at(-1)?.version ?? first.version,
  };
  return {
    page: {
      kind: 'file',
      address: file.address,
      label: fileLabel(file),
      tokens,
      blob: stored,
      file,
      from: [...new Set(run.map((page) => page.from))],
    },
    text,
  };
}
