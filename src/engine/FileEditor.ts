/**
 * Edits of workspace files by the model. No stale page is acted on: an edit goes through only when the lines it touches
 * were shown to the model as they are now; else it is refused, and the refusal shows them.
 */
import { parseAddress } from './addresses';
import { closestLines } from './closestLines';
import type { FileEdit, FunctionOutcome } from './EngineFunction';
import { EditConflictError } from './errors';
import type { FilePage, SessionEventBody } from './events';
import type { FaultHandler } from './FaultHandler';
import { numberedLine, rawRange, splitLines } from './filePages';
import { type LineRange, missingRanges, overlap } from './PageTable';
import type { Approver, BlobStore, ContentHasher, FileSnapshot, TextDiff, WorkspaceFiles } from './ports';
import type { SessionState } from './SessionState';
import { type EditedText, editText } from './textEdit';

export interface FileEditorParts {
  readonly state: SessionState;
  readonly files: WorkspaceFiles;
  readonly blobs: BlobStore;
  readonly hash: ContentHasher;
  readonly diff: TextDiff;
  readonly approver: Approver;
  readonly faults: Pick<FaultHandler, 'readFile'>;
  readonly record: (body: SessionEventBody) => Promise<unknown>;
}

/** Lines shown around an edit, on either side. */
const CONTEXT_LINES = 2;
/** Lines of an edit that its result shows at most: what is longer was just written by the model. */
const MAX_SHOWN_LINES = 60;
/** Lines of a near miss that a refusal shows. */
const MAX_CLOSEST_LINES = 12;
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
    return this.write(before, result, [...new Set(basedOn.map((page) => page.address))], signal);
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
    const lines = splitLines(now.text);
    const isFresh = (address: string, range: LineRange) =>
      address.endsWith(`@${this.parts.hash(rawRange(lines, range)).slice(0, 16)}`);
    const inQueue = state.pages
      .freshPagesOf(now.path)
      .filter((page) => page.seq < this.askedAt || this.written.has(page.address));
    const inHead = state.rules.shown.filter((page) => page.path === now.path);
    const resident = [...inQueue, ...inHead].filter((page) => isFresh(page.address, page));
    if (basedOn === undefined) return resident;
    const parsed = parseAddress(basedOn);
    if (parsed?.kind !== 'file') return `based_on is not the address of a file page (${basedOn})`;
    if (files.fromAddress(parsed.addressPath) !== now.path) return `based_on names another file (${basedOn})`;
    if (!isFresh(basedOn, parsed)) return `the file has changed since ${basedOn}`;
    return [...resident, { ...parsed, address: basedOn }];
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
    signal: AbortSignal,
  ): Promise<FunctionOutcome> {
    const { files, blobs, record } = this.parts;
    const { path } = before;
    const refused = await this.askPerson(path, before.text, text, signal);
    if (refused) return refused;
    // Whatever happens from here on, the text before is kept.
    const stored = { before: await blobs.put(before.text), after: await blobs.put(text) };
    try {
      await files.write(path, before.text, text);
    } catch (error) {
      if (!(error instanceof EditConflictError)) throw error;
      return this.refuse('the file was changed in the meantime', path, hunks, signal);
    }
    await record({ type: 'file.edited', path, ...stored, basedOn });
    let shift = 0;
    const ranges = hunks.map((hunk) => {
      const startLine = hunk.startLine + shift;
      shift += hunk.lines - (hunk.endLine - hunk.startLine + 1);
      return { startLine, endLine: startLine + hunk.lines - 1 };
    });
    const count = hunks.length > 1 ? ` in ${hunks.length} places` : '';
    const moved = shift === 0 ? '' : ` It has ${Math.abs(shift)} lines ${shift > 0 ? 'more' : 'fewer'} now.`;
    return this.shown(`Edited ${path}${count}.${moved}`, path, ranges, signal);
  }

  private async create({ path, new: text }: FileEdit, signal: AbortSignal): Promise<FunctionOutcome> {
    const { files, blobs, record } = this.parts;
    const refused = await this.askPerson(path, undefined, text, signal);
    if (refused) return refused;
    const after = await blobs.put(text);
    await files.write(path, undefined, text);
    await record({ type: 'file.edited', path, after, basedOn: [] });
    const endLine = splitLines(text).length;
    const range = { startLine: 1, endLine };
    return this.shown(`Created ${path} (${endLine} lines).`, path, endLine > 0 ? [range] : [], signal);
  }

  private async askPerson(
    path: string,
    before: string | undefined,
    after: string,
    signal: AbortSignal,
  ): Promise<FunctionOutcome | undefined> {
    const { approver, diff } = this.parts;
    const creates = before === undefined;
    const approved = await approver.approve(
      { kind: 'edit', path, creates, diff: diff(before ?? '', after) },
      signal,
    );
    signal.throwIfAborted();
    if (approved) return undefined;
    return {
      text: `The person refused this edit of ${path}. Nothing was changed; ask what they want instead.`,
      isError: true,
    };
  }

  /** What an edit made of the file, as it reads now: saving may have formatted it. */
  private async shown(
    headline: string,
    path: string,
    ranges: readonly LineRange[],
    signal: AbortSignal,
  ): Promise<FunctionOutcome> {
    if (ranges.length === 0) return { text: headline };
    const shown = await this.show(path, ranges, signal);
    for (const page of shown.pages ?? []) this.written.add(page.address);
    return { ...shown, text: `${headline}\n${shown.text}` };
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

function refusal(text: string): { readonly refusal: FunctionOutcome } {
  return { refusal: { text, isError: true } };
}
