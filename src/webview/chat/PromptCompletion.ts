/** The list that opens while one types `@` or `/`: what it offers, what is selected, and which keys it takes. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { MentionKind, MentionOption } from '../protocol';
import { type CompletionPlace, completionAt } from './completionAt';
import { SLASH_COMMANDS } from './slashCommands';

export interface CompletionItem {
  readonly icon: string;
  readonly label: string;
  readonly detail: string;
  /** What takes the place of what was typed. */
  readonly text: string;
  /** Completing goes on in it. */
  readonly folder: boolean;
}

/** @param more with what takes longer to find */
export type FindMentions = (query: string, more: boolean) => Promise<readonly MentionOption[] | undefined>;

/** So long nothing was typed before the host is asked, ms. */
const DEBOUNCE_MS = 50;
const MORE_DEBOUNCE_MS = 250;

export const MENTION_ICONS: Readonly<Record<MentionKind, string>> = {
  file: 'file',
  folder: 'folder',
  symbol: 'symbol-method',
  selection: 'list-selection',
  editors: 'files',
  problems: 'warning',
  terminal: 'terminal',
  changes: 'git-commit',
  chat: 'comment-discussion',
  note: 'pinned',
};

export class PromptCompletion implements ReactiveController {
  items: readonly CompletionItem[] = [];
  selected = 0;
  private place: CompletionPlace | undefined;
  /** What the person has closed stays closed until something else is typed. */
  private dismissed = '';
  private asked = 0;
  private timers: ReturnType<typeof setTimeout>[] = [];

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly find: FindMentions,
    /** Replaces the text from `start` to the caret. */
    private readonly insert: (start: number, text: string) => void,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.close();
  }

  get open(): boolean {
    return this.items.length > 0;
  }

  /** Where the caret is, or what the text is, has changed. */
  update(text: string, caret: number): void {
    const place = completionAt(text, caret);
    const same = place?.query === this.place?.query && place?.start === this.place?.start;
    if (place && same && place.kind === this.place?.kind) return;
    this.forget();
    this.place = place;
    if (!place || this.dismissed === keyOf(place)) this.show([]);
    else if (place.kind === 'slash') this.showSlash(place.query);
    else this.search(place.query);
    if (!place) this.dismissed = '';
  }

  /** @returns whether the key was for the list */
  pressed({ key, shiftKey }: KeyboardEvent): boolean {
    if (!this.open) return false;
    const last = this.items.length - 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: this.selected === last ? 0 : this.selected + 1,
      ArrowUp: this.selected === 0 ? last : this.selected - 1,
      PageDown: Math.min(last, this.selected + 8),
      PageUp: Math.max(0, this.selected - 8),
    };
    const to = moves[key];
    if (to !== undefined) this.select(to);
    else if (key === 'Escape') this.close();
    else if (key === 'Enter' && this.isComplete) {
      // A command that is written out is sent, not completed.
      this.close();
      return false;
    } else if ((key === 'Enter' && !shiftKey) || key === 'Tab') this.choose(this.selected, key === 'Tab');
    else return false;
    return true;
  }

  private get isComplete(): boolean {
    const { place } = this;
    return place?.kind === 'slash' && this.items[this.selected]?.text === `/${place.query}`;
  }

  select(index: number): void {
    this.selected = index;
    this.host.requestUpdate();
  }

  /** @param goOn into a folder, rather than taking it */
  choose(index: number, goOn = false): void {
    const item = this.items[index];
    const { place } = this;
    if (!item || !place) return;
    this.forget();
    this.show([]);
    this.place = undefined;
    this.insert(place.start, goOn && item.folder ? item.text : `${item.text} `);
  }

  close(): void {
    if (this.place) this.dismissed = keyOf(this.place);
    this.forget();
    this.show([]);
  }

  private showSlash(query: string): void {
    const items = slashItems(query);
    const exact = items.findIndex(({ text }) => text === `/${query}`);
    this.show(items, Math.max(0, exact));
  }

  private search(query: string): void {
    const asked = this.asked;
    const ask = async (more: boolean, before: readonly CompletionItem[]) => {
      const found = (await this.find(query, more)) ?? [];
      if (asked !== this.asked) return;
      const known = new Set(before.map(({ text }) => text));
      // What came first stays where it is.
      this.show([...before, ...found.map(itemOf).filter(({ text }) => !known.has(text))], this.selected);
    };
    this.timers = [
      setTimeout(() => void ask(false, []), DEBOUNCE_MS),
      setTimeout(() => void ask(true, this.items), MORE_DEBOUNCE_MS),
    ];
  }

  private show(items: readonly CompletionItem[], selected = 0): void {
    this.items = items;
    this.selected = Math.min(selected, Math.max(0, items.length - 1));
    this.host.requestUpdate();
  }

  private forget(): void {
    this.asked++;
    for (const timer of this.timers) clearTimeout(timer);
    this.selected = 0;
  }
}

function keyOf({ kind, start, query }: CompletionPlace): string {
  return `${kind} ${start} ${query}`;
}

function itemOf({ kind, token, label, detail }: MentionOption): CompletionItem {
  return { icon: MENTION_ICONS[kind], label, detail, text: token, folder: kind === 'folder' };
}

function slashItems(query: string): CompletionItem[] {
  return SLASH_COMMANDS.filter(({ name }) => name.startsWith(query.toLowerCase())).map(
    ({ name, rest, detail }) => ({
      icon: 'chevron-right',
      label: `/${name}`,
      detail: rest === '' ? detail : `${detail} (${rest})`,
      text: `/${name}`,
      folder: false,
    }),
  );
}
