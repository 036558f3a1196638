/** The YAML between `---` at the top of a rules file, as several assistants write it. A bundle of its own: few files have any. */
import { parse } from 'yaml';
import { cutText } from '../engine/cutText';

export interface FrontMatter {
  /** First line after it, 1-based. */
  readonly firstLine: number;
  /** Which files the rules are for; empty: for all. */
  readonly globs: readonly string[];
  /** False: only for the work that the file itself is brought into. */
  readonly always?: boolean;
  /** What the rules are about, one line for the person. */
  readonly description?: string;
  /** What is wrong with it. */
  readonly problem?: string;
}

/** A longer description is cut, UTF-16 units. */
const MAX_DESCRIPTION = 200;
const FENCE = /^---[ \t]*$/;
const END = /^(?:---|\.\.\.)[ \t]*$/;
/** Names of the patterns in files written for other assistants. */
const PATTERNS = ['globs', 'applyTo', 'paths'];
/** Patterns without quotes are no YAML: `*` names an anchor there. */
const BARE_VALUE = /^([ \t]*(?:-|globs:|applyTo:|paths:)[ \t]+)([*!{].*?)[ \t]*$/;

/** @returns the front matter; undefined when the text has none */
export function readFrontMatter(text: string): FrontMatter | undefined {
  const lines = text.split(/\r?\n/);
  if (!FENCE.test(lines[0] ?? '')) return undefined;
  const end = lines.findIndex((line, index) => index > 0 && END.test(line));
  if (end < 0) return undefined;
  const firstLine = end + 2;
  const yaml = lines.slice(1, end).map((line) => line.replace(BARE_VALUE, quoted));
  try {
    return { firstLine, ...read(parse(yaml.join('\n'))) };
  } catch (error) {
    const [what = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    return { firstLine, globs: [], problem: `Its front matter cannot be read (${what.replace(/:$/, '')}).` };
  }
}

function quoted(_: string, before: string, value: string): string {
  return `${before}${JSON.stringify(value)}`;
}

function read(value: unknown): Omit<FrontMatter, 'firstLine'> {
  if (value === null) return { globs: [] };
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error('it has no fields');
  const fields = value as Readonly<Record<string, unknown>>;
  const globs = PATTERNS.flatMap((name) => patterns(name, fields[name]));
  const { alwaysApply, description } = fields;
  const about = descriptionOf(description);
  if (alwaysApply === undefined || alwaysApply === null) return { globs, ...about };
  if (typeof alwaysApply !== 'boolean') throw new Error('alwaysApply is neither true nor false');
  return { globs, ...about, always: alwaysApply };
}

function descriptionOf(value: unknown): Pick<FrontMatter, 'description'> {
  const text = typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : '';
  return text === '' ? {} : { description: cutText(text, MAX_DESCRIPTION) };
}

function patterns(name: string, value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  const written: readonly unknown[] = Array.isArray(value) ? value : [value];
  return written.flatMap((one) => {
    if (typeof one !== 'string') throw new Error(`${name} is neither a pattern nor a list of patterns`);
    return splitPatterns(one);
  });
}

/** Commas part patterns, but not within braces. */
function splitPatterns(written: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const char of written) {
    if (char === '{') depth++;
    else if (char === '}') depth--;
    if (char === ',' && depth <= 0) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  return [...parts, part].map((one) => one.trim()).filter((one) => one !== '');
}
