import { describe, expect, it } from 'vitest';
import type { PageSymbol, SourcePage } from '../../../src/disk/Page';
import { expectExact, pagesOf } from '../../support/pagesOf';
import { parsers, testParsers } from '../../support/testParsers';
import { languageSamples } from './languageSamples';

testParsers();

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
