import { createHash } from 'node:crypto';
import { ByteBuffer } from './ByteBuffer';
import { type FileKey, keyOf } from './Catalog';
import { ColumnTable } from './ColumnTable';
import { writeTerms } from './codeTokens';
import type { SourcePage } from './Page';
import { pagesSchema, symbolsSchema } from './tableSchemas';

/** What the ids of a file's pages begin with. */
export function idPrefix(file: FileKey): string {
  return createHash('sha256').update(keyOf(file)).digest('hex').slice(0, 16);
}

/** Rows of the pages and symbols of some files, as one thread hands them to another: Arrow's stream format. */
export interface PageBytes {
  readonly pages: Uint8Array<ArrayBuffer>;
  readonly symbols: Uint8Array<ArrayBuffer>;
}

/** Collects the rows of pages and symbols. */
export class PageRows {
  readonly pages = new ColumnTable(pagesSchema);
  readonly symbols = new ColumnTable(symbolsSchema);
  private readonly head = new ByteBuffer();

  add(file: FileKey, pages: readonly SourcePage[]): void {
    const prefix = idPrefix(file);
    for (const page of pages) {
      const id = `${prefix}:${page.startLine}${page.startColumn > 0 ? `.${page.startColumn}` : ''}`;
      const { root, rel } = file;
      const names = page.names.join(' ');
      this.writeTerms(rel, page.symbol, names, page.text);
      this.pages.add({
        id,
        root,
        rel,
        startLine: page.startLine,
        endLine: page.endLine,
        startByte: page.startByte,
        endByte: page.endByte,
        symbol: page.symbol,
        names,
        language: page.language,
        hash: page.hash,
        text: page.text,
      });
      for (const [i, { name, kind, line, container }] of page.symbols.entries()) {
        const symbol = { id: `${id}#${i}`, root, rel, page: id, name, kind, line, container };
        this.symbols.add({ ...symbol, language: page.language });
      }
    }
  }

  /** Writes `toks` and `head` of the next page: the terms of path and symbols count twice. */
  writeTerms(rel: string, symbol: string, names: string, text: string): void {
    const { head } = this;
    head.clear();
    writeTerms(`${rel}\n${symbol}\n${names}`, head);
    this.pages.open('head').appendRange(head, 1, head.length);
    const toks = this.pages.open('toks');
    toks.appendRange(head, 1, head.length);
    toks.appendRange(head, 0, head.length);
    writeTerms(withoutData(text), toks);
  }

  bytes(): PageBytes {
    return { pages: this.pages.bytes(), symbols: this.symbols.bytes() };
  }
}

/** Longer runs of these characters are data: an image in a notebook, in base64. */
const data = /[A-Za-z0-9+/]{200,}={0,2}/g;

/** Data has no words. Only a line that was cut can be so long that it is worth a look. */
function withoutData(text: string): string {
  return text.length > 200 && !text.includes('\n') ? text.replace(data, ' ') : text;
}
