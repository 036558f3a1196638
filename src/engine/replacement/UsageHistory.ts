import { CoUse, type CoUsed } from './CoUse';
import { DecayedCount } from './DecayedCount';
import { PageHistory } from './PageHistory';
import { ReturnRate } from './ReturnRate';

/** Half-lives of a page's counts of uses, in uses, and what a count decays by at every use, as an exponent of e. */
const HALF_LIVES = [10, 40, 160, 640, 2560] as const;
const DECAYS = HALF_LIVES.map((halfLife) => -Math.LN2 / halfLife);
/** Features of a page. */
export const FEATURES = 13 + HALF_LIVES.length;
/** Half-lives of a folder's counts, and of the count of the part of the project it is in. */
const FOLDER_SHORT = 30;
const FOLDER_LONG = 300;
const AREA = 60;
/** Folders, file types and file names remembered, each. */
const GROUPS = 2048;

interface KnownPage extends CoUsed {
  last: number;
  /** Uses between the last two uses; 0: not used that often. */
  gap: number;
  /** Features that change only when the page is used. */
  logGap: number;
  logGapBefore: number;
  /** By half-life, as they stood at the last use. */
  readonly counts: Float64Array;
  readonly folder: Folder;
  readonly area: DecayedCount;
  readonly type: ReturnRate;
  readonly name: ReturnRate;
}

interface Folder {
  readonly short: DecayedCount;
  readonly long: DecayedCount;
  last: number;
}

/** What is known of pages from their uses, and the features of a page by which its return is foretold. */
export class UsageHistory {
  /** Uses so far: the clock of everything here. */
  now = 0;
  private readonly pages = new PageHistory<KnownPage>();
  private readonly folders = new PageHistory<Folder>(GROUPS);
  private readonly areas = new PageHistory<DecayedCount>(GROUPS);
  private readonly types = new PageHistory<ReturnRate>(GROUPS);
  private readonly names = new PageHistory<ReturnRate>(GROUPS);
  private readonly all = new ReturnRate(1, 2);
  private readonly coUse = new CoUse((key) => this.pages.get(key));

  /** @param resident pages that are never forgotten */
  used(key: string, resident: { has(key: string): boolean; readonly size: number }): void {
    this.now += 1;
    const page = this.pages.get(key) ?? this.newPage(key);
    const age = this.now - page.last;
    if (page.uses > 0) {
      page.logGapBefore = page.logGap;
      page.gap = age;
      page.logGap = Math.log2(1 + age) / 4;
    }
    DECAYS.forEach((decay, i) => {
      page.counts[i] = (page.counts[i] ?? 0) * Math.exp(decay * age) + 1;
    });
    for (const rate of [page.type, page.name, this.all]) rate.add(page.uses > 0);
    for (const count of [page.folder.short, page.folder.long, page.area]) count.add(this.now);
    page.uses += 1;
    page.last = this.now;
    page.folder.last = this.now;
    this.pages.set(key, page, resident);
    this.coUse.used(key);
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
    const rate = this.all.read(0.5, 0);
    return (key, into) => {
      const page = this.pages.get(key);
      return page ? this.write(into, page, calls.get(key) ?? 0, rate) : into.fill(0);
    };
  }

  /** As `features`, of one page. */
  featuresOf(key: string): Float64Array {
    const page = this.pages.get(key);
    const into = new Float64Array(FEATURES);
    return page ? this.write(into, page, this.coUse.callsFor(key), this.all.read(0.5, 0)) : into;
  }

  /** @param rate share of all uses that are returns */
  private write(into: Float64Array, page: KnownPage, called: number, rate: number): Float64Array {
    const { now } = this;
    const { folder, gap } = page;
    const age = now - page.last;
    const logAge = Math.log2(1 + age) / 4;
    const typeRate = page.type.read(rate, 8);
    let next = 0;
    into[next++] = 1;
    // How long ago it was used, how often with each half-life, and whether it is overdue.
    into[next++] = logAge;
    into[next++] = (logAge * logAge) / 2;
    for (let i = 0; i < DECAYS.length; i++)
      into[next++] = Math.log2(0.05 + (page.counts[i] ?? 0) * Math.exp((DECAYS[i] ?? 0) * age)) / 2;
    into[next++] = page.logGap;
    into[next++] = gap && age > gap ? Math.log2((age + 1) / (gap + 1)) / 3 : 0;
    into[next++] = page.logGapBefore;
    // Whether its folder is busy.
    into[next++] = Math.log2(0.05 + folder.short.read(now)) / 2;
    into[next++] = Math.log2(0.05 + folder.long.read(now)) / 3;
    into[next++] = Math.log2(1 + now - folder.last) / 4;
    // Whether files of its type and of its name return.
    into[next++] = Math.log2(typeRate / rate);
    into[next++] = Math.log2(page.name.read(typeRate, 3) / typeRate);
    // Whether the pages used last call for it, and whether its part of the project is busy.
    into[next++] = Math.log2(0.03 + called) / 2;
    into[next++] = Math.log2(0.05 + page.area.read(now)) / 3;
    return into;
  }

  private newPage(key: string): KnownPage {
    const { folder, name, type, area } = partsOf(key);
    return {
      uses: 0,
      last: 0,
      gap: 0,
      logGap: 0,
      logGapBefore: 0,
      counts: new Float64Array(HALF_LIVES.length),
      partners: new Map(),
      folder: this.folders.getOrSet(folder, () => ({
        short: new DecayedCount(FOLDER_SHORT),
        long: new DecayedCount(FOLDER_LONG),
        last: 0,
      })),
      area: this.areas.getOrSet(area, () => new DecayedCount(AREA)),
      type: this.types.getOrSet(type, () => new ReturnRate()),
      name: this.names.getOrSet(name, () => new ReturnRate()),
    };
  }
}

/** A file's folder, name, type (all after the name's first dot) and area (two folders deep); a tool result has one of each. */
function partsOf(key: string): { folder: string; name: string; type: string; area: string } {
  if (!key.startsWith('file:')) return { folder: ':', name: ':', type: ':', area: ':' };
  const segments = key.slice('file:'.length).split('/');
  const name = segments.pop() ?? '';
  const dot = name.indexOf('.');
  return {
    folder: segments.join('/'),
    name,
    type: dot < 0 ? name : name.slice(dot),
    area: segments.slice(0, 2).join('/'),
  };
}
