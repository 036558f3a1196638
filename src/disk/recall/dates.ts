/**
 * Dates as search terms: of the day on which a message was written, and of the days it speaks of, `yesterday` resolved.
 * In the local time zone, as the person counts days.
 */
import * as chrono from 'chrono-node/en';

/** What can be a day, a month or a year; a text without any of it is not parsed, which takes 50 µs. */
const mayHoldDate =
  /\b(?:yesterday|tomorrow|tonight|today|ago|(?:last|past|next|this|previous|coming|following)\s+(?:few\s+|couple\s+|\w+\s+)?(?:night|days?|week|weekend|month|year|mon|tues?|wed|thu|thur|thurs|fri|sat|sun|\w+day)s?\b|\w+day\b|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|january|february|march|april|august|september|october|november|december|(?:19|20)\d\d|\d\d?[/.]\d\d?)\b/i;
/** Dates are spoken of in sentences, not in pages of output. */
const maxParsed = 2000;

/** @param time ms since the epoch */
export function dateTerms(text: string, time: number): string[] {
  const day = new Date(time);
  const own = Number.isFinite(day.getTime())
    ? dayTerms(day.getFullYear(), day.getMonth() + 1, day.getDate())
    : [];
  return [...new Set([...own, ...mentionedDates(text, time)])];
}

/** @returns terms of the dates that a text names, seen from `time` (ms since the epoch) */
export function mentionedDates(text: string, time: number): string[] {
  const head = text.slice(0, maxParsed);
  const reference = new Date(time);
  if (!Number.isFinite(reference.getTime()) || !mayHoldDate.test(head)) return [];
  const parsed = chrono.parse(head, reference).flatMap(({ start }) => termsOf(start));
  const years = head.match(/\b(?:19|20)\d\d\b/g) ?? [];
  return [...new Set([...parsed, ...years])];
}

/** A date is as exact as it was given: a day, a month of a year, a day or month of any year, a year. */
function termsOf(date: ReturnType<typeof chrono.parse>[number]['start']): string[] {
  const certain = (part: 'day' | 'weekday' | 'month' | 'year') => date.isCertain(part);
  const year = date.get('year') ?? 0;
  const month = date.get('month') ?? 0;
  const day = date.get('day') ?? 0;
  if (certain('year') && certain('month') && certain('day')) return dayTerms(year, month, day);
  if (certain('weekday') && !certain('month')) return dayTerms(year, month, day);
  if (certain('month')) {
    if (certain('day')) return [inAnyYear(month, day), anyYear(month)];
    return certain('year') ? monthTerms(year, month) : [anyYear(month)];
  }
  return certain('year') ? [String(year)] : [];
}

function dayTerms(year: number, month: number, day: number): string[] {
  return [...monthTerms(year, month), inAnyYear(month, day), `${year}-${month}-${day}`];
}

function monthTerms(year: number, month: number): string[] {
  return [String(year), anyYear(month), `${year}-${month}`];
}

/** Of a month or a day the year of which is not said: `-5`, `-5-17`. */
function anyYear(month: number): string {
  return `-${month}`;
}

function inAnyYear(month: number, day: number): string {
  return `-${month}-${day}`;
}
