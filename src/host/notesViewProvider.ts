/** The pinned-notes view's end in the extension host. */
import * as vscode from 'vscode';
import * as z from 'zod';
import { VirtualContextError } from '../engine/errors';
import type { Note } from '../engine/events';
import type { OutputEvent } from '../engine/OutputBuffer';
import type { NotesHostEvent, NotesRequests, NotesState } from '../webview/notesProtocol';
import { type ChatActions, place } from './chatRequests';
import type { Conversation } from './conversation';
import { notesChange, noteViewOf, rulesViewOf } from './notesMessages';
import { WebviewChannel } from './webviewChannel';
import { configureWebview, webviewHtml } from './webviewHtml';
import type { RequestHandlers } from './webviewRequests';

/** Deleted notes that can still be brought back. */
const REMEMBERED = 20;
const MAX_NOTE_CHARS = 100_000;

const id = z.string().min(1);
const text = z.string().trim().min(1).max(MAX_NOTE_CHARS);

export class NotesViewProvider implements vscode.WebviewViewProvider {
  static readonly viewType = 'virtualContext.notes';

  /** Deleted notes by id, oldest first. */
  private readonly removed = new Map<string, Note>();

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly conversation: Conversation,
    private readonly actions: Pick<ChatActions, 'openFile'>,
  ) {}

  resolveWebviewView(view: vscode.WebviewView): void {
    const { webview } = view;
    /** What the view was told last; undefined until it asked. */
    let shown: NotesState | undefined;
    const handlers = this.requests(() => {
      shown = this.state();
      return shown;
    });
    const channel = new WebviewChannel<NotesRequests, NotesHostEvent>(webview, handlers);
    const subscriptions = [
      channel,
      this.conversation.onOutput((event) => {
        if (event.type !== 'notes' || !shown) return;
        const after = stateOf(event);
        const change = notesChange(shown, after);
        shown = after;
        if (change) channel.tell({ type: 'notesChanged', ...change });
      }),
      this.conversation.onReset(() => channel.tell({ type: 'reset' })),
    ];
    view.onDidDispose(() => {
      for (const subscription of subscriptions) subscription.dispose();
    });
    configureWebview(webview, this.extensionUri);
    webview.html = webviewHtml(webview, this.extensionUri, { script: 'notes', title: 'Pinned notes' });
  }

  private requests(load: () => NotesState): RequestHandlers<NotesRequests> {
    const { notes } = this.conversation;
    return {
      load: { params: z.object({}) as z.ZodType<Record<string, never>>, run: load },
      add: { params: z.object({ text }), run: (params) => done(notes.pin(params.text)) },
      edit: { params: z.object({ id, text }), run: (params) => done(notes.edit(params.id, params.text)) },
      remove: { params: z.object({ id }), run: (params) => done(this.remove(params.id)) },
      restore: { params: z.object({ id }), run: (params) => done(this.restore(params.id)) },
      openFile: { params: place, run: (params) => done(this.actions.openFile(params)) },
    };
  }

  private async remove(noteId: string): Promise<void> {
    const note = this.notesEvent()?.notes.find((one) => one.id === noteId);
    await this.conversation.notes.unpin(noteId);
    if (!note) return;
    this.removed.set(noteId, note);
    const oldest = this.removed.keys().next();
    if (this.removed.size > REMEMBERED && !oldest.done) this.removed.delete(oldest.value);
  }

  private async restore(noteId: string): Promise<void> {
    const note = this.removed.get(noteId);
    if (!note) {
      throw new VirtualContextError('This note can no longer be brought back.', 'Add it again.');
    }
    await this.conversation.notes.pin(note.text, note.source);
    this.removed.delete(noteId);
  }

  private state(): NotesState {
    const event = this.notesEvent();
    return event ? stateOf(event) : { rules: [], notes: [], usage: { used: 0, limit: 0 } };
  }

  private notesEvent() {
    return this.conversation.transcript().findLast((event) => event.type === 'notes');
  }
}

function stateOf({ notes, rules, used, limit }: Extract<OutputEvent, { type: 'notes' }>): NotesState {
  const severalFolders = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
  return {
    rules: rules.map(rulesViewOf),
    notes: notes.map((note) => noteViewOf(note, severalFolders)),
    usage: { used, limit },
  };
}

async function done(act: Promise<void>): Promise<null> {
  await act;
  return null;
}
