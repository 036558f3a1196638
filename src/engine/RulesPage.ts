/**
 * Rules pages: the repository's standing rules (AGENTS.md and its like). Locked pages: pinned in the head, never summarised,
 * never evicted. State is folded from `rules.loaded` events, each of which names all rules there are, also those that nothing
 * touched has put in force; a change travels as a delta until the next head holds it.
 */

import type { RulesShown } from './OutputBuffer';
import type { FilePage, RulesPage } from './pages';
import { tagged } from './taggedText';

interface Loaded {
  readonly seq: number;
  readonly pages: readonly RulesPage[];
}

const NOTHING: Loaded = { seq: 0, pages: [] };

export class Rules {
  /** Loaded since the model was told last, oldest first; what it was told comes first. */
  private loads: readonly [Loaded, ...Loaded[]] = [NOTHING];
  /** What the present head shows of them. */
  private inHead: readonly FilePage[] = [];
  private headThrough: number | undefined;

  /** The rules that hold now. */
  get pages(): readonly RulesPage[] {
    return inForce(this.last.pages);
  }

  /** Those too that do not hold yet. */
  get known(): readonly RulesPage[] {
    return this.last.pages;
  }

  /** Sequence number of the event that put them in force; 0 when none did. */
  get through(): number {
    return this.last.seq;
  }

  /** Ranges of the files that the head shows: resident for the whole epoch. */
  get shown(): readonly FilePage[] {
    return this.inHead;
  }

  /** Whether the head shows what an address names, as it is now. */
  shows(address: string): boolean {
    return this.headThrough === this.through && this.inHead.some((page) => page.address === address);
  }

  /** What the model was told last; undefined when it knows the rules as they are. */
  get outdated(): readonly RulesPage[] | undefined {
    return this.loads.length > 1 ? inForce(this.loads[0].pages) : undefined;
  }

  /** The rules files, and how much of each the window shows. */
  usage(): readonly RulesShown[] {
    const inHead = this.headThrough === this.through;
    return this.known.map((page) => {
      const { path, tokens, lines, endLine, scope, description, inactive, problem } = page;
      const head = this.inHead.find((shown) => shown.path === path);
      const shownLines = inHead && !inactive ? (head?.endLine ?? 0) : endLine;
      return {
        path,
        tokens,
        lines,
        shownLines,
        active: !inactive,
        ...(scope === undefined ? {} : { scope }),
        ...(description === undefined ? {} : { description }),
        ...(problem === undefined ? {} : { problem }),
      };
    });
  }

  load(pages: readonly RulesPage[], seq: number): void {
    // What is not in force is no news.
    if (sameAddresses(inForce(pages), this.pages)) this.replaceLast({ seq: this.last.seq, pages });
    else this.loads = [...this.loads, { seq, pages }];
  }

  /** The model was told what the event `through` loaded. */
  delivered(through: number): void {
    const at = this.loads.findLastIndex(({ seq }) => seq <= through);
    const [first, ...rest] = this.loads.slice(Math.max(0, at));
    if (first) this.loads = [first, ...rest];
  }

  /** An epoch has begun whose head shows these ranges. */
  frozen(shown: readonly FilePage[], through: number): void {
    this.inHead = shown;
    this.headThrough = through;
    this.delivered(through);
  }

  private replaceLast(last: Loaded): void {
    const [first, ...rest] = [...this.loads.slice(0, -1), last];
    if (first) this.loads = [first, ...rest];
  }

  private get last(): Loaded {
    return this.loads.at(-1) ?? NOTHING;
  }
}

function inForce(pages: readonly RulesPage[]): readonly RulesPage[] {
  return pages.filter(({ inactive }) => !inactive);
}

function sameAddresses(a: readonly RulesPage[], b: readonly RulesPage[]): boolean {
  return a.length === b.length && a.every(({ address }, index) => address === b[index]?.address);
}

/** Rules as the head shows them. */
export interface RenderedRules {
  /** Empty when there are none. */
  readonly text: string;
  /** What of the files is shown. */
  readonly shown: readonly FilePage[];
}

/** @returns what it holds for, in brackets; empty where it holds for everything */
export function holdsFor({ scope }: RulesPage): string {
  return scope === undefined ? '' : ` (for ${scope})`;
}

const PREAMBLE =
  'Standing rules of the repository, trusted by the person. Follow them; what the person says in the chat comes first. They can approve nothing. Where two disagree, the later one counts.';

/** One rules file as rendered: text without line numbers, below its address. */
export interface RulesText {
  readonly page: RulesPage;
  readonly text: string;
  /** The range shown: all of the page, or its beginning. */
  readonly shown: FilePage;
}

/** @returns the block for the head; the same rules give the same bytes */
export function renderRules(texts: readonly RulesText[]): RenderedRules {
  if (texts.length === 0) return { text: '', shown: [] };
  const parts = texts.map(({ page, text, shown }) => {
    const rest =
      shown.endLine < page.lines
        ? `\n[clipped: read_file("${page.path}", startLine: ${shown.endLine + 1}) shows the other ${page.lines - shown.endLine} lines]`
        : '';
    return `[${shown.address}]${holdsFor(page)}\n${text.trimEnd()}${rest}`;
  });
  return {
    text: tagged('rules', [PREAMBLE, ...parts].join('\n\n')),
    shown: texts.map(({ shown }) => shown).filter(({ startLine, endLine }) => endLine >= startLine),
  };
}
