/**
 * Fault hints: models often do not search although they should, so the engine looks itself and points at what it is
 * confident of, by address. It never brings anything in, and never keeps a turn waiting for long.
 */
import { fileRangeAddress, noteAddress } from './addresses';
import { cutText } from './cutText';
import { missingRanges } from './PageTable';
import type { Hint } from './pages';
import type { ArchivalStorage, RecallStorage, SearchPage, TokenCounter, WorkspaceFiles } from './ports';
import { bestLine, type QuestionTerms, questionTerms, relevantHits } from './relevance';
import { isResident } from './residency';
import type { SessionState } from './SessionState';

export interface FaultHintParts {
  readonly state: SessionState;
  readonly recall: RecallStorage;
  readonly archival: ArchivalStorage;
  readonly files: WorkspaceFiles;
  readonly counter: TokenCounter;
  /** Names of the workspace folders. */
  readonly folders: readonly string[];
}

/** What an answer is waited for, ms; a storage that is later is as one that found nothing. */
const PATIENCE_MS = 300;
const MAX_HINTS = 5;
const MAX_LINE_CHARS = 100;
/** Characters of a question that are looked up: what comes after is seldom the question. */
const MAX_QUESTION_CHARS = 1000;
/** Hits asked for: enough to see whether the first stands out. */
const RECALL_HITS = 10;
const CODE_HITS = 20;

/** A hit as all storages have it. */
interface Found {
  readonly address: string;
  readonly score: number;
  /** What is judged. */
  readonly text: string;
  /** What is shown in part, and counted. */
  readonly body: string;
  /** Stands before the line. */
  readonly label: string;
  /** One hint at most for each of these. */
  readonly group: string;
}

export class FaultHints {
  /** @param patienceMs longest time a turn waits */
  constructor(
    private readonly parts: FaultHintParts,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /**
   * Looks in recall and archival storage. Storages that fail or are late count as empty; so do all once the turn is
   * cancelled.
   * @returns what is worth pointing at: not resident, not pointed at in this epoch, at most five
   */
  async find(question: string, signal: AbortSignal): Promise<readonly Hint[]> {
    const asked = cutText(question, MAX_QUESTION_CHARS);
    const about = questionTerms(asked, true);
    if (about.stems.size === 0) return [];
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(this.patienceMs)]);
    const lists = await Promise.all([
      within(this.messages(asked, about, deadline), deadline),
      within(this.notes(asked, about, deadline), deadline),
      within(this.code(asked, deadline), deadline),
    ]);
    if (signal.aborted) return [];
    const found = this.chosen(lists.map((list) => list ?? []));
    const tokens = await this.parts.counter.count(found.map((hit) => hit.body));
    return found.map(({ address, label, body }, index) => {
      const line = bestLine(body, about).replace(/\s+/g, ' ');
      const shown = line.length > MAX_LINE_CHARS ? `${cutText(line, MAX_LINE_CHARS)}…` : line;
      return {
        address,
        line: [label, shown].filter(Boolean).join(': '),
        tokens: tokens[index] ?? 0,
        ...(shown === body ? { whole: true } : {}),
      };
    });
  }

  private async messages(text: string, about: QuestionTerms, signal: AbortSignal): Promise<readonly Found[]> {
    const { hits } = await this.parts.recall.search({ text, page: 1, pageSize: RECALL_HITS }, signal);
    const found = hits
      // The question itself is no answer, and what an old result showed the index has as it is now.
      .filter((hit) => hit.role !== 'tool' && hit.text.trim() !== text.trim())
      .map(
        (hit): Found => ({
          address: hit.id,
          score: hit.score,
          text: hit.text,
          body: hit.text,
          label: hit.role,
          group: hit.id,
        }),
      );
    return relevantHits(about, found);
  }

  private async notes(text: string, about: QuestionTerms, signal: AbortSignal): Promise<readonly Found[]> {
    const query = { text, page: 1, pageSize: RECALL_HITS };
    const { hits }: SearchPage<{ id: string; score: number; text: string }> =
      await this.parts.archival.searchNotes(query, signal);
    const found = hits.map((hit): Found => {
      const address = noteAddress(hit.id);
      return { address, score: hit.score, text: hit.text, body: hit.text, label: 'note', group: address };
    });
    return relevantHits(about, found);
  }

  private async code(text: string, signal: AbortSignal): Promise<readonly Found[]> {
    const { archival, folders, state } = this.parts;
    const { hits } = await archival.searchWorkspace({ text, page: 1, pageSize: CODE_HITS }, signal);
    const found = hits.map((hit) => ({
      ...hit,
      text: `${hit.path} ${hit.symbol}\n${hit.text}`,
      body: hit.text,
      label: hit.symbol,
    }));
    return relevantHits(questionTerms(text, false), found).flatMap((hit): Found[] => {
      const addressPath = folders.length === 1 ? `${folders[0]}/${hit.path}` : hit.path;
      const path = this.openPath(hit.path);
      if (path === undefined || missingRanges(hit, state.pages.freshPagesOf(path)).length === 0) return [];
      return [
        { ...hit, address: fileRangeAddress(addressPath, hit.startLine, hit.endLine), group: hit.path },
      ];
    });
  }

  /** Undefined when it is in no folder that is open now: the index may be older than that. */
  private openPath(path: string): string | undefined {
    try {
      return this.parts.files.canonical(path);
    } catch {
      return undefined;
    }
  }

  /** The best of each list in turn, recall first: it is asked first in every look-up. */
  private chosen(lists: readonly (readonly Found[])[]): Found[] {
    const { state } = this.parts;
    const chosen = new Map<string, Found>();
    for (let rank = 0; rank < Math.max(...lists.map((list) => list.length)); rank++) {
      for (const list of lists) {
        const hit = list[rank];
        if (!hit || chosen.size === MAX_HINTS || chosen.has(hit.group)) continue;
        if (isResident(state, hit.address) || state.hints.covers(hit.address)) continue;
        chosen.set(hit.group, hit);
      }
    }
    return [...chosen.values()];
  }
}

/** @returns what the promise resolves to, or undefined when it rejects or the signal comes first */
function within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve) => {
    const end = () => resolve(undefined);
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    promise.then(resolve, end).finally(() => signal.removeEventListener('abort', end));
  });
}

/** @returns the hints as the model reads them */
export function hintText(hints: readonly Hint[]): string {
  const lines = hints.map(({ address, line, tokens }) => `- ${address} · ${line} (${tokens} tokens)`);
  return ['Perhaps of use, and not in your window; page_in(address) brings one in:', ...lines].join('\n');
}
