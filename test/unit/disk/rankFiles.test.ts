import { beforeAll, describe, expect, it } from 'vitest';
import { codeTokens } from '../../../src/disk/codeTokens';
import { HistoryIndex } from '../../../src/disk/HistoryIndex';
import { type CandidatePage, weighingOf } from '../../../src/disk/pageEvidence';
import { readQuery } from '../../../src/disk/QueryTraits';
import { explain, rankPages } from '../../../src/disk/rankFiles';
import { TermStatistics } from '../../../src/disk/TermStatistics';

const bytes = (text: string) => new TextEncoder().encode(text);
const page = (rel: string, score: number, more: Partial<CandidatePage> & { readonly text?: string } = {}) => {
  const { text = 'queue flush', names = '', ...others } = more;
  const head = codeTokens(`${rel} ${names}`).join(' ');
  return {
    id: `${rel}:${score}`,
    root: '/r',
    rel,
    language: 'typescript',
    symbol: '',
    names,
    head: bytes(head),
    toks: bytes([head, head, ...codeTokens(text)].join(' ')),
    score,
    ...others,
  };
};

let statistics: TermStatistics;
beforeAll(async () => {
  const rows = ['queue flush', 'render', 'parse', 'socket read', 'owner user'].map((toks) => ({
    toks: bytes(toks),
    head: bytes(''),
  }));
  statistics = await TermStatistics.of(rows);
});

const rank = (pages: readonly CandidatePage[], text: string, history?: HistoryIndex) => {
  const query = readQuery(text);
  const past = history?.ask(query);
  return rankPages(pages, weighingOf(query, statistics), () => ({ pages: 3, past }));
};
const rels = (pages: readonly CandidatePage[], text: string, history?: HistoryIndex) =>
  rank(pages, text, history).map((one) => one.page.rel);

/** Files that nothing speaks for, so that the others stand out as they do in a workspace. */
const crowd = Array.from({ length: 12 }, (_, i) =>
  page(`src/crowd${i}.ts`, 1 + i / 10, { text: 'flush other words' }),
);

describe('rankPages', () => {
  it('puts the best page of the best file first and orders by score', () => {
    const ranked = rank(
      [page('a.ts', 4), page('b.ts', 9), page('b.ts', 8), page('c.ts', 5), ...crowd],
      'queue flush',
    );
    expect(ranked[0]?.page.id).toBe('b.ts:9');
    const scores = ranked.map((one) => one.score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  it('prefers code to its tests', () => {
    const pages = [page('src/queue.test.ts', 9.2), page('src/queue.ts', 9), ...crowd];
    expect(rels(pages, 'queue flush')[0]).toBe('src/queue.ts');
  });

  it('prefers code to text about it', () => {
    const pages = [page('queue.md', 9.2, { language: 'markdown' }), page('queue.ts', 9), ...crowd];
    expect(rels(pages, 'queue flush')[0]).toBe('queue.ts');
  });

  it('prefers the file that defines the identifier asked for', () => {
    const text = 'flushQueue waits for ever';
    const pages = [
      page('src/user.ts', 9, { text: 'flushQueue' }),
      page('src/owner.ts', 9, { text: 'flushQueue', names: 'flushQueue other' }),
      ...crowd,
    ];
    expect(rels(pages, text)[0]).toBe('src/owner.ts');
  });

  it('prefers the file that commits like the query have touched', async () => {
    const commits = Array.from({ length: 40 }, (_, i) => ({
      toks: 'render fix',
      files: [`src/crowd${i % 12}.ts`],
    }));
    commits[7] = { toks: 'flush queue earlier', files: ['src/b.ts'] };
    commits[9] = { toks: 'queue flush at exit', files: ['src/b.ts'] };
    const history = await HistoryIndex.of(commits, () => true);
    const pages = [page('src/a.ts', 6), page('src/b.ts', 6), ...crowd];
    expect(rels(pages, 'queue flush', history)[0]).toBe('src/b.ts');
  });

  it('puts the pages that have a rare identifier of the question before files about its parts', () => {
    const named = page('src/save.ts', 9, { text: 'save', names: 'save saveAll' });
    const more = [
      page('src/save.ts', 8.5, { text: 'save it' }),
      page('src/save.ts', 8, { text: 'save all' }),
    ];
    const pages = [named, ...more, page('docs/notes.test.md', 8.8, { text: 'x saved1x0' }), ...crowd];
    expect(rels(pages, 'saved1x0')[0]).toBe('docs/notes.test.md');
    expect(rels(pages, 'where is saved1x0')[0]).toBe('docs/notes.test.md');
  });

  it('leaves identifiers that many pages have to the other features', () => {
    const many = Array.from({ length: 20 }, (_, i) => page(`src/use${i}.md`, 6, { text: 'saved1x0' }));
    const named = page('src/saved1x0.ts', 9, { text: 'saved1x0', names: 'saved1x0' });
    expect(rels([...many, named], 'saved1x0')[0]).toBe('src/saved1x0.ts');
  });

  it('explains what a rare identifier adds', () => {
    const [first] = rank([page('src/a.ts', 3, { text: 'saved1x0' }), ...crowd], 'saved1x0');
    const parts = first ? explain(first) : [];
    expect(parts.find(({ feature }) => feature === 'literal')?.value).toBe(1);
  });

  it('loses no page', () => {
    const pages = Array.from({ length: 30 }, (_, i) => page(`f${i % 7}.ts`, i));
    expect(new Set(rank(pages, 'queue').map((one) => one.page.id)).size).toBe(30);
  });

  it('explains a score: greatest part first, names without a part left out', () => {
    const ranked = rank([page('a.ts', 9), ...crowd], 'queue flush');
    const parts = explain(ranked[0] ?? { values: new Float64Array(), vectors: undefined });
    expect(parts.length).toBeGreaterThan(0);
    const sizes = parts.map(({ contribution }) => Math.abs(contribution));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(sizes.every((size) => size > 0)).toBe(true);
  });
});
