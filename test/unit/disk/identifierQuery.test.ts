import { describe, expect, it } from 'vitest';
import { literalHits } from '../../../src/disk/identifierQuery';

const texts = (query: string, ...all: string[]) =>
  literalHits(
    query,
    all.map((text) => ({ text })),
  ).map((hit) => hit.text);

describe('literalHits', () => {
  it.each(['TICKET-17', '9e107d9d-372b', 'v2.14.1', 'src/engine/stubs.ts', 'a1b2c3d4'])(
    'keeps only what has %s word for word',
    (query) => {
      const having = `see ${query.toUpperCase()}, please`;
      expect(texts(` ${query} `, having, `see ${query}9`, 'something else', `x${query}`)).toEqual([having]);
    },
  );

  it('finds a whole occurrence after one that is part of a longer word', () => {
    expect(texts('build-7', 'build-77 and build-7', 'build-777')).toEqual(['build-77 and build-7']);
  });

  it.each(['falcon', 'the falcon', 'ticket 17 of May', '17'])(
    'leaves a query in words alone: %s',
    (query) => {
      expect(texts(query, `about ${query}`, 'other')).toHaveLength(2);
    },
  );

  it('keeps everything when nothing has it', () => {
    expect(texts('TICKET-17', 'TICKET-18', 'TICKET-19')).toHaveLength(2);
  });
});
