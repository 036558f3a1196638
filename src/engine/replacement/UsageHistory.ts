import { type Call, CoUse, type CoUsed } from './CoUse';
import { DecayedCount } from './DecayedCount';
import { DistinctUses } from './DistinctUses';
import { fileTraits } from './fileTraits';
import { PageHistory } from './PageHistory';
import { halved, log2 } from './powersOfTwo';
import { ReturnRate } from './ReturnRate';

/** Half-lives of a page's counts of uses, in uses. */
const HALF_LIVES = [10, 40, 160, 640, 2560] as const;
/** Features that change only when the page is used, and all. */
const FIXED = 9;
export const FEATURES = FIXED + 11 + HALF_LIVES.length;
const NOT_CALLED: Call = { strength: 0, owed: 0 };
/** Half-lives of a folder's counts, and of the count of the part of the project it is in. */
const FOLDER_SHORT = 30;
const FOLDER_LONG = 300;
const AREA = 60;
/** A return is half as quick after so many uses. */
const QUICK = 60;
/** Groups of each kind that are remembered, and words of paths. */
const GROUPS = 2048;
const WORDS = 8192;

/** Whether pages of a kind return, and how quickly. */
interface Kind {
  readonly returns: ReturnRate;
  readonly quick: ReturnRate;
}

interface Folder extends Kind {
  readonly short: DecayedCount;
  readonly long: DecayedCount;
  last: number;
}

interface KnownPage extends CoUsed {
  first: number;
  /** Uses between the last two uses; 0: not used that often. */
  gap: number;
  /** By half-life, as they stood at the last use. */
  readonly counts: Float64Array;
  /** Features as they stood at the last use. */
  readonly fixed: Float32Array;
  readonly depth: number;
  readonly folder: Folder;
  readonly area: DecayedCount;
  readonly stem: { last: number };
  readonly type: Kind;
  readonly name: Kind;
  /** All it is of: type, name, folder, and everything. */
  readonly kinds: readonly Kind[];
  readonly words: readonly ReturnRate[];
}

/** What is known of pages from their uses, and the features of a page by which its return is foretold. */
export class UsageHistory {
  /** Uses so far: the clock of everything here. */
  now = 0;
  private readonly pages = new PageHistory<KnownPage>();
  private readonly folders = new PageHistory<Folder>(GROUPS);
  private readonly areas = new PageHistory<DecayedCount>(GROUPS);
  private readonly stems = new PageHistory<{ last: number }>(WORDS);
  private readonly types = new PageHistory<Kind>(GROUPS);
  private readonly names = new PageHistory<Kind>(GROUPS);
  private readonly words = new PageHistory<ReturnRate>(WORDS);
  private readonly all: Kind = { returns: new ReturnRate(1, 2), quick: new ReturnRate(1, 3) };
  private readonly distinct = new DistinctUses();
  private readonly coUse = new CoUse((key) => this.pages.get(key));

  /** @param resident pages that are never forgotten */
  used(key: string, resident: { has(key: string): boolean; readonly size: number }): void {
    this.now += 1;
    const { now } = this;
    const page = this.pages.get(key) ?? this.newPage(key);
    const age = now - page.last;
    const isReturn = page.uses > 0;
    if (isReturn) page.gap = age;
    for (let i = 0; i < HALF_LIVES.length; i++)
      page.counts[i] = (page.counts[i] ?? 0) * halved(age / (HALF_LIVES[i] ?? 1)) + 1;
    const quickness = isReturn ? halved(age / QUICK) : 0;
    for (const { returns, quick } of page.kinds) {
      returns.add(isReturn ? 1 : 0);
      quick.add(quickness);
    }
    for (const word of page.words) word.add(quickness);
    page.folder.short.add(now);
    page.folder.long.add(now);
    page.area.add(now);
    this.distinct.used(now, page.last);
    page.uses += 1;
    page.last = now;
    page.folder.last = now;
    page.stem.last = now;
    this.pages.set(key, page, resident);
    this.coUse.used(key);
    this.writeFixed(page);
  }

  uses(key: string): number {
    return this.pages.get(key)?.uses ?? 0;
  }

  /**
   * What writes the features of a page as things are now into an array of that length: logarithms, scaled to about one.
   * All 0 of a page never used.
   */
  features(): (key: string, into: Float64Array) => Float64Array {
    const calls = this.coUse.calls();
    const distinctSince = this.distinct.since(this.now);
    return (key, into) => {
      const page = this.pages.get(key);
      return page
        ? this.write(into, page, distinctSince(page.last), calls.get(key) ?? NOT_CALLED)
        : into.fill(0);
    };
  }

  /** As `features`, of one page. */
  featuresOf(key: string, into: Float64Array): Float64Array {
    const page = this.pages.get(key);
    if (!page) return into.fill(0);
    return this.write(into, page, this.distinct.since(this.now)(page.last), this.coUse.callFor(key));
  }

  /** @param distinct pages used since this one was */
  private write(into: Float64Array, page: KnownPage, distinct: number, call: Call): Float64Array {
    const { now } = this;
    const { folder, gap } = page;
    const age = now - page.last;
    for (let i = 0; i < FIXED; i++) into[i] = page.fixed[i] ?? 0;
    let next = FIXED;
    // How long ago it was used, in uses and in distinct pages, since when it is known, how often with each half-life,
    // and whether it is overdue.
    into[next++] = log2(1 + age) / 4;
    into[next++] = log2(1 + distinct) / 4;
    into[next++] = log2(1 + now - page.first) / 8;
    for (let i = 0; i < HALF_LIVES.length; i++)
      into[next++] = log2(0.05 + (page.counts[i] ?? 0) * halved(age / (HALF_LIVES[i] ?? 1))) / 2;
    into[next++] = gap && age > gap ? log2((age + 1) / (gap + 1)) / 3 : 0;
    // Whether its folder, its part of the project and its twins are busy.
    into[next++] = log2(0.05 + folder.short.read(now)) / 2;
    into[next++] = log2(0.05 + folder.long.read(now)) / 3;
    into[next++] = log2(1 + now - folder.last) / 4;
    into[next++] = log2(0.05 + page.area.read(now)) / 3;
    into[next++] = log2(1 + now - page.stem.last) / 4;
    // Whether the pages used last call for it, and still wait for it.
    into[next++] = log2(0.03 + call.strength) / 2;
    into[next++] = log2(0.03 + call.owed) / 2;
    return into;
  }

  private writeFixed(page: KnownPage): void {
    const rate = this.all.returns.read(0, 0);
    const quick = this.all.quick.read(0, 0);
    const typeRate = page.type.returns.read(rate, 8);
    const typeQuick = page.type.quick.read(quick, 4);
    const into = page.fixed;
    let next = 0;
    into[next++] = page.gap ? log2(1 + page.gap) / 4 : 0;
    into[next++] = page.depth / 4;
    // Whether pages of its type, its name and its folder return, and how quickly these and those with its words do.
    into[next++] = log2(typeRate / rate);
    into[next++] = log2(page.name.returns.read(typeRate, 3) / typeRate);
    into[next++] = log2(page.folder.returns.read(typeRate, 4) / typeRate);
    into[next++] = log2(typeQuick);
    into[next++] = log2(page.name.quick.read(typeQuick, 3));
    into[next++] = log2(page.folder.quick.read(typeQuick, 4));
    into[next++] = log2(quicknessOf(page.words, quick));
  }

  private newPage(key: string): KnownPage {
    const traits = fileTraits(key);
    const folder = this.folders.getOrSet(traits.folder, () => ({
      ...newKind(),
      short: new DecayedCount(FOLDER_SHORT),
      long: new DecayedCount(FOLDER_LONG),
      last: 0,
    }));
    const type = this.types.getOrSet(traits.type, newKind);
    const name = this.names.getOrSet(traits.name, newKind);
    return {
      uses: 0,
      last: 0,
      first: this.now,
      gap: 0,
      counts: new Float64Array(HALF_LIVES.length),
      fixed: new Float32Array(FIXED),
      partners: new Map(),
      depth: traits.depth,
      folder,
      area: this.areas.getOrSet(traits.area, () => new DecayedCount(AREA)),
      stem: this.stems.getOrSet(traits.stem, () => ({ last: 0 })),
      type,
      name,
      kinds: [type, name, folder, this.all],
      words: traits.words.map((word) => this.words.getOrSet(word, () => new ReturnRate())),
    };
  }
}

function newKind(): Kind {
  return { returns: new ReturnRate(), quick: new ReturnRate() };
}

/** How quickly pages with these words return; rare words tell more. */
function quicknessOf(words: readonly ReturnRate[], expected: number): number {
  let sum = 0;
  let weights = 0;
  for (const word of words) {
    const weight = 1 / Math.sqrt(1 + word.uses);
    sum += weight * word.read(expected, 4);
    weights += weight;
  }
  return weights > 0 ? sum / weights : expected;
}
