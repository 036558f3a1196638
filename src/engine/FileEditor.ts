/**
 * Edits of workspace files by the model. No stale page is acted on: an edit goes through only when the lines it touches
 * were shown to the model as they are now; else it is refused, and the refusal shows them.
 */
import { parseAddress } from './addresses';
import type { FileChanges } from './changes/FileChanges';
import { closestLines } from './closestLines';
import type { FileEdit, FunctionOutcome } from './EngineFunction';
import { EditConflictError } from './errors';
import type { FaultHandler } from './FaultHandler';
import { filePageOf, numberedLine, rawRange, splitLines } from './filePages';
import { type LineRange, missingRanges, overlap, type ResidentPage } from './PageTable';
import type { Anchor, FilePage } from './pages';
import type { Approver, BlobStore, ContentHasher, FileSnapshot, TextDiff, WorkspaceFiles } from './ports';
import { reanchored } from './reanchored';
import type { SessionState } from './SessionState';
import { type EditedText, editText, type Hunk } from './textEdit';

export interface FileEditorParts {
  readonly state: SessionState;
  readonly files: WorkspaceFiles;
  readonly blobs: BlobStore;
  readonly hash: ContentHasher;
  readonly diff: TextDiff;
  readonly changes: FileChanges;
  readonly approver: Approver;
  readonly faults: Pick<FaultHandler, 'readFile'>;
}

/** Lines shown around an edit, on either side. */
const CONTEXT_LINES = 2;
/** Lines of an edit that its result shows at most: what is longer was just written by the model. */
const MAX_SHOWN_LINES = 60;
/** Lines of a near miss that a refusal shows. */
const MAX_CLOSEST_LINES = 12;
/** What runs or builds the project does not see such an edit. */
const UNSAVED =
  ' Not saved: the editor holds the change, the file on disk is as it was. The person has to save it, or to say why it cannot be.';
/** Places that a refusal names. */
const MAX_PLACES = 8;

/** Serves the edits of one step. */
export class FileEditor {
  /** Sequence number of the message whose calls run: what entered the queue after it the model has not seen. */
  private readonly askedAt: number;
  /** Pages shown by this step's own edits: of text that the model wrote. */
  private readonly written = new Set<string>();

  constructor(private readonly parts: FileEditorParts) {
    const { entries } = parts.state.context;
    this.askedAt = entries.findLast(({ event }) => event.type === 'message.assistant')?.event.seq ?? 0;
  }

  /** @throws EditsForbiddenError | OutsideWorkspaceError | UnreadableFileError | JournalError */
  async edit(edit: FileEdit, signal: AbortSignal): Promise<FunctionOutcome> {
    const { files } = this.parts;
    if (edit.old === '' && (await files.version(edit.path)) === undefined) return this.create(edit, signal);
    const before = await files.read(edit.path, signal);
    const result = this.apply(before, edit);
    if ('refusal' in result) return result.refusal;
    const seen = this.seenPages(before, edit);
    if (typeof seen === 'string') return this.refuse(seen, before.path, result.hunks, signal);
    const touched = result.hunks.filter((hunk) => missingRanges(hunk, seen).length > 0);
    if (touched.length > 0) {
      const why = 'you have not seen these lines as they are now';
      return this.refuse(why, before.path, touched, signal);
    }
    const basedOn = seen.filter((page) => result.hunks.some((hunk) => overlap(page, hunk)));
    const held = this.heldPages(before);
    return this.write(before, result, [...new Set(basedOn.map((page) => page.address))], held, signal);
  }

  /** @returns the text after the edit, or why it cannot be made */
  private apply(
    before: FileSnapshot,
    { old, new: put, replaceAll }: FileEdit,
  ): EditedText | { readonly refusal: FunctionOutcome } {
    const { path, text } = before;
    if (old === '') {
      if (text === '') return { text: put, hunks: [] };
      return refusal(
        `${path} exists. Give the text to replace as old; to add text, repeat the line it follows.`,
      );
    }
    if (old === put) return refusal('old and new are the same: there is nothing to change.');
    const result = editText(text, old, put, replaceAll);
    if (!('kind' in result)) return result;
    if (result.kind === 'notFound') return refusal(this.notFound(path, text, old));
    const { lines } = result;
    const places = `${lines.slice(0, MAX_PLACES).join(', ')}${lines.length > MAX_PLACES ? ', …' : ''}`;
    const advice = 'Give more of the lines around the one you mean, or set replace_all.';
    return refusal(`old occurs ${lines.length} times in ${path}, at lines ${places}. ${advice}`);
  }

  private notFound(path: string, text: string, old: string): string {
    const lines = splitLines(text);
    const parts = [`old does not occur in ${path}: it must match exactly, white space included.`];
    if (old.split('\n').every((line) => /^ *\d+\t|^$/.test(line)))
      parts.push('Leave out the line numbers and the tab after them.');
    const closest = closestLines(lines, old);
    if (closest) {
      const endLine = Math.min(closest.endLine, closest.startLine + MAX_CLOSEST_LINES - 1);
      parts.push('The lines most like it:');
      for (let n = closest.startLine; n <= endLine; n++) parts.push(numberedLine(lines[n - 1] ?? '', n));
    }
    return parts.join('\n');
  }

  /** Ranges of the file that the model was shown as they are now; a text when the page it names is not one of them. */
  private seenPages(
    now: FileSnapshot,
    { basedOn }: FileEdit,
  ): readonly (LineRange & { readonly address: string })[] | string {
    const { state, files } = this.parts;
    const isFresh = this.freshness(now);
    const inQueue = this.heldPages(now).filter(
      (page) => page.seq < this.askedAt || this.written.has(page.address),
    );
    const inHead = state.rules.shown.filter((page) => page.path === now.path && isFresh(page.address, page));
    const resident = [...inQueue, ...inHead];
    if (basedOn === undefined) return resident;
    const parsed = parseAddress(basedOn);
    if (parsed?.kind !== 'file') return `based_on is not the address of a file page (${basedOn})`;
    if (files.fromAddress(parsed.addressPath) !== now.path) return `based_on names another file (${basedOn})`;
    if (!isFresh(basedOn, parsed)) return `the file has changed since ${basedOn}`;
    return [...resident, { ...parsed, address: basedOn }];
  }

  /** Resident ranges of the file that are as it is. */
  private heldPages(now: FileSnapshot): readonly ResidentPage[] {
    const isFresh = this.freshness(now);
    return this.parts.state.pages.freshPagesOf(now.path).filter((page) => isFresh(page.address, page));
  }

  private freshness(now: FileSnapshot): (address: string, range: LineRange) => boolean {
    const lines = splitLines(now.text);
    return (address, range) => address.endsWith(`@${this.parts.hash(rawRange(lines, range)).slice(0, 16)}`);
  }

  /** The fresh text comes as a page with an address, so that the same edit can be tried again. */
  private async refuse(
    why: string,
    path: string,
    ranges: readonly LineRange[],
    signal: AbortSignal,
  ): Promise<FunctionOutcome> {
    const shown = await this.show(path, ranges, signal);
    const advice = 'Nothing was changed. Check the edit against the lines below and send it again.';
    return { ...shown, text: `Refused: ${why}. ${advice}\n${shown.text}`, isError: true };
  }

  private async write(
    before: FileSnapshot,
    { text, hunks }: EditedText,
    basedOn: readonly string[],
    held: readonly ResidentPage[],
    signal: AbortSignal,
  ): Promise<FunctionOutcome> {
    const { files, changes } = this.parts;
    const { path } = before;
    const refused = await this.askPerson(path, before.text, text, signal);
    if (refused) return refused;
    let written: 'saved' | 'unsaved';
    try {
      written = await changes.make({ kind: 'write', path, before: before.text, after: text }, basedOn);
    } catch (error) {
      if (!(error instanceof EditConflictError)) throw error;
      return this.refuse('the file was changed in the meantime', path, hunks, signal);
    }
    let shift = 0;
    const ranges = hunks.map((hunk) => {
      const startLine = hunk.startLine + shift;
      shift += hunk.lines - (hunk.endLine - hunk.startLine + 1);
      return { startLine, endLine: startLine + hunk.lines - 1 };
    });
    const count = hunks.length > 1 ? ` in ${hunks.length} places` : '';
    const kept = written === 'saved' ? '' : UNSAVED;
    const moved = shift === 0 ? '' : ` It has ${Math.abs(shift)} lines ${shift > 0 ? 'more' : 'fewer'} now.`;
    const now = await files.read(path, signal);
    // Saving may have formatted it: what is there now does not follow from the edit.
    const anchors = now.text === text ? await this.anchors(now, hunks, held) : [];
    return this.shown(`Edited ${path}${count}.${moved}${kept}`, now, ranges, anchors, signal);
  }

  /** What the pages are now that the model held: as they were, and its edit. */
  private async anchors(
    now: FileSnapshot,
    hunks: readonly Hunk[],
    held: readonly ResidentPage[],
  ): Promise<readonly Anchor[]> {
    const lines = splitLines(now.text);
    const anchors: Anchor[] = [];
    for (const { address: from, startLine, endLine } of held) {
      const range = reanchored({ startLine, endLine }, hunks);
      if (!range) continue;
      const page = filePageOf(now, range, await this.parts.blobs.put(rawRange(lines, range)));
      if (page.address !== from) anchors.push({ from, page });
    }
    return anchors;
  }

  private async create({ path, new: text }: FileEdit, signal: AbortSignal): Promise<FunctionOutcome> {
    const { files, changes } = this.parts;
    const refused = await this.askPerson(path, undefined, text, signal);
    if (refused) return refused;
    await changes.make({ kind: 'write', path, after: text }, []);
    const now = await files.read(path, signal);
    const endLine = splitLines(now.text).length;
    const range = { startLine: 1, endLine };
    return this.shown(`Created ${path} (${endLine} lines).`, now, endLine > 0 ? [range] : [], [], signal);
  }

  private async askPerson(
    path: string,
    before: string | undefined,
    after: string,
    signal: AbortSignal,
  ): Promise<FunctionOutcome | undefined> {
    const { approver, diff, files } = this.parts;
    signal.throwIfAborted();
    if (!(await files.isProtected(path))) return undefined;
    const creates = before === undefined;
    const { allowed, words } = await approver.approve(
      { kind: 'edit', path, creates, diff: diff(before ?? '', after) },
      signal,
    );
    signal.throwIfAborted();
    if (allowed) return undefined;
    const next = words === undefined ? 'ask what they want instead.' : `they say: ${words}`;
    return {
      text: `The person refused this edit of ${path}. Nothing was changed; ${next}`,
      isError: true,
    };
  }

  /** What an edit made of the file, as it reads now: saving may have formatted it. */
  private async shown(
    headline: string,
    now: FileSnapshot,
    ranges: readonly LineRange[],
    anchors: readonly Anchor[],
    signal: AbortSignal,
  ): Promise<FunctionOutcome> {
    const known = anchors.map(({ page }) => page);
    const isKnown = (range: LineRange) => missingRanges(range, known).length === 0;
    const news = ranges.filter((range) => !isKnown(range));
    const shown = news.length > 0 ? await this.show(now.path, news, signal) : undefined;
    for (const page of shown?.pages ?? []) this.written.add(page.address);
    const texts = [headline, ...editedLines(now, ranges.filter(isKnown))];
    if (shown) texts.push(shown.text);
    texts.push(...anchors.map(({ from, page }) => `Your page is now ${page.address} (was ${rangeOf(from)})`));
    return { text: texts.join('\n'), pages: shown?.pages ?? [], anchors };
  }

  /** Pages of these lines and those around them, as far as they are not in the window. */
  private async show(
    path: string,
    ranges: readonly LineRange[],
    signal: AbortSignal,
  ): Promise<FunctionOutcome> {
    const texts: string[] = [];
    const pages: FilePage[] = [];
    let left = MAX_SHOWN_LINES;
    for (const range of ranges) {
      if (left <= 0) break;
      const startLine = Math.max(1, range.startLine - CONTEXT_LINES);
      const endLine = Math.min(range.endLine + CONTEXT_LINES, startLine + left - 1);
      const outcome = await this.parts.faults.readFile({ path, startLine, endLine }, signal);
      left -= endLine - startLine + 1;
      texts.push(outcome.text);
      pages.push(...(outcome.pages ?? []));
    }
    return { text: texts.join('\n'), pages };
  }
}

/** Lines of pages that the model holds, as its edit has left them: no page of their own. */
function editedLines(now: FileSnapshot, ranges: readonly LineRange[]): readonly string[] {
  const lines = splitLines(now.text);
  const shown: string[] = [];
  for (const range of ranges) {
    const from = Math.max(1, range.startLine - CONTEXT_LINES);
    const to = Math.min(lines.length, range.endLine + CONTEXT_LINES);
    if (shown.length + to - from >= MAX_SHOWN_LINES) break;
    for (let n = from; n <= to; n++) shown.push(numberedLine(lines[n - 1] ?? '', n));
  }
  return shown;
}

/** The part of an address that tells pages of one file apart. */
function rangeOf(address: string): string {
  return address.slice(address.lastIndexOf('#'));
}

function refusal(text: string): { readonly refusal: FunctionOutcome } {
  return { refusal: { text, isError: true } };
}
