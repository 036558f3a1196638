/**
 * A coding session made from a commit trace: what the person asks, which places in which files each step needs, what is
 * edited, searched and run, how long results are, how long the person thinks. The plan depends on trace and seed alone,
 * so that every memory policy is asked to do the same work.
 */
import { Random } from './random';
import { type Edit, type Place, SyntheticRepository } from './SyntheticRepository';
import type { Trace } from './traces';

/** Files of a commit that one turn works on. */
const FILES_PER_TURN = 3;
/** Share of turns that go on with the files of the turn before. */
const FOLLOW_UP = 0.35;
/** Commits whose files count as recently worked on. */
const RECENT_COMMITS = 20;
/** Share of the pauses between turns that are longer than a cache entry lives. */
const LONG_PAUSES = 0.1;
const MINUTE = 60_000;

/** A result whose text the plan decides (search results, program output), long-tailed. */
interface PlannedCall {
  readonly name: 'grep' | 'run_command';
  readonly arguments: { readonly pattern: string } | { readonly command: string };
  readonly result: string;
}

export type PlannedStep =
  | { readonly kind: 'call'; readonly text: string; readonly calls: readonly PlannedCall[] }
  /** Needs its places in the window. Without an edit or note it is the answer that ends the turn. */
  | {
      readonly kind: 'use';
      readonly needs: readonly Place[];
      /** Calls back: the output of a program run so many runs ago. */
      readonly earlierRun?: number;
      readonly text: string;
      readonly edit?: Edit;
      readonly note?: string;
    };

export interface PlannedTurn {
  /** Time the person takes before the message, ms. */
  readonly pause: number;
  readonly message: string;
  /** What changes outside the conversation before the turn. */
  readonly changed: readonly Edit[];
  readonly steps: readonly PlannedStep[];
}

export class CodingSession {
  readonly repository: SyntheticRepository;
  private readonly random: Random;
  private readonly recent: string[][] = [];
  private readonly known: string[];
  private commit: number;
  private waiting: string[] = [];
  private latest: string[] = [];
  private runs = 0;

  constructor(
    private readonly trace: Trace,
    seed: number,
  ) {
    this.random = Random.named(seed, `session ${trace.name}`);
    this.repository = new SyntheticRepository(seed);
    this.known = [...new Set(trace.commits.flatMap((commit) => commit.files))];
    this.commit = this.random.int(0, Math.floor(trace.commits.length / 2));
  }

  /** Edits a plan names are applied to the repository while it is made: ask for the next turn when this one is over. */
  next(): PlannedTurn {
    const { random, repository } = this;
    const pause = random.chance(LONG_PAUSES)
      ? random.int(5 * MINUTE + 1, 50 * MINUTE)
      : random.size(45_000, 0.8, 2_000, 4 * MINUTE);
    const changed =
      random.chance(0.05) && this.latest.length > 0 ? [this.edit(random.pick(this.latest))] : [];
    const files = this.files();
    const steps: PlannedStep[] = [];
    for (let left = random.size(1.4, 0.8, 0, 6); left > 0; left--) steps.push(this.search(files));
    const context = this.context();
    for (const [index, path] of files.entries()) {
      const edits = random.chance(0.75) ? random.int(1, 3) : 0;
      for (let n = 0; n < edits; n++) {
        const place = repository.place(path, random);
        const needs = index === 0 && n === 0 ? [place, ...context] : [place];
        const earlierRun =
          random.chance(0.06) && this.runs > 1 ? random.int(1, Math.min(12, this.runs)) : undefined;
        const text = this.mention(needs, 25);
        const edit = repository.plan(place, random);
        repository.apply(edit);
        steps.push({ kind: 'use', needs, text, edit, ...(earlierRun === undefined ? {} : { earlierRun }) });
      }
    }
    if (random.chance(0.6)) steps.push(this.run());
    // It did not work the first time.
    if (random.chance(0.4))
      steps.push(this.change(repository.place(random.pick(files), random), []), this.run());
    if (random.chance(0.25)) {
      const note = `${random.pick(files)}: ${prose(random, random.size(25, 0.6, 8, 80))}`;
      steps.push({ kind: 'use', needs: [], text: 'Noted for later.', note });
    }
    const discussed = files.map((path) => repository.place(path, random));
    steps.push({
      kind: 'use',
      needs: discussed,
      text: this.mention(discussed, random.size(120, 0.8, 20, 900)),
    });
    const named = random.chance(0.6) ? ` See ${files.join(', ')}.` : '';
    return { pause, message: `${prose(random, random.size(40, 1, 5, 1500))}${named}`, changed, steps };
  }

  private change(place: Place, context: readonly Place[]): PlannedStep {
    const { random, repository, runs } = this;
    const needs = [place, ...context];
    const text = this.mention(needs, 25);
    const edit = repository.plan(place, random);
    repository.apply(edit);
    const earlierRun = random.chance(0.05) && runs > 1 ? random.int(1, Math.min(12, runs)) : undefined;
    return { kind: 'use', needs, text, edit, ...(earlierRun === undefined ? {} : { earlierRun }) };
  }

  private files(): string[] {
    const { random, trace } = this;
    if (this.latest.length > 0 && random.chance(FOLLOW_UP)) return this.latest;
    if (this.waiting.length === 0) {
      const files = trace.commits[this.commit++ % trace.commits.length]?.files ?? [];
      this.recent.push([...files]);
      if (this.recent.length > RECENT_COMMITS) this.recent.shift();
      this.waiting = [...files];
    }
    this.latest = this.waiting.splice(0, FILES_PER_TURN);
    return this.latest;
  }

  /** Files read beside those that are changed: one worked on of late, or one that is looked at once. */
  private context(): Place[] {
    const { random, repository } = this;
    const paths: string[] = [];
    if (random.chance(0.5)) paths.push(random.pick(this.recent.flat()));
    if (random.chance(0.3)) paths.push(random.pick(this.known));
    return paths.map((path) => repository.place(path, random));
  }

  private edit(path: string): Edit {
    const edit = this.repository.plan(this.repository.place(path, this.random), this.random);
    this.repository.apply(edit);
    return edit;
  }

  private search(files: readonly string[]): PlannedStep {
    const { random, repository } = this;
    const symbol = repository.place(random.pick(files), random).symbol;
    const lines: string[] = [];
    for (let left = random.size(30, 1, 1, 400); left > 0; left--) {
      const path = random.pick(this.known);
      const place = repository.place(path, random);
      lines.push(`${path}:${place.startLine}: ${repository.line(path, place.startLine + random.int(1, 30))}`);
    }
    const call: PlannedCall = { name: 'grep', arguments: { pattern: symbol }, result: lines.join('\n') };
    return { kind: 'call', text: `Where is ${symbol} used?`, calls: [call] };
  }

  private run(): PlannedStep {
    const { random } = this;
    const lines = Array.from(
      { length: random.size(25, 1.3, 2, 900) },
      (_, n) => `[${n}] ${prose(random, random.int(4, 14))} ${random.int(1, 99999)}ms`,
    );
    const command = `npm test -- run ${++this.runs}`;
    const call: PlannedCall = { name: 'run_command', arguments: { command }, result: lines.join('\n') };
    return { kind: 'call', text: 'Running the tests.', calls: [call] };
  }

  /** An answer that names what it makes use of: path, symbol, and a line of it. */
  private mention(places: readonly Place[], words: number): string {
    const { random, repository } = this;
    const named = places.map(({ path, symbol, startLine, endLine }) => {
      const line = repository.line(path, random.int(startLine, endLine)).trim();
      return `In ${path}, \`${symbol}\` has \`${line}\`.`;
    });
    return `${named.join(' ')} ${prose(random, words)}`;
  }
}

/** Words without meaning, about 1.5 tokens each. */
function prose(random: Random, words: number): string {
  return Array.from({ length: words }, () => random.pick(PROSE)).join(' ');
}

const PROSE =
  'the change keeps what was there before and only moves when it has to because callers rely on order so check it first then write a test that fails without'.split(
    ' ',
  );
