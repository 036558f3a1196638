/**
 * Carried pages: what an epoch's head goes on showing of pages whose messages have left. Ranges of one file are merged,
 * so that no line is there twice.
 */
import { fileAddress, parseAddress } from './addresses';
import type { CarriedPage, FilePage } from './events';
import { rawRange, renderFilePage, splitLines } from './filePages';
import { isFile, type Page, type ResidentPage } from './PageTable';
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

/** @returns the block of `pages`, files in the order of their paths, then results in the order of the calls */
export async function carriedBlock(pages: readonly Page[], parts: CarryParts): Promise<CarriedBlock> {
  const byPath = new Map<string, ResidentPage[]>();
  for (const page of pages.filter(isFile)) byPath.set(page.path, [...(byPath.get(page.path) ?? []), page]);
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

/** Ranges that touch or overlap, in the order of their lines. */
function runsOf(pages: readonly ResidentPage[]): ResidentPage[][] {
  const runs: ResidentPage[][] = [];
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
  run: readonly ResidentPage[],
  { blobs, hash, counter }: CarryParts,
): Promise<{ readonly page: CarriedPage; readonly text: string }> {
  const [first] = run as readonly [ResidentPage, ...ResidentPage[]];
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
      from: run.map((page) => page.address),
    },
    text,
  };
}
