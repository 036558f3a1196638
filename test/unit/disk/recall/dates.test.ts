import { describe, expect, it } from 'vitest';
import { dateTerms, mentionedDates } from '../../../../src/disk/recall/dates';

/** A Monday, in the local time zone as the terms are. */
const monday = new Date(2023, 4, 8, 13, 56).getTime();

describe('dates as terms', () => {
  it('names the day on which a message was written, from exact to rough', () => {
    expect(dateTerms('Hello.', monday)).toEqual(['2023', '-5', '2023-5', '-5-8', '2023-5-8']);
  });

  it.each([
    ['I did it yesterday', '2023-5-7'],
    ['it was last night', '2023-5-7'],
    ['we leave tomorrow', '2023-5-9'],
    ['we met two days ago', '2023-5-6'],
    ['on 15 July, 2022 we moved', '2022-7-15'],
    ['it was last Friday', '2023-5-5'],
  ])('resolves “%s” to the day', (text, day) => {
    expect(mentionedDates(text, monday)).toContain(day);
  });

  it.each([
    ['we went last month', ['2023-4'], '2023-4-8'],
    ['I moved four years ago', ['2019'], '2019-5'],
    ['in August 2022', ['2022-8', '-8'], '2022-8-1'],
    ['ever since 2016', ['2016'], '2016-5'],
    ['on March 3', ['-3-3', '-3'], '2023'],
  ])('is no more exact than “%s”', (text, has, lacks) => {
    const terms = mentionedDates(text, monday);
    expect(terms).toEqual(expect.arrayContaining(has));
    expect(terms).not.toContain(lacks);
  });

  it('finds none in what has none, or when it is not known when it was said', () => {
    expect(
      mentionedDates('The build may fail again, 404 of them.', monday).filter((t) => /\d{4}/.test(t)),
    ).toEqual([]);
    expect(mentionedDates('yesterday', Number.MAX_VALUE)).toEqual([]);
    expect(dateTerms('yesterday', Number.NaN)).toEqual([]);
  });
});
