import { type Call, CoUse, type CoUsed } from './CoUse';
import { DecayedCount } from './DecayedCount';
import { DistinctUses } from './DistinctUses';
import { fileTraits } from './fileTraits';
import { GroupReturns } from './GroupReturns';
import { PageHistory } from './PageHistory';
import { halved, log2 } from './powersOfTwo';

/** Half-lives of a page's counts of uses, in uses. */
const HALF_LIVES = [10, 40, 160, 640, 2560] as const;
/** Features of a page. */
export const FEATURES = 20 + HALF_LIVES.length;
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

interface Folder {
  readonly returns: GroupReturns;
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
  readonly depth: number;
  readonly folder: Folder;
  readonly area: DecayedCount;
  readonly stem: { last: number };
  readonly type: GroupReturns;
  readonly name: GroupReturns;
  readonly words: readonly GroupReturns[];
}

/** What is known of pages from their uses, and the features of a page by which its return is foretold. */
export class UsageHistory {
  /** Uses so far: the clock of everything here. */
  now = 0;
  private readonly pages = new PageHistory<KnownPage>();
  private readonly folders = new PageHistory<Folder>(GROUPS);
  private readonly areas = new PageHistory<DecayedCount>(GROUPS);
  private readonly stems = new PageHistory<{ last: number }>(WORDS);
  private readonly types = new PageHistory<GroupReturns>(GROUPS);
  private readonly names = new PageHistory<GroupReturns>(GROUPS);
  private readonly words = new PageHistory<GroupReturns>(WORDS);
  private readonly all = new GroupReturns();
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
    this.all.add(isReturn, quickness);
    page.type.add(isReturn, quickness);
    page.name.add(isReturn, quickness);
    page.folder.returns.add(isReturn, quickness);
    for (const word of page.words) word.add(isReturn, quickness);
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
  }

  /**
   * What writes the features of a page as things are now into an array of that length, and gives how often it was used.
   * They are logarithms, scaled to about one; all 0 of a page never used.
   */
  features(): (key: string, into: Float64Array) => number {
    const calls = this.coUse.calls();
    const distinctSince = this.distinct.since(this.now);
    return (key, into) => {
      const page = this.pages.get(key);
      if (page) this.write(into, page, distinctSince(page.last), calls.get(key) ?? NOT_CALLED);
      else into.fill(0);
      return page?.uses ?? 0;
    };
  }

  /** The same of one page; gives the array. */
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
    let next = 0;
    into[next++] = gap ? log2(1 + gap) / 4 : 0;
    into[next++] = page.depth / 4;
    // Whether pages of its type, its name and its folder return, and how quickly these and those with its words do.
    const rate = this.all.rate(0.5, 2);
    const quickness = this.all.quickness(1 / 3, 3);
    const typeRate = page.type.rate(rate, 8);
    const typeQuickness = page.type.quickness(quickness, 4);
    into[next++] = log2(typeRate / rate);
    into[next++] = log2(page.name.rate(typeRate, 3) / typeRate);
    into[next++] = log2(folder.returns.rate(typeRate, 4) / typeRate);
    into[next++] = log2(typeQuickness);
    into[next++] = log2(page.name.quickness(typeQuickness, 3));
    into[next++] = log2(folder.returns.quickness(typeQuickness, 4));
    into[next++] = log2(quicknessOf(page.words, quickness));
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

  private newPage(key: string): KnownPage {
    const traits = fileTraits(key);
    const folder = this.folders.getOrSet(traits.folder, () => ({
      returns: new GroupReturns(),
      short: new DecayedCount(FOLDER_SHORT),
      long: new DecayedCount(FOLDER_LONG),
      last: 0,
    }));
    return {
      uses: 0,
      last: 0,
      first: this.now,
      gap: 0,
      counts: new Float64Array(HALF_LIVES.length),
      partners: new Map(),
      depth: traits.depth,
      folder,
      area: this.areas.getOrSet(traits.area, () => new DecayedCount(AREA)),
      stem: this.stems.getOrSet(traits.stem, () => ({ last: 0 })),
      type: this.types.getOrSet(traits.type, newGroup),
      name: this.names.getOrSet(traits.name, newGroup),
      words: traits.words.map((word) => this.words.getOrSet(word, newGroup)),
    };
  }
}

function newGroup(): GroupReturns {
  return new GroupReturns();
}

/** How quickly pages with these words return; rare words tell more. */
function quicknessOf(words: readonly GroupReturns[], expected: number): number {
  let sum = 0;
  let weights = 0;
  for (const word of words) {
    sum += word.rarity * word.quickness(expected, 4);
    weights += word.rarity;
  }
  return weights > 0 ? sum / weights : expected;
}
