/** Reads from the pages what is to become vectors. */
import { type FileKey, rowsOf } from './Catalog';
import type { Database } from './Database';
import { HashSet64 } from './HashSet64';

/** Rows handled between two looks at other work. */
const slice = 1000;
/** Texts and bytes of a request. */
const textsAtOnce = 32;
const bytesAtOnce = 60_000;
/** For pages of white space: endpoints refuse texts of nothing. */
const placeholder = '(empty)';

interface PageText {
  readonly hash: string;
  readonly text: string;
}

/** Visits every page. */
export async function eachPage(
  database: Database,
  visit: (file: FileKey, hash: string, bytes: number) => void,
): Promise<void> {
  const names = ['root', 'rel', 'hash', 'startByte', 'endByte'];
  for await (const batch of database.pages.batches(names)) {
    const [roots, rels, hashes, starts, ends] = names.map((name) => batch.getChild(name));
    for (let i = 0; i < batch.numRows; i++) {
      if (i % slice === slice - 1) await new Promise(setImmediate);
      visit({ root: roots?.get(i), rel: rels?.get(i) }, hashes?.get(i), ends?.get(i) - starts?.get(i));
    }
  }
}

/**
 * Texts of the pages without vectors, each once.
 * @param has whether the text of a hash has its vector
 */
export async function textsOf(
  database: Database,
  files: readonly FileKey[],
  has: (hash: string) => boolean,
): Promise<PageText[]> {
  const pages = await database.pages.columns(['hash', 'text'], rowsOf(files));
  const [hashes, texts] = ['hash', 'text'].map((name) => pages.getChild(name));
  const seen = new HashSet64();
  const found: PageText[] = [];
  for (let i = 0; i < pages.numRows; i++) {
    const hash = String(hashes?.get(i));
    if (has(hash) || seen.has(hash)) continue;
    seen.add(hash);
    const text = String(texts?.get(i));
    found.push({ hash, text: text.trim() === '' ? placeholder : text });
  }
  return found;
}

/** Cuts what is to be sent into requests. */
export function requestsOf(pages: readonly PageText[]): PageText[][] {
  const requests: PageText[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const page of pages) {
    const last = requests.at(-1);
    if (!last || last.length === textsAtOnce || bytes + page.text.length > bytesAtOnce) {
      requests.push([page]);
      bytes = page.text.length;
    } else {
      last.push(page);
      bytes += page.text.length;
    }
  }
  return requests;
}
