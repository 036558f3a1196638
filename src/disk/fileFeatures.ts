/** The numbers that a file is judged by. Most are relative to the other candidates, so that they mean the same in every workspace. */
import { noPast, type PastAnswer } from './HistoryIndex';
import type { PageEvidence, Weighing } from './pageEvidence';
import { isProse, pathTraits } from './pathKinds';

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

/**
 * Features of files.
 * @param names of the features that are wanted
 * @returns a row of numbers for each file, in the order of `names`; 0 for what is not known
 */
export function featuresOf(
  files: readonly CandidateFile[],
  weighing: Weighing,
  names: readonly string[],
): Float64Array[] {
  const measure = new Measure(weighing);
  const own = files.map((file) => measure.file(file));
  const columns = columnsOf(own);
  for (const name of compared) {
    const values = columns.get(name) ?? new Float64Array(files.length);
    columns.set(`${name}Deviation`, standardise(values));
    columns.set(`${name}Share`, sharesOf(values));
    if (placed.includes(name)) columns.set(`${name}Place`, placesOf(values));
  }
  for (const [name, values] of neighbours(files, columns.get('textShare') ?? new Float64Array(files.length)))
    columns.set(name, values);
  const rows = files.map(() => new Float64Array(names.length));
  names.forEach((name, k) => {
    const values = columns.get(name);
    if (values) for (let i = 0; i < rows.length; i++) (rows[i] as Float64Array)[k] = values[i] as number;
  });
  return rows;
}

function columnsOf(own: readonly Features[]): Map<string, Float64Array> {
  const names = Object.keys(own[0] ?? {});
  const columns = names.map(() => new Float64Array(own.length));
  own.forEach((one, i) => {
    const values = Object.values(one);
    for (let k = 0; k < values.length; k++) (columns[k] as Float64Array)[i] = values[k] as number;
  });
  return new Map(names.map((name, k) => [name, columns[k] as Float64Array]));
}

/** Each value as a share of the greatest. */
function sharesOf(values: Float64Array): Float64Array {
  let greatest = 1e-9;
  for (const value of values) if (value > greatest) greatest = value;
  return values.map((value) => value / greatest);
}

/** 1 / place of each value among all, 0 for what is 0. */
function placesOf(values: Float64Array): Float64Array {
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
    const { test, beside, generated, folder, base: fileName, depth } = pathTraits(rel);
    const prose = isProse(evidence[0]?.page.language ?? '');
    const base = this.coverOfName(fileName);
    const path = this.coverOfName(rel);
    const defined = this.definitions(evidence);
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
      fileCoverage: this.massOf(union(evidence, (one) => one.terms)) / this.mass,
      phrases: Math.max(0, ...evidence.map((one) => this.massOfPairs(one.pairs))) / this.pairMass,
      filePhrases: this.massOfPairs(union(evidence, (one) => one.pairs)) / this.pairMass,
      fileName: base.covered / this.mass,
      fileNamePrecision: base.precision,
      path: path.covered / this.mass,
      pathPrecision: path.precision,
      folder: this.coverOfName(folder).covered / this.mass,
      depth,
      ...defined,
      identifiers: this.identifiersIn(evidence),
      test: Number(test),
      testUnasked: Number(test && !query.wantsTests),
      prose: Number(prose),
      proseUnasked: Number(prose && !query.wantsProse),
      beside: Number(beside),
      besideUnasked: Number(beside && !query.wantsBeside),
      generated: Number(generated),
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
  private definitions(evidence: readonly PageEvidence[]): Features {
    const { query, statistics } = this.weighing;
    const { identifiers, quoted } = query;
    // Names without a term of the query say nothing.
    const names = union(
      evidence.filter((one) => one.named),
      (one) => one.names,
    );
    const defined = identifiers.size === 0 ? [] : this.identifiersAmong(names);
    let namedAfter = 0;
    let definesWords = 0;
    for (const name of names) {
      const { covered, precision } = this.coverOfName(name);
      if (covered === 0) continue;
      namedAfter = Math.max(namedAfter, covered * precision);
      const { terms } = statistics.weigh(name);
      // The first term of a compound name is its whole form.
      if (terms.length > 2 && terms.every((term, i) => i === 0 || query.places.has(term))) definesWords = 1;
    }
    const defines = (wanted: ReadonlySet<string>) =>
      Number(wanted.size > 0 && evidence.some((one) => one.names.some((name) => wanted.has(name))));
    return {
      definesIdentifier: defines(identifiers),
      definesIdentifiers: this.cover(defined) / this.mass,
      definesQuoted: defines(quoted),
      definesWords,
      namedAfter: namedAfter / this.mass,
    };
  }

  /** The query's identifiers that are among some names, in lower case. */
  private identifiersAmong(names: ReadonlySet<string>): string[] {
    const lower = new Set([...names].map((name) => name.toLowerCase()));
    const wanted = new Set([...this.weighing.query.identifiers].map((name) => name.toLowerCase()));
    return [...wanted].filter((name) => lower.has(name));
  }

  private identifiersIn(evidence: readonly PageEvidence[]): number {
    const { identifiers, places } = this.weighing.query;
    if (identifiers.size === 0) return 0;
    const found = [...identifiers].filter((name) => {
      const place = places.get(name.toLowerCase());
      return place !== undefined && evidence.some((one) => (one.inBody[place] ?? 0) > 0);
    });
    return found.length / identifiers.size;
  }

  /** The idf of those terms of a name that the query has, and their share of all its terms. */
  private coverOfName(name: string): { readonly covered: number; readonly precision: number } {
    const { distinct, mass } = this.weighing.statistics.weigh(name);
    const covered = this.cover(distinct);
    return { covered, precision: mass > 0 ? covered / mass : 0 };
  }

  /** The idf of those distinct terms that the query has. */
  private cover(terms: readonly string[]): number {
    const { query, idf } = this.weighing;
    let covered = 0;
    for (const term of terms) {
      const place = query.places.get(term);
      if (place !== undefined) covered += idf[place] as number;
    }
    return covered;
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
    const { folder, test, tested: name } = pathTraits(rel);
    const known = folders.get(folder);
    if (known) known.push(i);
    else folders.set(folder, [i]);
    if (!test) return;
    tested.set(name, Math.max(tested.get(name) ?? 0, textShare[i] as number));
  });
  const [best, found, test] = [1, 2, 3].map(() => new Float64Array(files.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  files.forEach(({ rel }, i) => {
    const { folder, test: isTest, base } = pathTraits(rel);
    const inFolder = folders.get(folder) ?? [];
    for (const other of inFolder)
      if (other !== i) best[i] = Math.max(best[i] as number, textShare[other] as number);
    found[i] = Math.log(inFolder.length);
    test[i] = isTest ? 0 : (tested.get(base.toLowerCase()) ?? 0);
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
function standardise(values: Float64Array): Float64Array {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / (values.length || 1);
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / (values.length || 1));
  return values.map((value) => (deviation > 1e-12 ? (value - mean) / deviation : 0));
}

/** All distinct items that pieces of evidence have. */
function union<Item>(
  evidence: readonly PageEvidence[],
  items: (one: PageEvidence) => Iterable<Item>,
): ReadonlySet<Item> {
  const [only] = evidence;
  const all = new Set(only ? items(only) : []);
  for (let i = 1; i < evidence.length; i++)
    for (const item of items(evidence[i] as PageEvidence)) all.add(item);
  return all;
}
