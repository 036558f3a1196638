import { codeTokens, queryTokens } from './codeTokens';

const aboutTests = /\b(tests?|testing|specs?|e2e|fixtures?|mocks?)\b/i;
const aboutProse =
  /\b(docs?|documentation|documented|readme|changelog|guides?|tutorials?|licen[cs]e|translations?|locales?|workflows?|ya?ml|toml|markdown|md|(json|xml|html|config\w*|settings) files?)\b/i;
const aboutBeside =
  /\b(examples?|samples?|demos?|bench\w*|scripts?|tools?|playground|website|docs?|documentation)\b/i;
const name = /[\p{L}_$][\p{L}\p{N}_$]*/gu;
const word = /[\p{L}\p{N}_$]+/gu;
const quotation = /[`'"]([^`'"\n]{2,80})[`'"]/g;
const compound = /[\p{Ll}\p{N}]\p{Lu}|_|\$|^\p{Lu}\p{L}*\p{Lu}/u;

/** What the text of a query says, read once. */
export interface QueryTraits {
  /** Distinct terms, as `queryTokens` gives them. */
  readonly terms: readonly string[];
  /** Place of each term in `terms`. */
  readonly places: ReadonlyMap<string, number>;
  /** Whole words by their place in `terms`: true of those that have parts (`saved1x0`: `save`), whatever their case. */
  readonly words: ReadonlyMap<number, boolean>;
  /** Words that can only be names from code: `flushQueue`, `flush_queue`, `QueueManager`. */
  readonly identifiers: ReadonlySet<string>;
  /** Names between quotation marks or backticks. */
  readonly quoted: ReadonlySet<string>;
  /** Terms that follow each other, by the place of the first × number of terms + the place of the second. */
  readonly pairs: ReadonlySet<number>;
  readonly wantsTests: boolean;
  readonly wantsProse: boolean;
  /** Examples, benchmarks, scripts. */
  readonly wantsBeside: boolean;
}

/** @param text a question, a name, a commit message, an error message */
export function readQuery(text: string): QueryTraits {
  const terms = queryTokens(text);
  const places = new Map(terms.map((term, i) => [term, i]));
  const order = codeTokens(text).flatMap((token) => places.get(token) ?? []);
  return {
    terms,
    places,
    words: wordsOf(text, places),
    identifiers: new Set(
      (text.match(name) ?? []).filter((word) => compound.test(word.replace(/^_+|_+$/g, ''))),
    ),
    quoted: new Set([...text.matchAll(quotation)].flatMap(([, inner]) => inner?.match(name) ?? [])),
    pairs: new Set(order.slice(1).map((place, i) => (order[i] as number) * terms.length + place)),
    wantsTests: aboutTests.test(text),
    wantsProse: aboutProse.test(text),
    wantsBeside: aboutBeside.test(text),
  };
}

function wordsOf(text: string, places: ReadonlyMap<string, number>): ReadonlyMap<number, boolean> {
  const words = new Map<number, boolean>();
  for (const found of new Set(text.match(word))) {
    const [whole, ...parts] = codeTokens(found);
    const place = whole === undefined ? undefined : places.get(whole);
    // Scripts without spaces give pairs of characters, not a whole and its parts.
    if (place !== undefined) words.set(place, parts.length > 0 && whole === found.toLowerCase());
  }
  return words;
}
