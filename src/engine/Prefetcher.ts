/**
 * Brings pages in before the model asks: the test or source of a file that was edited, what the person has selected,
 * lines with new errors. Each within the turn's budget, and only while its source proves itself (`PrefetchGovernor`).
 */
import type { EventOf } from './events';
import { splitLines } from './filePages';
import { type LineRange, missingRanges } from './PageTable';
import type { PrefetchSource } from './pages';
import type { EditorState, FileLines } from './ports';
import { entryTokens, interruptText } from './queueEntries';
import type { SessionRecorder } from './SessionRecorder';
import { type FaultHandlerParts, TieredFaultHandler } from './TieredFaultHandler';
import { twinsOf } from './twins';

/** Lines shown around one with an error. */
const AROUND_ERROR = 15;
/** Own tokens of what is written around the lines. */
const HEADING_TOKENS = 64;

interface Candidate {
  readonly source: PrefetchSource;
  readonly path: string;
  /** Without it the whole file. */
  readonly range?: LineRange;
  /** What the model is told. */
  readonly reason: string;
}

export interface PrefetcherParts extends FaultHandlerParts {
  readonly recorder: SessionRecorder;
  /** Without it there are no selection and no diagnostics. */
  readonly editor?: EditorState;
}

export class Prefetcher {
  /** What was looked at in this epoch: a page that was not worth its room is not brought in at every step. */
  private considered = new Set<string>();
  private epoch = 0;

  constructor(private readonly parts: PrefetcherParts) {}

  /**
   * Brings in what there is to be brought in now.
   * @param limit own tokens a turn may spend
   * @throws JournalError
   */
  async beforeStep(limit: number, signal: AbortSignal): Promise<void> {
    const { state } = this.parts;
    // What is brought in under pressure pushes out what is in use.
    if (state.pressureWarned || state.thrashing) return;
    if (state.epoch !== this.epoch) this.considered.clear();
    this.epoch = state.epoch;
    for (const candidate of [...(await this.twins()), ...this.selected(), ...this.diagnosed()]) {
      if (signal.aborted) return;
      const { source, path, range } = candidate;
      const key = `${source} ${path} ${range?.startLine}-${range?.endLine}`;
      if (this.considered.has(key) || !state.prefetches.allows(source)) continue;
      this.considered.add(key);
      const page = await this.page(candidate, limit - state.prefetches.spent, signal).catch(() => undefined);
      if (page) await this.parts.recorder.record(page);
    }
  }

  private async twins(): Promise<Candidate[]> {
    const { state, files } = this.parts;
    const found: Candidate[] = [];
    for (const edited of state.prefetches.edited) {
      if (this.considered.has(`edited ${edited}`) || !state.prefetches.allows('twin')) continue;
      this.considered.add(`edited ${edited}`);
      for (const path of twinsOf(edited)) {
        if ((await files.version(path)) === undefined) continue;
        found.push({ source: 'twin', path, reason: `${path}, which belongs to the edited ${edited}` });
        break;
      }
    }
    return found;
  }

  private selected(): Candidate[] {
    const selected = this.parts.editor?.selection();
    return this.inside(selected ? [selected] : []).map(({ path, ...range }) => ({
      source: 'selection',
      path,
      range,
      reason: `what the person has selected in ${path}`,
    }));
  }

  private diagnosed(): Candidate[] {
    const places = this.parts.editor?.freshDiagnostics() ?? [];
    return this.inside(places).map(({ path, startLine, endLine }) => ({
      source: 'diagnostics',
      path,
      range: { startLine: Math.max(1, startLine - AROUND_ERROR), endLine: endLine + AROUND_ERROR },
      reason: `new errors in ${path}:${startLine}`,
    }));
  }

  /** @returns the places inside the workspace, by their workspace paths */
  private inside(places: readonly FileLines[]): FileLines[] {
    return places.flatMap((place) => {
      try {
        return [{ ...place, path: this.parts.files.canonical(place.path) }];
      } catch {
        // The person may look at any file; only those of the workspace have addresses.
        return [];
      }
    });
  }

  /** @returns the page, whole; undefined when it is resident, secret, or larger than the room */
  private async page(
    { source, path, range, reason }: Candidate,
    room: number,
    signal: AbortSignal,
  ): Promise<Omit<EventOf<'interrupt'>, 'seq' | 'at'> | undefined> {
    const { blobs, counter, files, state } = this.parts;
    if (await files.isSecret(path)) return undefined;
    const lines = splitLines((await files.read(path, signal)).text).length;
    const wanted = { startLine: range?.startLine ?? 1, endLine: Math.min(range?.endLine ?? lines, lines) };
    const faults = new TieredFaultHandler(this.parts, room - HEADING_TOKENS);
    const { pages = [], ...shown } = await faults.readFile({ path, ...wanted }, signal);
    const held = [...pages, ...state.pages.freshPagesOf(path)];
    if (pages.length === 0 || missingRanges(wanted, held).length > 0) return undefined;
    const text = `Brought in ahead of need: ${reason}.`;
    const content = interruptText('prefetch', `${text}\n${shown.text}`);
    const tokens = await entryTokens(counter, { role: 'user', content });
    if (tokens > room) return undefined;
    const body = await blobs.put(shown.text);
    return { type: 'interrupt', kind: 'prefetch', text, tokens, body, pages, origin: 'prefetch', source };
  }
}
