import { describe, expect, it } from 'vitest';
import { bestLine, questionTerms, relevantHits } from '../../../src/engine/relevance';

const hit = (text: string, score: number) => ({ text, score });
const relevant = (question: string, hits: readonly { text: string; score: number }[], proper = true) =>
  relevantHits(questionTerms(question, proper), hits).map((found) => found.text);

describe('relevantHits', () => {
  const flat = Array.from({ length: 12 }, (_, i) => hit(`unrelated text number ${i}`, 1));

  it('takes hits that have enough of the question, in whatever form of the words', () => {
    const hits = [hit('class Queue { evictPages(watermark) }', 9), hit('evicts a page', 7), ...flat];
    expect(relevant('how does eviction of pages work at the watermark', hits)).toEqual([hits[0]?.text]);
  });

  it('takes none when all score alike', () => {
    const hits = flat.map((_, i) => hit(`evictPages watermark queue ${i}`, 5 - i / 100));
    expect(relevant('eviction of pages at the watermark of the queue', hits)).toEqual([]);
  });

  it('takes none for talk', () => {
    const hits = [hit('please continue with the tests, thanks', 9), ...flat];
    for (const talk of ['thanks, that works', 'please continue', 'run the tests again', 'yes, go ahead'])
      expect(relevant(talk, hits)).toEqual([]);
  });

  it('takes a hit for one name that tells it from the rest', () => {
    const others = ['Bruno', 'Chiara', 'Dmitri'].map((name, i) => hit(`${name} prefers tea`, 4 - i / 10));
    expect(relevant('Which drink does Anselm like?', [...others, hit('Anselm prefers maté', 3.9)])).toEqual([
      'Anselm prefers maté',
    ]);
    expect(
      relevant('who calls parseCookieJar?', [hit('function parseCookieJar() {', 2), ...flat], false),
    ).toEqual(['function parseCookieJar() {']);
  });

  it('takes a name that every hit has for no sign', () => {
    const hits = flat.map((_, i) => hit(`Anselm ${i}`, 3));
    expect(relevant('Which drink does Anselm like?', hits)).toEqual([]);
  });

  it('finds nothing for nothing', () => {
    expect(relevant('', flat)).toEqual([]);
    expect(relevant('eviction of pages at the watermark', [])).toEqual([]);
  });
});

it('shows the line that has most of the question', () => {
  const terms = questionTerms('eviction at the high watermark', true);
  expect(bestLine('first\n  if (tokens > watermark) evict();\nlast', terms)).toBe(
    'if (tokens > watermark) evict();',
  );
  expect(bestLine('{\n  first\n', terms)).toBe('first');
  const talk = 'Nobody has time for this today. ';
  expect(bestLine(`${talk.repeat(5)}Tokens over the watermark must evict. ${talk}`, terms)).toBe(
    'Tokens over the watermark must evict.',
  );
});
