/** What the person can do with the assistant's changes: show, keep and undo them, and go through them. */
import { type Disposable, Uri, window } from 'vscode';
import type { RefusedUndo } from '../../engine/changes/Review';
import type { PendingHunk } from '../../engine/changes/WaitingFile';
import { registerCommand } from '../registerCommand';
import { BeforeDocuments } from './BeforeDocuments';
import { goToChange } from './goToChange';
import { lineOf } from './HunkLenses';
import type { PendingChanges, PendingDocument } from './PendingChanges';
import { showAllChanges, showChanges } from './showChanges';

export interface Reviewer {
  /** Without a path: all of them. @throws VirtualContextError */
  keep(path?: string, hunk?: string): Promise<unknown>;
  /** As `keep`; writes the files. @returns what stayed, and why @throws VirtualContextError */
  undo(path?: string, hunk?: string): Promise<readonly RefusedUndo[]>;
}

const UNDO = 'Undo All';

/** The acts behind the panel, the lenses and the commands. */
export class ReviewActions {
  constructor(
    private readonly changes: PendingChanges,
    private readonly reviewer: Reviewer,
  ) {}

  /** @param path default: all of them @throws VirtualContextError */
  async show(path?: string): Promise<void> {
    const all = this.changes.list();
    const one = path === undefined && all.length === 1 ? all[0] : this.ofPath(path);
    if (one) await showChanges(one);
    else if (path === undefined && all.length > 0) await showAllChanges(all);
    else tellNothing();
  }

  /** @param path default: all of them @throws VirtualContextError */
  async keep(path?: string, hunk?: string): Promise<void> {
    await this.reviewer.keep(path, hunk);
    await this.changes.refresh();
  }

  /** @param path default: all of them, once the person has said so again @throws VirtualContextError */
  async undo(path?: string, hunk?: string): Promise<void> {
    const all = this.changes.list();
    if (path === undefined && all.length > 1 && !(await confirmed(all))) return;
    const refused = await this.reviewer.undo(path, hunk);
    await this.changes.refresh();
    if (refused.length > 0) throw new Error(refused.map((file) => `${file.path}: ${file.reason}`).join(' '));
  }

  private ofPath(path: string | undefined): PendingDocument | undefined {
    return path === undefined ? undefined : this.changes.ofPath(path);
  }
}

/** Registers the commands of the review. */
export function registerReviewCommands(changes: PendingChanges, actions: ReviewActions): Disposable[] {
  const onFile = (act: (path: string) => Promise<void>) => async (uri?: unknown) => {
    const pending =
      typeof uri === 'string'
        ? changes.ofPath(uri)
        : pendingOf(changes, uri instanceof Uri ? uri : window.activeTextEditor?.document.uri);
    if (pending) await act(pending.file.path);
    else tellNothing();
  };
  const onHunk =
    (act: (path: string, hunk: string) => Promise<void>) => async (path?: unknown, id?: unknown) => {
      if (typeof path === 'string' && typeof id === 'string') return act(path, id);
      const at = hunkAtCursor(changes);
      if (at) await act(at.pending.file.path, at.hunk.id);
      else tellNothing();
    };
  const handlers: Record<string, (...args: unknown[]) => unknown> = {
    showChanges: () => actions.show(),
    keepAllChanges: () => actions.keep(),
    undoAllChanges: () => actions.undo(),
    showFileChanges: onFile((path) => actions.show(path)),
    keepFileChanges: onFile((path) => actions.keep(path)),
    undoFileChanges: onFile((path) => actions.undo(path)),
    keepChange: onHunk((path, hunk) => actions.keep(path, hunk)),
    undoChange: onHunk((path, hunk) => actions.undo(path, hunk)),
    nextChange: async () => (await goToChange(changes, 1)) || tellNothing(),
    previousChange: async () => (await goToChange(changes, -1)) || tellNothing(),
  };
  return Object.entries(handlers).map(([name, handler]) => registerCommand(name, handler));
}

/** A file, or the document that stands for one that is gone. */
function pendingOf(changes: PendingChanges, uri: Uri | undefined): PendingDocument | undefined {
  if (!uri) return undefined;
  const name = BeforeDocuments.nameOf(uri);
  return name ? changes.ofPath(name.path) : changes.of(uri);
}

/** The hunk that the cursor of the active editor is in, or just below. */
function hunkAtCursor(
  changes: PendingChanges,
): { readonly pending: PendingDocument; readonly hunk: PendingHunk } | undefined {
  const editor = window.activeTextEditor;
  const pending = pendingOf(changes, editor?.document.uri);
  if (!editor || !pending) return undefined;
  const { line } = editor.selection.active;
  const hunk = pending.file.hunks.find(
    (candidate) =>
      line >= lineOf(candidate, editor.document.lineCount) &&
      line <= Math.max(candidate.startLine, candidate.endLine) - 1,
  );
  return hunk && { pending, hunk };
}

async function confirmed(all: readonly PendingDocument[]): Promise<boolean> {
  const names = all.map(({ file }) => `${file.path}${file.editedSince ? ' (you changed it since)' : ''}`);
  const answer = await window.showWarningMessage(
    `Undo the assistant’s changes in ${all.length} files?`,
    { modal: true, detail: names.join('\n') },
    UNDO,
  );
  return answer === UNDO;
}

function tellNothing(): void {
  void window.showInformationMessage('No change of the assistant’s waits for review here.');
}
