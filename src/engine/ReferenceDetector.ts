/**
 * Which resident pages an assistant's message makes use of: those whose path or names it mentions, or whose lines it
 * echoes; never a page merely because it is in the window. What is used in other words without any name is missed.
 */
import type { ToolCall } from './chat';
import { wordCount } from './codeWords';
import { outputFeatures } from './outputFeatures';
import { PagePaths, type PathMatch } from './PagePaths';
import { Postings } from './Postings';
import { type PageFeatures, pageFeatures } from './pageFeatures';
import type { PathMention } from './pathMentions';

export interface ReferencablePage {
  readonly address: string;
  /** Workspace path of the file that the page is a range of. */
  readonly path?: string;
  /** As shown to the model. */
  readonly text: string;
}

/**
 * What one mention is worth, divided by the number of resident pages that share it.
 * Set on the development half of the labelled transcripts (test/fixtures/references).
 */
const WEIGHTS = {
  declared: 1,
  key: 0.8,
  /** A name of two words, or a number. */
  used: 0.5,
  /** A name of three words and more, which a page uses or has as a key. */
  longName: 1,
  /** A simple word marked as code that a page declares, or merely has. */
  declaredWord: 0.6,
  word: 0.35,
  phrase: 0.5,
  path: 1,
  /** A file name that many directories have. */
  genericName: 0.5,
  imported: 0.5,
  listed: 1,
} as const;
/**
 * From 0.6 to 1 the development half is judged alike, so the middle; less a little, for sums of shares like 3 × ⅓
 * come out below what they should.
 */
const ENOUGH = 0.8 - 1e-9;

type Scores = Map<string, number>;

export class ReferenceDetector {
  private readonly pages = new Map<string, { readonly path?: string; readonly features: PageFeatures }>();
  private readonly paths = new PagePaths();
  private readonly declared = new Postings<string>();
  private readonly keys = new Postings<string>();
  private readonly used = new Postings<string>();
  private readonly usedInResults = new Postings<string>();
  private readonly words = new Postings<string>();
  private readonly phrases = new Postings<number>();
  private readonly listed = new Postings<string>();

  /**
   * @param pages all that are resident: the features of pages not seen before are taken, those of others forgotten
   * @returns addresses of the pages referenced, in the order of `pages`
   */
  references(
    output: { readonly text: string; readonly calls: readonly ToolCall[] },
    pages: readonly ReferencablePage[],
  ): readonly string[] {
    this.hold(pages);
    const scores: Scores = new Map();
    const mentioned = outputFeatures(output);
    for (const address of mentioned.addresses) give(scores, [address], 1, WEIGHTS.path);
    for (const mention of mentioned.exactPaths) this.scorePath(scores, mention, this.paths.exact(mention));
    for (const mention of mentioned.paths) this.scorePath(scores, mention, this.paths.mentioned(mention));
    for (const path of mentioned.imports) {
      const { addresses, files } = this.paths.imported(path);
      give(scores, addresses, files, WEIGHTS.imported);
    }
    for (const name of mentioned.names) this.scoreName(scores, name);
    for (const word of mentioned.words) this.scoreWord(scores, word);
    for (const phrase of mentioned.phrases) giveAll(scores, this.phrases.get(phrase), WEIGHTS.phrase);
    return pages.map((page) => page.address).filter((address) => (scores.get(address) ?? 0) >= ENOUGH);
  }

  private hold(pages: readonly ReferencablePage[]): void {
    const resident = new Set(pages.map((page) => page.address));
    for (const [address, { path, features }] of this.pages) {
      if (resident.has(address)) continue;
      this.pages.delete(address);
      if (path !== undefined) this.paths.remove(path, address);
      this.declared.remove(features.declared, address);
      this.keys.remove(features.keys, address);
      (path === undefined ? this.usedInResults : this.used).remove(features.used, address);
      this.words.remove(features.words, address);
      this.phrases.remove(features.phrases, address);
      this.listed.remove(features.listed, address);
    }
    for (const { address, path, text } of pages) {
      if (this.pages.has(address)) continue;
      const features = pageFeatures(path !== undefined, text);
      this.pages.set(address, { ...(path === undefined ? {} : { path }), features });
      if (path !== undefined) this.paths.add(path, address);
      this.declared.add(features.declared, address);
      this.keys.add(features.keys, address);
      (path === undefined ? this.usedInResults : this.used).add(features.used, address);
      this.words.add(features.words, address);
      this.phrases.add(features.phrases, address);
      this.listed.add(features.listed, address);
    }
  }

  private scorePath(scores: Scores, mention: PathMention, match: PathMatch): void {
    give(scores, match.addresses, match.files, match.certain ? WEIGHTS.path : WEIGHTS.genericName);
    // Who goes on to a file that a search listed has used the search's result.
    if (match.files === 0) giveAll(scores, this.listed.get(mention.path), WEIGHTS.listed);
  }

  private scoreName(scores: Scores, name: string): void {
    const long = wordCount(name) >= 3;
    const declared = this.declared.get(name);
    const keys = this.keys.get(name);
    if (declared.size > 0) giveAll(scores, declared, WEIGHTS.declared);
    else if (keys.size > 0) giveAll(scores, keys, long ? WEIGHTS.longName : WEIGHTS.key);
    else {
      // A file page and a result that name the same thing do not make each other less likely.
      giveAll(scores, this.used.get(name), long ? WEIGHTS.longName : WEIGHTS.used);
      giveAll(scores, this.usedInResults.get(name), long ? WEIGHTS.longName : WEIGHTS.used);
    }
  }

  private scoreWord(scores: Scores, word: string): void {
    const declared = this.declared.get(word);
    if (declared.size > 0) giveAll(scores, declared, WEIGHTS.declaredWord);
    else giveAll(scores, this.words.get(word), WEIGHTS.word);
  }
}

function giveAll(scores: Scores, addresses: ReadonlySet<string>, weight: number): void {
  give(scores, addresses, addresses.size, weight);
}

function give(scores: Scores, addresses: Iterable<string>, shared: number, weight: number): void {
  for (const address of addresses) scores.set(address, (scores.get(address) ?? 0) + weight / shared);
}
