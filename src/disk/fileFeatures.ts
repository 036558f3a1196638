/** The numbers that a file is judged by. Most are relative to the other candidates, so that they mean the same in every workspace. */
import { noPast, type PastAnswer } from './HistoryIndex';
import { nameTerms } from './nameTerms';
import type { PageEvidence, Weighing } from './pageEvidence';
import {
  baseName,
  folderOf,
  isBesidePath,
  isGeneratedPath,
  isProse,
  isTestPath,
  testedName,
} from './pathKinds';

/** A file and its pages among the candidates. */
export interface CandidateFile {
  readonly rel: string;
  /** Pages of the whole file. */
  readonly pages: number;
  readonly evidence: readonly PageEvidence[];
  /** What the history of its repository says; undefined without one. */
  readonly past: PastAnswer | undefined;
}

type Features = Record<string, number>;

/** Of these also: standard deviations from the mean (`…Deviation`) and share of the greatest (`…Share`). */
const compared = [
  'text',
  'bestPage',
  'allPages',
  'body',
  'head',
  'symbols',
  'phrases',
  'fileName',
  'path',
  'namedAfter',
  'messages',
  'mentions',
  'similar',
  'alike',
];
/** Of these also 1 / place (`…Place`). */
const placed = ['text', 'bestPage', 'head', 'messages', 'similar'];

/** Features of files: a row of numbers for each, in the order of `names`. */
export interface FeatureTable {
  readonly names: readonly string[];
  readonly rows: readonly Float64Array[];
}

export function featuresOf(files: readonly CandidateFile[], weighing: Weighing): FeatureTable {
  const measure = new Measure(weighing);
  const own = files.map((file) => measure.file(file));
  const columns = new Map<string, ArrayLike<number>>();
  for (const name of Object.keys(own[0] ?? {}))
    columns.set(
      name,
      Float64Array.from(own, (one) => one[name] as number),
    );
  for (const name of compared) {
    const values = columns.get(name) ?? [];
    const greatest = Array.from(values).reduce((most, value) => Math.max(most, value), 1e-9);
    columns.set(`${name}Deviation`, standardise(values));
    columns.set(
      `${name}Share`,
      Float64Array.from(values, (value) => value / greatest),
    );
    if (placed.includes(name)) columns.set(`${name}Place`, placesOf(values));
  }
  for (const [name, values] of neighbours(files, columns.get('textShare') ?? [])) columns.set(name, values);
  const all = [...columns.values()];
  return {
    names: [...columns.keys()],
    rows: files.map((_, i) => Float64Array.from(all, (values) => values[i] as number)),
  };
}

/** 1 / place of each value among all, 0 for what is 0. */
function placesOf(values: ArrayLike<number>): Float64Array {
  const places = new Float64Array(values.length);
  const order = Array.from(values, (_, i) => i).sort((a, b) => (values[b] as number) - (values[a] as number));
  order.forEach((i, before) => {
    places[i] = (values[i] as number) > 0 ? 1 / (1 + before) : 0;
  });
  return places;
}

class Measure {
  private readonly mass: number;
  private readonly pairMass: number;

  constructor(private readonly weighing: Weighing) {
    const { query, idf } = weighing;
    this.mass = idf.reduce((sum, value) => sum + value, 0) || 1;
    this.pairMass = this.massOfPairs(query.pairs) || 1;
  }

  file({ rel, pages, evidence, past }: CandidateFile): Features {
    const { query } = this.weighing;
    const scores = evidence.map((one) => one.page.score);
    const test = isTestPath(rel);
    const prose = isProse(evidence[0]?.page.language ?? '');
    const beside = isBesidePath(rel);
    const base = this.cover(nameTerms(baseName(rel)));
    const path = this.cover(nameTerms(rel));
    const names = evidence.flatMap((one) => one.names);
    const { messages, mentions, similar, alike, nearest, commits, recent } = past?.of(rel) ?? noPast;
    return {
      text: topThree(scores),
      bestPage: Math.max(0, ...scores),
      allPages: scores.reduce((sum, score) => sum + score, 0),
      body: topThree(evidence.map((one) => one.body)),
      head: topThree(evidence.map((one) => one.head)),
      symbols: topThree(evidence.map((one) => one.symbols)),
      pagesFound: Math.log(1 + evidence.length),
      pagesInAll: Math.log(1 + pages),
      pageCoverage: Math.max(0, ...evidence.map((one) => this.massOf(one.terms))) / this.mass,
      fileCoverage: this.massOf(new Set(evidence.flatMap((one) => [...one.terms]))) / this.mass,
      phrases: Math.max(0, ...evidence.map((one) => this.massOfPairs(one.pairs))) / this.pairMass,
      filePhrases: this.massOfPairs(new Set(evidence.flatMap((one) => [...one.pairs]))) / this.pairMass,
      fileName: base.covered / this.mass,
      fileNamePrecision: base.precision,
      path: path.covered / this.mass,
      pathPrecision: path.precision,
      folder: this.cover(nameTerms(folderOf(rel))).covered / this.mass,
      depth: rel.split('/').length,
      ...this.definitions(names),
      identifiers: this.identifiersIn(evidence),
      test: Number(test),
      testUnasked: Number(test && !query.wantsTests),
      prose: Number(prose),
      proseUnasked: Number(prose && !query.wantsProse),
      beside: Number(beside),
      besideUnasked: Number(beside && !query.wantsBeside),
      generated: Number(isGeneratedPath(rel)),
      messages,
      mentions,
      similar,
      alike,
      nearestCommit: nearest,
      commits: Math.log(1 + commits),
      recentCommits: Math.log(1 + recent),
      hasHistory: Number(past !== undefined),
      queryLength: Math.log(1 + query.terms.length),
      queryIdentifiers: query.identifiers.size,
    };
  }

  /** What the names that the file defines say about it. */
  private definitions(names: readonly string[]): Features {
    const { query } = this.weighing;
    const lower = new Set(names.map((name) => name.toLowerCase()));
    const defined = [...query.identifiers]
      .map((name) => name.toLowerCase())
      .filter((name) => lower.has(name));
    let namedAfter = 0;
    let definesWords = 0;
    for (const name of new Set(names)) {
      const tokens = nameTerms(name);
      const { covered, precision } = this.cover(tokens);
      namedAfter = Math.max(namedAfter, covered * precision);
      // The first token of a compound name is its whole form.
      if (tokens.length > 2 && tokens.slice(1).every((token) => query.places.has(token))) definesWords = 1;
    }
    return {
      definesIdentifier: Number(names.some((name) => query.identifiers.has(name))),
      definesIdentifiers: this.cover(defined).covered / this.mass,
      definesQuoted: Number(names.some((name) => query.quoted.has(name))),
      definesWords,
      namedAfter: namedAfter / this.mass,
    };
  }

  private identifiersIn(evidence: readonly PageEvidence[]): number {
    const { identifiers, places } = this.weighing.query;
    if (identifiers.size === 0) return 0;
    const found = [...identifiers].filter((name) => {
      const place = places.get(name.toLowerCase());
      return place !== undefined && evidence.some((one) => one.bodyTerms.has(place));
    });
    return found.length / identifiers.size;
  }

  /** The idf of tokens that the query has, and their share of all these tokens. */
  private cover(tokens: readonly string[]): { readonly covered: number; readonly precision: number } {
    const { query, statistics } = this.weighing;
    let covered = 0;
    let all = 0;
    for (const token of new Set(tokens)) {
      const idf = statistics.idf(token);
      all += idf;
      if (query.places.has(token)) covered += idf;
    }
    return { covered, precision: all > 0 ? covered / all : 0 };
  }

  private massOf(places: Iterable<number>): number {
    let sum = 0;
    for (const place of places) sum += this.weighing.idf[place] ?? 0;
    return sum;
  }

  private massOfPairs(pairs: Iterable<number>): number {
    const width = this.weighing.query.terms.length;
    let sum = 0;
    for (const pair of pairs) sum += this.massOf([Math.floor(pair / width), pair % width]);
    return sum;
  }
}

/** What the other candidates say about a file: those in its folder, and a test of it. */
function neighbours(
  files: readonly CandidateFile[],
  textShare: ArrayLike<number>,
): readonly (readonly [string, Float64Array])[] {
  const folders = new Map<string, number[]>();
  const tested = new Map<string, number>();
  files.forEach(({ rel }, i) => {
    const folder = folderOf(rel);
    const known = folders.get(folder);
    if (known) known.push(i);
    else folders.set(folder, [i]);
    if (!isTestPath(rel)) return;
    const name = testedName(rel);
    tested.set(name, Math.max(tested.get(name) ?? 0, textShare[i] as number));
  });
  const [best, found, test] = [1, 2, 3].map(() => new Float64Array(files.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  files.forEach(({ rel }, i) => {
    const inFolder = folders.get(folderOf(rel)) ?? [];
    for (const other of inFolder)
      if (other !== i) best[i] = Math.max(best[i] as number, textShare[other] as number);
    found[i] = Math.log(inFolder.length);
    test[i] = isTestPath(rel) ? 0 : (tested.get(baseName(rel).toLowerCase()) ?? 0);
  });
  return [
    ['folderBest', best],
    ['folderFound', found],
    ['testFound', test],
  ];
}

/** Score of a file from the scores of its pages: the best counts whole, the next half, the third a quarter. */
export function topThree(scores: readonly number[]): number {
  const [a = 0, b = 0, c = 0] = [...scores].sort((x, y) => y - x);
  return a + b / 2 + c / 4;
}

/** Values in standard deviations from their mean; all 0 when they are equal. */
function standardise(values: ArrayLike<number>): Float64Array {
  const all = Float64Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / (all.length || 1);
  const deviation = Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (all.length || 1));
  return all.map((value) => (deviation > 1e-12 ? (value - mean) / deviation : 0));
}
