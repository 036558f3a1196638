import { connect } from '@lancedb/lancedb';
import { isProse } from '../../../src/disk/pathKinds';

/** A page as the indexer has written it. */
export interface IndexedPage {
  readonly rel: string;
  readonly text: string;
  readonly toks: string;
}

/**
 * @param tables folder of the LanceDB tables that the indexer has written
 * @returns the pages of source files, tests included; prose and data, which are never the answer here, are left out. The
 * search itself looks at all pages; what it is compared with is spared those.
 */
export async function sourcePages(tables: string): Promise<IndexedPage[]> {
  const table = await (await connect(tables)).openTable('pages');
  const rows = await table.query().select(['rel', 'language', 'text', 'toks']).toArrow();
  const [rels, languages, texts, toks] = ['rel', 'language', 'text', 'toks'].map((name) =>
    rows.getChild(name),
  );
  const pages: IndexedPage[] = [];
  for (let i = 0; i < rows.numRows; i++) {
    const rel = String(rels?.get(i));
    if (isProse(String(languages?.get(i)))) continue;
    pages.push({ rel, text: String(texts?.get(i)), toks: String(toks?.get(i)) });
  }
  return pages;
}
