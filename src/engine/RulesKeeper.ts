/** Keeps the rules pages: notices when the files change, writes them into the head, tells changes until then. */

import { filePageOf, rawRange, splitLines } from './filePages';
import type { FilePage, RulesPage } from './pages';
import type { BlobStore, FileSnapshot, RulesFile, RulesSource, TextDiff, TokenCounter } from './ports';
import { holdsFor, type RenderedRules, type RulesText, renderRules } from './RulesPage';
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
/** Longest file that is told whole when it comes into force, own tokens; as far as there is room. */
const MAX_NEW_TOKENS = 4000;

/** A rules file with what follows from its text alone. */
interface Measured {
  readonly file: RulesFile;
  readonly page: FilePage;
  readonly lines: number;
  readonly tokens: number;
}

export interface RulesDelta {
  readonly text: string;
  /** Sequence number of the event that loaded what `text` tells. */
  readonly through: number;
}

export class RulesKeeper {
  private refreshing: Promise<unknown> = Promise.resolve();
  /** Those found last, by path. */
  private measured = new Map<string, Measured>();

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
    const files = (await rules.rules(signal, state.touched.all())).filter(({ text }) => text.trim() !== '');
    const measured = await Promise.all(files.map((file) => this.measure(file)));
    this.measured = new Map(measured.map((one) => [one.file.path, one]));
    const pages = measured.map(pageOf);
    if (keyOf(pages) !== keyOf(state.rules.known))
      await recorder.record({ type: 'rules.loaded', rules: pages });
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

  /** What the model does not know yet of the rules. @param room own tokens it may take, about */
  async delta(room: number): Promise<RulesDelta | undefined> {
    const { rules } = this.parts.recorder.state;
    if (!rules.outdated) return undefined;
    const text = await this.describe(rules.outdated, rules.pages, Math.min(room, MAX_NEW_TOKENS));
    return { text: text || 'The rules are again what they were.', through: rules.through };
  }

  private async describe(
    before: readonly RulesPage[],
    after: readonly RulesPage[],
    room: number,
  ): Promise<string> {
    const { blobs, diff } = this.parts;
    const parts: string[] = [];
    let left = room;
    for (const page of after) {
      const old = before.find(({ path }) => path === page.path);
      if (old?.address === page.address) continue;
      const text = await blobs.get(page.source);
      const change = old ? diff(await blobs.get(old.source), text) : text.trimEnd();
      const news = `The rules in ${page.path}${holdsFor(page)} ${old ? 'have changed' : 'hold now'}`;
      const long = old ? change.length > MAX_DELTA_CHARS : page.tokens > left;
      if (!old && !long) left -= page.tokens;
      parts.push(long ? `${news}: read them with page_in("${page.address}").` : `${news}:\n${change}`);
    }
    for (const { path } of before) {
      if (!after.some((page) => page.path === path)) parts.push(`The rules in ${path} no longer hold.`);
    }
    return parts.join('\n');
  }

  /** At every step: what has not changed is not counted, nor stored, again. */
  private async measure(file: RulesFile): Promise<Measured> {
    const known = this.measured.get(file.path);
    if (known && isSameText(known.file, file)) return { ...known, file };
    const { blobs, counter } = this.parts;
    const { firstLine: startLine = 1 } = file;
    const lines = splitLines(file.text);
    let chars = 0;
    const within = lines.findIndex((line) => {
      chars += line.length;
      return chars > MAX_CHARS;
    });
    const range = { startLine, endLine: within < 0 ? lines.length : within };
    const text = rawRange(lines, range);
    const [tokens = 0] = await counter.count([text]);
    return { file, page: filePageOf(file, range, await blobs.put(text)), lines: lines.length, tokens };
  }

  /** As many whole lines as `limit` own tokens hold. */
  private async clip(page: RulesPage, limit: number): Promise<RulesText & { readonly tokens: number }> {
    const { blobs, counter } = this.parts;
    const text = await blobs.get(page.source);
    if (page.tokens <= limit) return { page, text, shown: page, tokens: page.tokens };
    const lines = splitLines(text);
    const costs = await counter.count(lines);
    let tokens = 0;
    let held = 0;
    while (held < lines.length && tokens + (costs[held] ?? 0) <= limit) tokens += costs[held++] ?? 0;
    const part = rawRange(lines, { startLine: 1, endLine: held });
    const { path, version, startLine } = page;
    const range = { startLine, endLine: startLine + held - 1 };
    const addressPath = page.address.slice('file:'.length, page.address.lastIndexOf('#L'));
    const snapshot: FileSnapshot = { path, addressPath, text: part, version };
    const shown: FilePage = filePageOf(snapshot, range, await blobs.put(part));
    return { page, text: part, shown, tokens };
  }
}

function isSameText(known: RulesFile, file: RulesFile): boolean {
  return (
    known.version === file.version &&
    known.firstLine === file.firstLine &&
    known.addressPath === file.addressPath &&
    known.text === file.text
  );
}

function pageOf({ file, page, lines, tokens }: Measured): RulesPage {
  const { scope, description, inactive, problem } = file;
  return {
    ...page,
    lines,
    tokens,
    ...(scope === undefined ? {} : { scope }),
    ...(description === undefined ? {} : { description }),
    ...(inactive ? { inactive } : {}),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** What is recorded anew when it changes. */
function keyOf(pages: readonly RulesPage[]): string {
  return JSON.stringify(
    pages.map(({ address, scope, description, inactive, problem }) => [
      address,
      scope,
      description,
      inactive,
      problem,
    ]),
  );
}
