/** The edits that wait for review, as they are now: in step with the engine and with what the person types. */
import { type Disposable, EventEmitter, Uri, workspace } from 'vscode';
import type { PendingFile } from '../../engine/changes/WaitingFile';
import type { ChatEvent } from '../../webview/protocol';
import type { PanelSource } from '../panelSource';

/** A file that waits for review, and where it is. */
export interface PendingDocument {
  readonly file: PendingFile;
  readonly uri: Uri;
}

export interface PendingChangesParts {
  /** @throws JournalError */
  readonly pending: () => Promise<readonly PendingFile[]>;
  /** Absolute path of a workspace path. @throws OutsideWorkspaceError when its folder is no longer open */
  readonly resolve: (path: string) => string;
  readonly onTrouble: (error: unknown) => void;
}

/** Typing rests this long before hunks are looked for again, ms. */
const SETTLE_MS = 120;

export class PendingChanges implements Disposable, PanelSource {
  private readonly changed = new EventEmitter<void>();
  private readonly subscription: Disposable;
  private now: readonly PendingDocument[] = [];
  private looking: Promise<void> | undefined;
  private again = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  readonly onDidChange = this.changed.event;

  constructor(private readonly parts: PendingChangesParts) {
    this.subscription = workspace.onDidChangeTextDocument(({ document }) => {
      if (!this.of(document.uri)) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.refresh(), SETTLE_MS);
    });
  }

  /** All of them, in the order of the engine. */
  list(): readonly PendingDocument[] {
    return this.now;
  }

  /** @returns what waits in the file that an editor shows */
  of(uri: Uri): PendingDocument | undefined {
    return this.now.find((pending) => pending.uri.toString() === uri.toString());
  }

  ofPath(path: string): PendingDocument | undefined {
    return this.now.find(({ file }) => file.path === path);
  }

  /** Looks again; resolves when what is listed is at least as new as the call. */
  refresh(): Promise<void> {
    if (this.looking) this.again = true;
    else
      this.looking = this.look().finally(() => {
        this.looking = undefined;
      });
    return this.looking;
  }

  current(): readonly ChatEvent[] {
    const files = this.now.map(({ file }) => ({
      path: file.path,
      change: file.change,
      ...(file.from === undefined ? {} : { from: file.from }),
      added: file.added,
      removed: file.removed,
      editedSince: file.editedSince,
      ...(file.chat === undefined ? {} : { otherChat: true as const }),
    }));
    return [{ type: 'changes', files }];
  }

  onEvent(listener: (event: ChatEvent) => void): Disposable {
    return this.changed.event(() => {
      for (const event of this.current()) listener(event);
    });
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscription.dispose();
    this.changed.dispose();
  }

  private async look(): Promise<void> {
    do {
      this.again = false;
      try {
        const files = await this.parts.pending();
        const before = JSON.stringify(this.now.map(({ file }) => file));
        this.now = files.flatMap((file) => this.located(file));
        if (JSON.stringify(this.now.map(({ file }) => file)) !== before) this.changed.fire();
      } catch (error) {
        // What was listed stays listed: nothing is kept or undone by a failure to look.
        this.parts.onTrouble(error);
      }
    } while (this.again);
  }

  /** A folder that was closed takes its files off the list until it is open again. */
  private located(file: PendingFile): PendingDocument[] {
    try {
      return [{ file, uri: Uri.file(this.parts.resolve(file.path)) }];
    } catch {
      return [];
    }
  }
}
