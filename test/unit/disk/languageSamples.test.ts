import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PageSymbol, SourcePage } from '../../../src/disk/Page';
import { Parsers } from '../../../src/disk/Parsers';
import { grammarFolder } from '../../support/grammarFolder';
import { expectExact, pagesOf } from '../../support/pagesOf';
import { languageSamples } from './languageSamples';

let grammars: string;
let parsers: Parsers;

beforeAll(() => {
  grammars = grammarFolder();
  parsers = new Parsers(grammars);
});

afterAll(() => rmSync(grammars, { recursive: true, force: true }));

function described(page: SourcePage): string {
  const named = (kind: PageSymbol['kind']) =>
    page.symbols
      .filter((symbol) => symbol.kind === kind)
      .map(
        ({ name, line, container }) =>
          `${kind === 'definition' && container ? `${container}>` : ''}${name}:${line}`,
      )
      .join(', ') || 'nothing';
  const place = `${page.startLine}-${page.endLine} ${page.language} ${JSON.stringify(page.symbol)}`;
  return `${place} defines ${named('definition')}; uses ${named('reference')}`;
}

describe('pages of', { timeout: 30_000 }, () => {
  it.each(languageSamples)('$language', async ({ language, source, pages: expected }) => {
    const { pages, parse } = await pagesOf(source, language, parsers);
    expect(parse).toBe('syntax');
    expectExact(pages, source);
    expect(pages.map(described)).toEqual(expected);
  });
});
