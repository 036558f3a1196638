/**
 * Orders the files of a workspace search: BM25 and vectors each score a file by its best pages, both are put in units of
 * their standard deviation over the candidates, and what file names, tests and defined symbols say is added.
 * The weights come from `npm run bench -- search` on six repositories; they are coarse on purpose.
 */
import { codeTokens } from './codeTokens';

/** A page found by at least one of the two searches. */
export interface Candidate {
  readonly id: string;
  /** Key of the file. */
  readonly file: string;
  readonly rel: string;
  readonly language: string;
  readonly symbol: string;
  /** Space-separated names defined on the page. */
  readonly names: string;
  /** BM25; undefined when the page was found by its vector only. */
  readonly textScore?: number;
  /** Cosine similarity; undefined when the page was found by its terms only. */
  readonly vectorScore?: number;
}

export interface RankedPage {
  readonly candidate: Candidate;
  readonly score: number;
}

export interface RankQuery {
  readonly text: string;
  readonly terms: readonly string[];
  readonly idf: (term: string) => number;
}

const weights = {
  vector: 0.3,
  test: -1.5,
  prose: -1.2,
  fileName: 0.25,
  definesIdentifier: 0.7,
  definesAllWords: 0.4,
  /** What each further page of the same file costs, so that one file does not fill the first screen. */
  furtherPage: 0.8,
} as const;

const testPath =
  /(^|\/)(__tests__|__mocks__|tests?|testing|testdata|specs?|e2e|fixtures?)(\/|$)|[._-](test|tests|spec|e2e)\.[^/]+$|(^|\/)test_[^/]+$|(Test|Tests|IT|Spec)\.(java|kt|cs|scala|php|swift)$/;
const aboutTests = /\b(tests?|testing|specs?|e2e|fixtures?|mocks?)\b/i;

/** Text about the code, and data: they hold the words of every question, and seldom what it asks for. */
const proseLanguages = new Set(
  'markdown restructuredtext latex plaintext html json jsonc yaml toml xml ini properties'.split(' '),
);
const aboutProse =
  /\b(docs?|documentation|documented|readme|changelog|guides?|tutorials?|install\w*|licen[cs]e|translations?|i18n|locales?|config\w*|workflows?|json|ya?ml|toml|xml|html|markdown|md)\b/i;

/** @returns whether a path is that of a test or its data */
export function isTestPath(path: string): boolean {
  return testPath.test(path);
}

/** Score of a file from the scores of its pages: the best counts whole, the next half, the third a quarter. */
export function topThree(scores: readonly number[]): number {
  const [a = 0, b = 0, c = 0] = [...scores].sort((x, y) => y - x);
  return a + b / 2 + c / 4;
}

/** Values in standard deviations from their mean; all 0 when they are equal. */
export function standardise(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  const deviation = Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length || 1),
  );
  return values.map((value) => (deviation > 1e-12 ? (value - mean) / deviation : 0));
}

/** @returns the pages, best page of the best file first */
export function rankPages(candidates: readonly Candidate[], query: RankQuery): RankedPage[] {
  const files = [...groupByFile(candidates).values()];
  const text = standardise(files.map((pages) => topThree(pages.map((page) => page.textScore ?? 0))));
  const hasVectors = candidates.some((candidate) => candidate.vectorScore !== undefined);
  const vector = standardise(files.map((pages) => topThree(pages.map((page) => page.vectorScore ?? 0))));
  const features = featureScores(files, query);
  return files
    .flatMap((pages, i) => {
      const base = (text[i] ?? 0) + (hasVectors ? weights.vector * (vector[i] ?? 0) : 0) + (features[i] ?? 0);
      return [...pages]
        .sort((a, b) => pageScore(b) - pageScore(a))
        .map((candidate, rank) => ({ candidate, score: base - weights.furtherPage * rank }));
    })
    .sort((a, b) => b.score - a.score || (a.candidate.id < b.candidate.id ? -1 : 1));
}

/** Within a file terms decide, vectors break ties. */
function pageScore(page: Candidate): number {
  return (page.textScore ?? 0) + (page.vectorScore ?? 0);
}

function groupByFile(candidates: readonly Candidate[]): Map<string, Candidate[]> {
  const files = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const pages = files.get(candidate.file);
    if (pages) pages.push(candidate);
    else files.set(candidate.file, [candidate]);
  }
  return files;
}

function featureScores(files: readonly (readonly Candidate[])[], query: RankQuery): number[] {
  const wantsTests = aboutTests.test(query.text);
  const wantsProse = aboutProse.test(query.text);
  const terms = new Set(query.terms);
  const mass = query.terms.reduce((sum, term) => sum + query.idf(term), 0) || 1;
  const identifiers = identifiersIn(query.text);
  const coverage = standardise(
    files.map(([first]) => {
      const words = new Set(codeTokens(baseName(first?.rel ?? '')));
      return [...words].reduce((sum, word) => sum + (terms.has(word) ? query.idf(word) : 0), 0) / mass;
    }),
  );
  return files.map((pages, i) => {
    const names = pages.flatMap((page) => [
      ...page.names.split(' '),
      page.symbol.slice(page.symbol.lastIndexOf('.') + 1),
    ]);
    let score = weights.fileName * (coverage[i] ?? 0);
    if (!wantsTests && isTestPath(pages[0]?.rel ?? '')) score += weights.test;
    if (!wantsProse && proseLanguages.has(pages[0]?.language ?? '')) score += weights.prose;
    if (names.some((name) => identifiers.has(name))) score += weights.definesIdentifier;
    if (names.some((name) => coversName(name, terms))) score += weights.definesAllWords;
    return score;
  });
}

/** Words of a question that can only be names from code: `flushQueue`, `flush_queue`, `QueueManager`. */
function identifiersIn(text: string): Set<string> {
  const words = text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];
  return new Set(
    words.filter((word) =>
      /[\p{Ll}\p{N}]\p{Lu}|_|\$|^\p{Lu}\p{L}*\p{Lu}/u.test(word.replace(/^_+|_+$/g, '')),
    ),
  );
}

/** Every word of a name of several words is in the query. */
function coversName(name: string, terms: ReadonlySet<string>): boolean {
  const tokens = codeTokens(name);
  // The first token of a compound name is its whole form.
  return tokens.length > 2 && tokens.slice(1).every((token) => terms.has(token));
}

function baseName(rel: string): string {
  const name = rel.slice(rel.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}
