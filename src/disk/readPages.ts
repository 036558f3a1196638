import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeText } from '../engine/decodeText';
import { chunkFile } from './chunkFile';
import { codeTokens, pageTokens } from './codeTokens';
import { languageOf } from './languages';
import type { ParseState, SourcePage } from './Page';
import type { Parsers } from './Parsers';

/** What the indexer asks for: one file, and what it knew of it. */
export interface PageRequest {
  readonly root: string;
  readonly rel: string;
  /** SHA-256 of the content when it was last indexed. */
  readonly knownHash?: string;
  readonly maxFileBytes: number;
}

type IndexedPage = SourcePage & {
  readonly toks: string;
  /** Terms of path and symbols alone. */
  readonly head: string;
};

export type PageResult =
  | {
      readonly state: 'indexed';
      readonly hash: string;
      readonly language: string;
      readonly parse: ParseState;
      readonly pages: readonly IndexedPage[];
    }
  | { readonly state: 'unchanged'; readonly hash: string }
  | { readonly state: 'skipped'; readonly hash: string; readonly reason: string }
  | { readonly state: 'gone' }
  | { readonly state: 'failed'; readonly reason: string };

/** Text whose lines are this long on average was written by a program for a program. */
const minifiedLine = 400;
const minifiedSize = 16_384;

/**
 * Reads a file and cuts it into pages with their terms. Never throws: files vanish, change and lie.
 * @param parsers undefined to cut by lines only
 */
export async function readPages(request: PageRequest, parsers: Parsers | undefined): Promise<PageResult> {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(request.root, request.rel));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return code === 'ENOENT' || code === 'ENOTDIR' ? { state: 'gone' } : { state: 'failed', reason: code };
  }
  if (bytes.length > request.maxFileBytes) return { state: 'skipped', hash: '', reason: 'too large' };
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (hash === request.knownHash) return { state: 'unchanged', hash };

  const text = decodeText(bytes);
  if (text === undefined) return { state: 'skipped', hash, reason: 'binary' };
  const language = languageOf(request.rel);
  if (text.length > minifiedSize && text.length / text.split('\n').length > minifiedLine) {
    return { state: 'skipped', hash, reason: 'minified' };
  }
  const { pages, parse } = await chunkFile({ bytes, text, language }, parsers);
  return {
    state: 'indexed',
    hash,
    language,
    parse,
    pages: pages.map((page) => {
      const symbols = [page.symbol, ...page.names];
      const tokens = pageTokens({ path: request.rel, text: page.text, symbols });
      const head = [...codeTokens(request.rel), ...codeTokens(symbols.join(' '))];
      return { ...page, toks: tokens.join(' '), head: head.join(' ') };
    }),
  };
}
