/** What an assistant's message mentions: paths, names, phrases. */
import type { ToolCall } from './chat';
import {
  identifiersOf,
  isBoilerplate,
  isCompound,
  isImportLine,
  isTelling,
  numbersOf,
  phrasesOf,
} from './codeWords';
import { declaredIn } from './pageFeatures';
import { importedPath, type PathMention, pathsIn, withoutPaths } from './pathMentions';

export interface OutputFeatures {
  readonly addresses: ReadonlySet<string>;
  /** As written in running text, code or commands: often shortened. */
  readonly paths: readonly PathMention[];
  /** Arguments that are a path: the file itself, none that only ends alike. */
  readonly exactPaths: readonly PathMention[];
  readonly imports: ReadonlySet<string>;
  /** Joined names, wherever they stand. */
  readonly names: ReadonlySet<string>;
  /** Simple words marked as code; a capitalised one in any code. */
  readonly words: ReadonlySet<string>;
  readonly phrases: ReadonlySet<number>;
}

/** Where a piece of the output stands: how far a plain word may be taken for a name. */
type Context = 'prose' | 'span' | 'code';

const ADDRESS = /\bfile:[^\s#]{1,500}#L\d+-L\d+@[0-9a-f]{16}|\btool:[^/\s]{1,100}\/\d+/g;
const PATH_KEY = /path|file|uri/i;

/** @returns what the text and the calls' arguments mention */
export function outputFeatures(output: {
  readonly text: string;
  readonly calls: readonly ToolCall[];
}): OutputFeatures {
  const collected = new Collector();
  for (const [index, block] of output.text.split('```').entries()) {
    if (index % 2 === 1) collected.add(block.replace(/^\w*\n/, ''), 'code');
    else collected.addMarked(block);
  }
  for (const call of output.calls) collected.addArguments(call.arguments);
  return collected;
}

class Collector implements OutputFeatures {
  readonly addresses = new Set<string>();
  readonly paths: PathMention[] = [];
  readonly exactPaths: PathMention[] = [];
  readonly imports = new Set<string>();
  readonly names = new Set<string>();
  readonly words = new Set<string>();
  readonly phrases = new Set<number>();

  addMarked(text: string): void {
    for (const [span] of text.matchAll(/`[^`\n]+`/g)) this.addWords(withoutPaths(span), 'span');
    // The rest of the line counts as well: a phrase may go on outside the marks.
    this.add(text, 'prose');
  }

  add(text: string, context: Context, declaredHere: ReadonlySet<string> = new Set()): void {
    for (const [address] of text.matchAll(ADDRESS)) this.addresses.add(address);
    for (const line of text.replace(ADDRESS, ' ').split('\n')) {
      const trimmed = line.trim().replace(/^[+-](?=\s|\w)\s*/, '');
      if (isBoilerplate(trimmed)) continue;
      if (context === 'code' && isImportLine(trimmed)) {
        const path = importedPath(trimmed);
        if (path !== undefined) this.imports.add(path);
        continue;
      }
      this.paths.push(...pathsIn(line));
      this.addWords(withoutPaths(line), context, declaredHere);
      for (const phrase of phrasesOf(trimmed)) this.phrases.add(phrase);
    }
  }

  addArguments(json: string): void {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      // A call that was cut: what there is of it still says what it is about.
      this.add(json, 'code');
      return;
    }
    this.addValue(value);
  }

  private addValue(value: unknown): void {
    if (Array.isArray(value)) for (const item of value) this.addValue(item);
    else if (typeof value === 'object' && value !== null) this.addObject(value);
    else if (typeof value === 'string') this.addString(value);
  }

  private addObject(object: object): void {
    const { startLine, endLine } = object as { startLine?: unknown; endLine?: unknown };
    const first = typeof startLine === 'number' ? startLine : undefined;
    const last = typeof endLine === 'number' ? endLine : Number.POSITIVE_INFINITY;
    for (const [key, value] of Object.entries(object)) {
      if (typeof value === 'string' && PATH_KEY.test(key) && /^[^\s]+$/.test(value)) {
        const path = value.replace(/^(?:\.\/)+/, '');
        this.exactPaths.push(first === undefined ? { path } : { path, startLine: first, endLine: last });
      } else this.addValue(value);
    }
  }

  private addString(text: string): void {
    if (!text.includes('\n')) this.add(text, 'span');
    // What new text declares is its own, although a page may have one of the same name.
    else this.add(text, 'code', new Set(text.split('\n').flatMap(declaredIn)));
  }

  private addWords(text: string, context: Context, declaredHere: ReadonlySet<string> = new Set()): void {
    for (const number of numbersOf(text)) this.names.add(number);
    for (const name of identifiersOf(text)) {
      if (declaredHere.has(name)) continue;
      if (isCompound(name)) this.names.add(name);
      else if (context === 'prose' || !isTelling(name)) continue;
      else if (context === 'span' || /^\p{Lu}/u.test(name)) this.words.add(name);
    }
  }
}
