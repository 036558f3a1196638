/** Words of code and of prose, and which of them tell one page from another. */

const IDENTIFIER = /[\p{L}_$][\p{L}\p{N}_$]*(?:-[\p{L}\p{N}]+)*/gu;

/** Words that stand in any source file or text, and names of standard libraries that stand in many. */
const COMMON = new Set(
  `abstract about after again also another array async await because been before being between bool boolean break
  bytes call case catch char class code const constructor continue could data default define defer delete does done
  double each elif else endif enum error every except export extends false file final finally first float from func
  function have here impl implements import include index input instanceof int integer interface into item items
  just kind lambda length like line lines list local long loop main make match message method more most must mutable
  name namespace never null nullptr number object only open options other output over override package page params
  parameters pass path print private protected public raise range readonly record request require response result
  results return returns runs same self should signed since sizeof some static status string struct such super switch
  that then them there these they this those throw throws time todo trait true try type typedef typeof undefined union
  unsigned until used user using value values vector void volatile what when where which while will with without word
  world would write yield your
  toString valueOf forEach flatMap indexOf lastIndexOf hasOwnProperty parseInt parseFloat isArray isNaN setTimeout
  clearTimeout stringify innerHTML addEventListener preventDefault className readFileSync TypeError RangeError
  useState useEffect useMemo useCallback useRef ReadonlyArray ReadonlyMap ReadonlySet AsyncIterable PromiseLike
  __init__ __name__ __main__ __file__ isinstance ValueError KeyError StopIteration NotImplementedError
  size_t uint8_t uint16_t uint32_t uint64_t int32_t int64_t ssize_t memory_order stdint stdlib
  to_string to_owned is_empty is_some is_none unwrap_or filter_map or_default or_else map_err as_str into_iter
  HashMap HashSet BTreeMap PathBuf ExitCode OnceLock println eprintln
  ArrayList LinkedList StringBuilder BigDecimal IllegalStateException IllegalArgumentException NullPointerException
  StatusOK StatusBadRequest WithTimeout WithCancel RWMutex
  getLogger logger logging console
  localhost stdout stderr stdin utf-8 read-only built-in low-level high-level up-to-date end-to-end`.split(
    /\s+/,
  ),
);

/** @returns the identifiers of a text in their order; `kebab-case` names are one */
export function identifiersOf(text: string): string[] {
  return text.match(IDENTIFIER) ?? [];
}

/** @returns whether a name is one that people make up for one thing: several words joined, and not of a standard library */
export function isCompound(name: string): boolean {
  if (name.length < 5 || COMMON.has(name)) return false;
  return (
    /[\p{Ll}\p{N}]\p{Lu}|\p{Lu}{2}\p{Ll}|[\p{L}\p{N}]_+[\p{L}\p{N}]/u.test(name) ||
    // Two hyphenated words are plain English; three, or one with digits, are a name.
    /-.+-|\p{L}-.*\p{N}/u.test(name)
  );
}

/** @returns how many words a joined name is made of */
export function wordCount(name: string): number {
  return name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+/gu)?.length ?? 0;
}

/** @returns numbers that are not just any: 15_000 (without the bar), 0.05, 256Mi; no years, no round thousand */
export function numbersOf(text: string): string[] {
  const numbers = text.match(/(?<![\w.])\d[\d_]*(?:\.\d+)*[A-Za-z]{0,2}(?!\w)/g) ?? [];
  return numbers
    .map((number) => number.replaceAll('_', ''))
    .filter((number) => number.length >= 4 && !/^(?:(?:19|20)\d\d|10+|1024|0\.\d)$/.test(number));
}

/** @returns whether a word stands in any source file or text */
export function isCommon(word: string): boolean {
  return COMMON.has(word) || COMMON.has(word.toLowerCase());
}

/** @returns whether a word says more than that this is code, or English */
export function isTelling(word: string): boolean {
  return word.length >= 4 && /\p{L}/u.test(word) && !isCommon(word);
}

const IMPORT =
  /^(?:import\b|export\b.*\bfrom\b|from\s+\S+\s+import\b|#\s*include\b|use\s+[\w:]+|(?:pub\s+)?mod\s+\w+;|package\s+[\w.]+;?$|using\s+[\w.]+;|require\b|"[\w./-]+"$|.*=\s*require\()/;
const LICENCE =
  /copyright|spdx-license-identifier|licensed under|all rights reserved|permission is hereby granted|without warranty/i;

/** @returns whether a trimmed line only brings names in from elsewhere */
export function isImportLine(line: string): boolean {
  return IMPORT.test(line);
}

/** @returns whether a trimmed line stands the same in many files: licence headers, guards, lone brackets */
export function isBoilerplate(line: string): boolean {
  return LICENCE.test(line) || /^#\s*(?:ifndef|endif|pragma)\b/.test(line) || !/[\p{L}\p{N}]{2}/u.test(line);
}

const WORD = /[\p{L}\p{N}_$]+/gu;

/**
 * Runs of neighbouring words of a line that tell something: of four with a joined name or three telling words among
 * them, of six with three telling words.
 * @returns a 52-bit hash for each
 */
export function phrasesOf(line: string): number[] {
  const words = line.match(WORD) ?? [];
  const telling = words.map(isTelling);
  const joined = words.map(isCompound);
  const phrases: number[] = [];
  for (let start = 0; start + 4 <= words.length; start++) {
    if (countIn(telling, start, 4) >= 3 || countIn(joined, start, 4) > 0)
      phrases.push(hash52(words, start, 4));
    if (start + 6 <= words.length && countIn(telling, start, 6) >= 3) phrases.push(hash52(words, start, 6));
  }
  return phrases;
}

function countIn(flags: readonly boolean[], start: number, count: number): number {
  let found = 0;
  for (let i = start; i < start + count; i++) if (flags[i]) found++;
  return found;
}

/** Two FNV-1a sums with different bases; 52 bits, so that chance hits do not matter. */
function hash52(words: readonly string[], start: number, count: number): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let at = start; at < start + count; at++) {
    const word = words[at] ?? '';
    for (let i = 0; i <= word.length; i++) {
      // Past the end: NaN, which separates the words as 0.
      const code = word.charCodeAt(i);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ code, 0x01000193);
    }
  }
  return (high >>> 12) * 0x1_0000_0000 + (low >>> 0);
}
