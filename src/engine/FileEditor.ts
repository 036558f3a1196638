/**
 * Changes of workspace files by the model. No stale page is acted on: a change goes through only when the lines it touches
 * were shown to the model as they are now; else it is refused, and the refusal shows them.
 */

import type { Approver } from './approvals';
import { askIfProtected } from './askIfProtected';
import type { FileChange, FileChanges, MadeChange } from './changes/FileChanges';
import type { FileEdit, FileMove, FileText, FunctionOutcome } from './EngineFunction';
import { editRefusal } from './editRefusals';
import { EditConflictError, UnreadableFileError } from './errors';
import type { FaultHandler } from './FaultHandler';
import { filePageOf, numberedLine, rawRange, splitLines } from './filePages';
import { filesInFolder, moveFolder } from './moveFolder';
import { type LineRange, missingRanges, overlap, type ResidentPage } from './PageTable';
import type { Anchor, FilePage } from './pages';
import type { BlobStore, ContentHasher, FileSnapshot, LineDiff, TextDiff, WorkspaceFiles } from './ports';
import { reanchored } from './reanchored';
import { SeenLines } from './SeenLines';
import type { SessionState } from './SessionState';
import { type EditedText, editText, type Hunk, type TextEdit, type Tolerated } from './textEdit';

export interface FileEditorParts {
  readonly state: SessionState;
  readonly files: WorkspaceFiles;
  readonly blobs: BlobStore;
  readonly hash: ContentHasher;
  readonly diff: TextDiff;
  readonly lineDiff: LineDiff;
  readonly changes: FileChanges;
  readonly approver: Approver;
  readonly faults: Pick<FaultHandler, 'readFile'>;
}

/** Lines shown around an edit, on either side. */
const CONTEXT_LINES = 2;
/** Lines of an edit that its result shows at most: what is longer was just written by the model. */
const MAX_SHOWN_LINES = 60;
/** What runs or builds the project does not see such an edit. */
const UNSAVED =
  ' Not saved: the editor holds the change, the file on disk is as it was. The person has to save it, or to say why it cannot be.';

/** Serves the changes of one step. */
export class FileEditor {
  private readonly seen: SeenLines;

  constructor(private readonly parts: FileEditorParts) {
    this.seen = new SeenLines(parts.state, parts.files, parts.hash);
  }

  /**
   * Makes all edits of the file or none.
   * @throws EditsForbiddenError | OutsideWorkspaceError | UnreadableFileError | JournalError
   */
  async edit({ path, edits, basedOn }: FileEdit, signal: AbortSignal): Promise<FunctionOutcome> {
    const { files } = this.parts;
    const half = halfCharacter(edits.flatMap((edit) => [edit.old, edit.new]));
    if (half) return half;
    const [only] = edits.length === 1 ? edits : [];
    if (only?.old === '' && (await files.version(path)) === undefined)
      return this.create(path, only.new, signal);
    const before = await files.read(path, signal);
    const result = this.apply(before, edits);
    if ('refusal' in result) return result.refusal;
    return this.replace(before, result, basedOn, signal);
  }

  /** Creates a file, or replaces all of one that the model has seen whole. @throws as `edit` */
  async write({ path, text, basedOn }: FileText, signal: AbortSignal): Promise<FunctionOutcome> {
    const { files, lineDiff } = this.parts;
    const half = halfCharacter([text]);
    if (half) return half;
    if ((await files.version(path)) === undefined) return this.create(path, text, signal);
    const before = await files.read(path, signal);
    const put = withLineEndsOf(before.text, text);
    if (put === before.text) return refusal(`${path} has this text already: nothing was changed.`).refusal;
    const hunks = lineDiff(before.text, put).map(({ startLine, endLine, lines }) => {
      return { startLine, endLine, lines: lines.length };
    });
    const whole = { startLine: 1, endLine: splitLines(before.text).length };
    return this.replace(before, { text: put, hunks, tolerated: [] }, basedOn, signal, whole);
  }

  /** Of a folder its files. @throws EditConflictError when there is something; as `edit` */
  async move(move: FileMove, signal: AbortSignal): Promise<FunctionOutcome> {
    const { files } = this.parts;
    const { from } = move;
    if ((await files.version(from)) === undefined) await files.read(from, signal);
    const before = await this.textFile(from, signal);
    const inside = before ? undefined : await filesInFolder(files, from, signal);
    if (inside === undefined) return this.moveFile(move, before, signal);
    const one = async (file: FileMove) => this.moveFile(file, await this.textFile(file.from, signal), signal);
    return moveFolder(files, move, inside, one, signal);
  }

  /** @param before undefined: it is no text, and moved as it is */
  private async moveFile(
    { from, to }: FileMove,
    before: FileSnapshot | undefined,
    signal: AbortSignal,
  ): Promise<FunctionOutcome> {
    const { files, changes, diff } = this.parts;
    const text = before?.text;
    const held = before ? this.seen.held(before) : [];
    const renamed = `rename from ${from}\nrename to ${to}`;
    // What something is obeyed for is in its text.
    const arriving = () => `${renamed}\n${text === undefined ? '(not text)' : diff('', text)}`;
    for (const path of [from, to]) {
      const shown = path === to ? arriving : () => renamed;
      const refused = await this.askPerson(path, path === to, shown, signal);
      if (refused) return refused;
    }
    const change: FileChange = { kind: 'move', from, path: to, ...(text === undefined ? {} : { text }) };
    await changes.make(change, []);
    const headline = `Moved ${from} to ${to}. What refers to it by its path may have to be changed.`;
    const now = held.length > 0 ? await files.read(to, signal).catch(() => undefined) : undefined;
    const anchors = now && now.text === text ? await this.anchors(now, [], held) : [];
    return {
      text: [headline, ...anchors.map(({ from: was, page }) => movedPage(was, page))].join('\n'),
      anchors,
    };
  }

  /** Removes a file, to the trash where there is one; its content is kept. @throws as `edit` */
  async delete(path: string, signal: AbortSignal): Promise<FunctionOutcome> {
    const { files, changes, diff } = this.parts;
    const text = (await this.textFile(path, signal))?.text;
    const before = text ?? (await files.readBinary(path));
    const shown = () => (text === undefined ? '(not text)' : diff(text, ''));
    const refused = await this.askPerson(path, false, shown, signal);
    if (refused) return refused;
    const what = { kind: 'delete', path, before } as const;
    await changes.make(text === undefined ? { ...what, binary: true } : what, []);
    const size = text === undefined ? 'not text' : `${splitLines(text).length} lines`;
    return { text: `Deleted ${path} (${size}). The person can have it back.` };
  }

  /** @returns undefined for what is no text. @throws as `edit` */
  private async textFile(path: string, signal: AbortSignal): Promise<FileSnapshot | undefined> {
    return this.parts.files.read(path, signal).catch((error: unknown) => {
      if (error instanceof UnreadableFileError) return undefined;
      throw error;
    });
  }

  /** @returns the text after the edits, or why they cannot be made */
  private apply(
    before: FileSnapshot,
    edits: readonly TextEdit[],
  ): EditedText | { readonly refusal: FunctionOutcome } {
    const { path, text } = before;
    if (edits.some(({ old }) => old === '')) {
      if (text === '' && edits.length === 1) return { text: edits[0]?.new ?? '', hunks: [], tolerated: [] };
      return refusal(
        `${path} exists. Give the text to replace as old; to add text, repeat the line it follows.`,
      );
    }
    const result = editText(text, edits);
    return 'kind' in result ? refusal(editRefusal(path, text, edits, result)) : result;
  }

  /** @param needed lines that the model must have seen; default: those it changes */
  private async replace(
    before: FileSnapshot,
    result: EditedText,
    basedOn: string | undefined,
    signal: AbortSignal,
    needed?: LineRange,
  ): Promise<FunctionOutcome> {
    const seen = this.seen.of(before, basedOn);
    if (typeof seen === 'string') return this.refuse(seen, before.path, result.hunks, signal);
    const unseen = needed
      ? missingRanges(needed, seen)
      : result.hunks.filter((hunk) => missingRanges(hunk, seen).length > 0);
    if (unseen.length > 0) {
      const why = 'you have not seen these lines as they are now';
      return this.refuse(why, before.path, unseen, signal);
    }
    const pages = seen.filter((page) => result.hunks.some((hunk) => overlap(page, hunk)));
    const held = this.seen.held(before);
    return this.put(before, result, [...new Set(pages.map((page) => page.address))], held, signal);
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

  private async put(
    before: FileSnapshot,
    { text, hunks, tolerated }: EditedText,
    basedOn: readonly string[],
    held: readonly ResidentPage[],
    signal: AbortSignal,
  ): Promise<FunctionOutcome> {
    const { files, changes, diff } = this.parts;
    const { path } = before;
    const refused = await this.askPerson(path, false, () => diff(before.text, text), signal);
    if (refused) return refused;
    let made: MadeChange;
    try {
      made = await changes.make({ kind: 'write', path, before: before.text, after: text }, basedOn);
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
    const kept = made.written === 'saved' ? '' : UNSAVED;
    const moved = shift === 0 ? '' : ` It has ${Math.abs(shift)} lines ${shift > 0 ? 'more' : 'fewer'} now.`;
    const now = made.now ?? (await files.read(path, signal));
    // Saving may have formatted it: what is there now does not follow from the edit.
    const anchors = now.text === text ? await this.anchors(now, hunks, held) : [];
    const headline = `Edited ${path}${count}.${moved}${kept}${toleratedText(tolerated)}`;
    return this.shown(headline, now, ranges, anchors, signal);
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

  private async create(path: string, text: string, signal: AbortSignal): Promise<FunctionOutcome> {
    const { files, changes, diff } = this.parts;
    const refused = await this.askPerson(path, true, () => diff('', text), signal);
    if (refused) return refused;
    const made = await changes.make({ kind: 'write', path, after: text }, []);
    const now = made.now ?? (await files.read(path, signal));
    const endLine = splitLines(now.text).length;
    const range = { startLine: 1, endLine };
    return this.shown(`Created ${path} (${endLine} lines).`, now, endLine > 0 ? [range] : [], [], signal);
  }

  private async askPerson(
    path: string,
    creates: boolean,
    diff: () => string,
    signal: AbortSignal,
  ): Promise<FunctionOutcome | undefined> {
    const approval = await askIfProtected(this.parts, path, creates, diff, signal);
    if (!approval || approval.allowed) return undefined;
    const { words } = approval;
    const next = words === undefined ? 'ask what they want instead.' : `they say: ${words}`;
    return {
      text: `The person refused this change of ${path}. Nothing was changed; ${next}`,
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
    for (const page of shown?.pages ?? []) this.seen.wrote(page.address);
    const texts = [headline, ...editedLines(now, ranges.filter(isKnown))];
    if (shown) texts.push(shown.text);
    texts.push(...anchors.map(({ from, page }) => movedPage(from, page)));
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

/** Of the old address the part that tells pages of one file apart. */
function movedPage(from: string, { address }: FilePage): string {
  return `Your page is now ${address} (was ${from.slice(from.lastIndexOf('#'))})`;
}

function toleratedText(tolerated: readonly Tolerated[]): string {
  const each = tolerated.map(({ edit, differs, startLine, endLine }) => {
    const indented = differs.includes('indentation') ? '; new was indented like them' : '';
    return ` Edit ${edit + 1}: old is lines ${startLine}-${endLine} but for ${differs.join(' and ')}${indented}.`;
  });
  return each.join('');
}

/** The line ends that most lines have. */
function withLineEndsOf(before: string, text: string): string {
  const all = before.split('\n').length - 1;
  const returned = before.split('\r\n').length - 1;
  const plain = text.replaceAll('\r\n', '\n');
  if (all === 0) return text;
  return returned * 2 > all ? plain.replaceAll('\n', '\r\n') : plain;
}

/** A file cannot hold one half of a surrogate pair: another character would be written in its place. */
function halfCharacter(texts: readonly string[]): FunctionOutcome | undefined {
  if (texts.every((text) => text.isWellFormed())) return undefined;
  const why =
    'The text holds half a character (\\ud800 to \\udfff alone): write both halves, or the character itself.';
  return refusal(`${why} Nothing was changed.`).refusal;
}

function refusal(text: string): { readonly refusal: FunctionOutcome } {
  return { refusal: { text, isError: true } };
}
