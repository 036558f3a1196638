import { hash as hashOf } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeText } from '../engine/decodeText';
import { chunkFile } from './chunkFile';
import { languageOf } from './languages';
import type { ParseState } from './Page';
import type { PageRows } from './PageRows';
import type { Parsers } from './Parsers';

/** What the indexer asks for: one file, and what it knew of it. */
export interface PageRequest {
  readonly root: string;
  readonly rel: string;
  /** SHA-256 of the content when it was last indexed. */
  readonly knownHash?: string;
  /** SHA-256 of files that are gone: the content of one of these need not be read again. */
  readonly goneHashes?: readonly string[];
  /** SHA-256 of the file as a shared index has it: then it need not be cut here. */
  readonly sharedHash?: string;
  readonly maxFileBytes: number;
  /** What an editor shows of it: cut instead of what is on disk. */
  readonly text?: string;
}

/** What became of a file. */
export type FileResult =
  | {
      readonly state: 'indexed';
      readonly hash: string;
      readonly parse: ParseState;
      /** How many pages. */
      readonly pages: number;
    }
  | { readonly state: 'unchanged'; readonly hash: string }
  | { readonly state: 'shared'; readonly hash: string }
  /** Its content is that of a file that is gone. */
  | { readonly state: 'moved'; readonly hash: string }
  | { readonly state: 'skipped'; readonly hash: string; readonly reason: string }
  | { readonly state: 'gone' }
  | { readonly state: 'failed'; readonly reason: string };

/** Text whose lines are this long on average was written by a program for a program. */
const minifiedLine = 400;
const minifiedSize = 16_384;

/** Not so notebooks: their pictures are lines of any length. */
function isMinified(text: string): boolean {
  return text.length > minifiedSize && text.length / text.split('\n').length > minifiedLine;
}

/**
 * Reads a file and cuts it into pages with their terms. Blocks its thread but for parsing. Never throws: files vanish, change
 * and lie.
 * @param rows where its pages go
 * @param parsers undefined to cut by lines only
 */
export async function readPages(
  request: PageRequest,
  parsers: Parsers | undefined,
  rows: PageRows,
): Promise<FileResult> {
  let bytes: Buffer;
  try {
    const { root, rel, text } = request;
    bytes = text === undefined ? readFileSync(join(root, rel)) : Buffer.from(text);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return code === 'ENOENT' || code === 'ENOTDIR' ? { state: 'gone' } : { state: 'failed', reason: code };
  }
  if (bytes.length > request.maxFileBytes) return { state: 'skipped', hash: '', reason: 'too large' };
  const hash = hashOf('sha256', bytes, 'hex');
  if (hash === request.knownHash) return { state: 'unchanged', hash };
  if (hash === request.sharedHash) return { state: 'shared', hash };
  if (request.goneHashes?.includes(hash)) return { state: 'moved', hash };

  const text = decodeText(bytes);
  if (text === undefined) return { state: 'skipped', hash, reason: 'binary' };
  const language = languageOf(request.rel);
  if (language !== 'jupyter' && isMinified(text)) return { state: 'skipped', hash, reason: 'minified' };
  const { pages, parse } = await chunkFile({ bytes, text, language }, parsers);
  rows.add(request, pages);
  return { state: 'indexed', hash, parse, pages: pages.length };
}
