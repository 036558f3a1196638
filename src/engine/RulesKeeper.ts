/** Keeps the rules pages: notices when the files change, writes them into the head, tells changes until then. */

import { filePageOf, rawRange, splitLines } from './filePages';
import type { FilePage, RulesPage } from './pages';
import type { BlobStore, FileSnapshot, RulesSource, TextDiff, TokenCounter } from './ports';
import { type RenderedRules, type RulesText, renderRules } from './RulesPage';
import type { SessionRecorder } from './SessionRecorder';

export interface RulesParts {
  readonly recorder: SessionRecorder;
  readonly blobs: BlobStore;
  readonly counter: TokenCounter;
  readonly diff: TextDiff;
  readonly rules: RulesSource;
}

/** A rules file is never this long; what comes after is not even counted. */
const MAX_CHARS = 100_000;
/** Longest change that is told whole. */
const MAX_DELTA_CHARS = 3000;

export interface RulesDelta {
  readonly text: string;
  /** Sequence number of the event that loaded what `text` tells. */
  readonly through: number;
}

export class RulesKeeper {
  private refreshing: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: RulesParts) {}

  /** Records the rules when they are others by now. @throws JournalError */
  refresh(signal: AbortSignal): Promise<void> {
    const refreshed = this.refreshing.then(() => this.reload(signal));
    this.refreshing = refreshed.catch(() => undefined);
    return refreshed;
  }

  private async reload(signal: AbortSignal): Promise<void> {
    const { recorder, rules } = this.parts;
    const { state } = recorder;
    const files = (await rules.rules(signal)).filter(({ text }) => text.trim() !== '');
    const pages = await Promise.all(files.map((file) => this.pageOf(file)));
    const known = pages.map(({ address }) => address).join('\n');
    const now = state.rules.pages.map(({ address }) => address).join('\n');
    if (known !== now) await recorder.record({ type: 'rules.loaded', rules: pages });
  }

  /** The rules as the head shows them. @param limit own tokens they may take; longer ones are clipped */
  async render(limit: number): Promise<RenderedRules> {
    const texts: RulesText[] = [];
    let left = limit;
    for (const page of this.parts.recorder.state.rules.pages) {
      const clipped = await this.clip(page, left);
      left -= clipped.tokens;
      texts.push(clipped);
    }
    return renderRules(texts);
  }

  /** What the model does not know yet of the rules. */
  async delta(): Promise<RulesDelta | undefined> {
    const { rules } = this.parts.recorder.state;
    if (!rules.outdated) return undefined;
    const text = await this.describe(rules.outdated, rules.pages);
    return { text: text || 'The rules are again what they were.', through: rules.through };
  }

  private async describe(before: readonly RulesPage[], after: readonly RulesPage[]): Promise<string> {
    const { blobs, diff } = this.parts;
    const parts: string[] = [];
    for (const page of after) {
      const old = before.find(({ path }) => path === page.path);
      if (old?.address === page.address) continue;
      const text = await blobs.get(page.source);
      const change = old ? diff(await blobs.get(old.source), text) : text.trimEnd();
      const news = old ? `The rules in ${page.path} have changed` : `The rules in ${page.path} hold now`;
      const long = change.length > MAX_DELTA_CHARS;
      parts.push(long ? `${news}: read them with page_in("${page.address}").` : `${news}:\n${change}`);
    }
    for (const { path } of before) {
      if (!after.some((page) => page.path === path)) parts.push(`The rules in ${path} no longer hold.`);
    }
    return parts.join('\n');
  }

  private async pageOf(file: FileSnapshot): Promise<RulesPage> {
    const { blobs, counter } = this.parts;
    const lines = splitLines(file.text);
    let chars = 0;
    const within = lines.findIndex((line) => {
      chars += line.length;
      return chars > MAX_CHARS;
    });
    const range = { startLine: 1, endLine: within < 0 ? lines.length : within };
    const text = rawRange(lines, range);
    const [tokens = 0] = await counter.count([text]);
    return { ...filePageOf(file, range, await blobs.put(text)), lines: lines.length, tokens };
  }

  /** As many whole lines as `limit` own tokens hold. */
  private async clip(page: RulesPage, limit: number): Promise<RulesText & { readonly tokens: number }> {
    const { blobs, counter } = this.parts;
    const text = await blobs.get(page.source);
    if (page.tokens <= limit) return { page, text, shown: page, tokens: page.tokens };
    const lines = splitLines(text);
    const costs = await counter.count(lines);
    let tokens = 0;
    let endLine = 0;
    while (endLine < lines.length && tokens + (costs[endLine] ?? 0) <= limit) tokens += costs[endLine++] ?? 0;
    const part = rawRange(lines, { startLine: 1, endLine });
    const { path, version } = page;
    const addressPath = page.address.slice('file:'.length, page.address.lastIndexOf('#L'));
    const snapshot: FileSnapshot = { path, addressPath, text: part, version };
    const shown: FilePage = filePageOf(snapshot, { startLine: 1, endLine }, await blobs.put(part));
    return { page, text: part, shown, tokens };
  }
}
