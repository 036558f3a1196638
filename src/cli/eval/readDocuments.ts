import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { SourceDocument } from './tasks/documentQa';

const DOCUMENT = /\.(?:md|mdx|markdown|txt|rst)$/i;
/** Lists of changes, rights and authors are no prose to ask about. */
const NO_PROSE = /(?:^|\/)(?:change|license|licence|history|authors|notice|third.?party)[^/]*$/i;
const MAX_FILES = 3000;
const MAX_BYTES = 512 * 1024;

/** @returns the documents under a folder, by path; links are not followed */
export async function readDocuments(folder: string, signal: AbortSignal): Promise<readonly SourceDocument[]> {
  const paths: string[] = [];
  const pending = [folder];
  for (let dir = pending.pop(); dir !== undefined && paths.length < MAX_FILES; dir = pending.pop()) {
    signal.throwIfAborted();
    const entries = (await readdir(dir, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile() && DOCUMENT.test(entry.name) && !NO_PROSE.test(entry.name)) paths.push(path);
    }
  }
  const documents: SourceDocument[] = [];
  for (const path of paths.slice(0, MAX_FILES)) {
    signal.throwIfAborted();
    if ((await stat(path)).size > MAX_BYTES) continue;
    documents.push({ path: relative(folder, path), text: await readFile(path, 'utf8') });
  }
  return documents;
}
