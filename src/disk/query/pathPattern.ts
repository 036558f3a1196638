/** Paths by glob or by a part of them, as a regular expression that JavaScript and LanceDB (Rust) read alike. */
import { globPatterns } from '../../engine/globPatterns';

export interface PathPattern {
  /** To be matched without regard to case, anywhere in the path. */
  readonly source: string;
  /** Wanted is what does not match. */
  readonly excluded: boolean;
}

/** @param value of `path:`: a glob when it has `*`, `?`, `[` or `{`, else a part of the path; `/` at the front is its beginning */
export function pathPattern(value: string): PathPattern {
  const path = value.replaceAll('\\', '/').replace(/^\.\//, '/');
  if (/[*?[{]/.test(path)) return globPattern(path);
  const start = path.startsWith('/') && path.length > 1;
  return { source: start ? `^${escaped(path.slice(1))}` : escaped(path), excluded: false };
}

/** @param glob gitignore rules, as `globPatterns` has it */
export function globPattern(glob: string): PathPattern {
  const { patterns, excluded } = globPatterns(glob);
  return { source: patterns.map(ruleSource).join('|'), excluded };
}

/** One rule of a gitignore file: what it names, and all that is below. */
function ruleSource(rule: string): string {
  const folder = rule.endsWith('/');
  const body = folder ? rule.slice(0, -1) : rule;
  const anchored = body.includes('/');
  const steps = (body.startsWith('/') ? body.slice(1) : body).split('/');
  const parts = steps.map((step, i) => {
    const last = i === steps.length - 1;
    if (step === '**') return last ? '.+' : '(?:.+/)?';
    return segmentSource(step) + (last ? '' : '/');
  });
  return `^${anchored ? '' : '(?:.+/)?'}${parts.join('')}${folder ? '/' : '(?:/|$)'}`;
}

function segmentSource(segment: string): string {
  return segment.replace(/\\(.)|\[([!^]?)((?:\\.|[^\]])+)\]|\*+|[\s\S]/gu, (token, literal, not, inside) => {
    if (literal !== undefined) return escaped(literal);
    if (inside !== undefined) return `[${not === '' ? '' : '^/'}${classSource(inside)}]`;
    if (token.startsWith('*')) return '[^/]*';
    return token === '?' ? '[^/]' : escaped(token);
  });
}

/** Within brackets ranges stay; whatever else either language might read as a sign does not. */
function classSource(inside: string): string {
  const characters = [...inside.replace(/\\(.)/gu, '$1')];
  return characters
    .map((character, i) => {
      const range = character === '-' && i > 0 && i < characters.length - 1;
      return range && (characters[i - 1] as string) <= (characters[i + 1] as string)
        ? '-'
        : inClass(character);
    })
    .join('');
}

function inClass(character: string): string {
  return /[\p{L}\p{N}_]/u.test(character) ? character : escaped(character);
}

/** @returns a regular expression that matches a text and nothing else, in JavaScript (flag `u`) and in Rust */
export function escaped(text: string): string {
  return text
    .replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    .replace(/[-&~#]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16)}`);
}
