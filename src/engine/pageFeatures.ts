/** What a page can be recognised by: the names it defines and uses, its phrases, the paths it lists. */
import {
  identifiersOf,
  isBoilerplate,
  isCompound,
  isImportLine,
  isTelling,
  numbersOf,
  phrasesOf,
} from './codeWords';
import { pathsIn, withoutPaths } from './pathMentions';

export interface PageFeatures {
  /** Functions, types and constants that the page declares. */
  readonly declared: ReadonlySet<string>;
  /** Fields, keys and local names at the start of a line: `name:` or `name =`. */
  readonly keys: ReadonlySet<string>;
  /** Other names that occur; those of import lines belong to other pages. */
  readonly used: ReadonlySet<string>;
  /** Simple words. */
  readonly words: ReadonlySet<string>;
  readonly phrases: ReadonlySet<number>;
  /** Paths a page without a path of its own (a tool result) lists. */
  readonly listed: ReadonlySet<string>;
}

const DECLARATION =
  /\b(?:class|interface|type|enum|struct|trait|union|function|func|def|fn|record|object|namespace|macro_rules!|#\s*define|impl)\s+(?:\([^)]*\)\s*)?([\p{L}_$][\p{L}\p{N}_$]*)/gu;
/** Only at the left margin: deeper ones are local. */
const CONSTANT =
  /^(?:export\s+|pub\s+|static\s+)*(?:const|let|var|val|static)\s+(?:mut\s+)?([\p{L}_$][\p{L}\p{N}_$]*)/u;
/** A name before `(` in a line that opens a block. */
const METHOD = /^[^=."'`({]*?([\p{L}_$][\p{L}\p{N}_$]*)\s*(?:<[^>]*>)?\([^;]*(?:[{:]|=>)$/u;
/** As C does it: at the left margin, behind a type. */
const PROTOTYPE = /^\w[^=."'`({]*\s\**([\p{L}_$][\p{L}\p{N}_$]*)\([^;]*\);?$/u;
const CONTROL =
  /^(?:if|for|while|switch|catch|return|raise|else|elif|except|with|match|await|throw|new|assert|given|expect)\b/;
const KEY =
  /^(?:(?:public|private|protected|static|readonly|pub|final)\s+)*["']?([\p{L}_$][\p{L}\p{N}_$-]*)["']?\??\s*(?::|\??=)/u;

/** Longer lines are no heads of functions, and the two patterns above take quadratic time. */
const MAX_HEAD_CHARS = 500;

/** First line of a file range as shown. */
const HEADING = /^file:\S+@[0-9a-f]{16} · /;

/** @returns names declared in a line */
export function declaredIn(line: string): string[] {
  const trimmed = line.trim();
  const names = [...trimmed.matchAll(DECLARATION)].map((found) => found[1]);
  names.push(CONSTANT.exec(line)?.[1]);
  if (line.length <= MAX_HEAD_CHARS && !CONTROL.test(trimmed)) {
    names.push(METHOD.exec(trimmed)?.[1], PROTOTYPE.exec(line)?.[1]);
  }
  return names.filter((name) => name !== undefined);
}

/** @param isFile whether the text is a range of a file, as shown: below its address, with line numbers */
export function pageFeatures(isFile: boolean, text: string): PageFeatures {
  const features = {
    declared: new Set<string>(),
    keys: new Set<string>(),
    used: new Set<string>(),
    words: new Set<string>(),
    phrases: new Set<number>(),
    listed: new Set<string>(),
  };
  const { declared, keys, used, words, phrases, listed } = features;
  const imported = new Set<string>();
  for (const shown of text.split('\n')) {
    if (HEADING.test(shown)) continue;
    const line = isFile ? shown.replace(/^\s*\d+\t/, '') : shown;
    const trimmed = line.trim();
    if (isBoilerplate(trimmed)) continue;
    if (isFile && isImportLine(trimmed)) {
      for (const name of identifiersOf(trimmed)) imported.add(name);
      continue;
    }
    if (isFile) {
      for (const name of declaredIn(line)) if (isTelling(name) || isCompound(name)) declared.add(name);
      const key = KEY.exec(trimmed)?.[1];
      if (key !== undefined && isCompound(key)) keys.add(key);
    } else for (const { path } of pathsIn(line)) listed.add(path);
    const rest = withoutPaths(line);
    for (const name of identifiersOf(rest)) {
      if (isCompound(name)) used.add(name);
      else if (isTelling(name)) words.add(name);
    }
    for (const number of numbersOf(rest)) used.add(number);
    for (const phrase of phrasesOf(trimmed)) phrases.add(phrase);
  }
  for (const name of declared) keys.delete(name);
  for (const name of [...declared, ...keys, ...imported]) {
    used.delete(name);
    words.delete(name);
  }
  return features;
}
