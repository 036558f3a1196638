/** `<vc-notes>`: the pinned notes, the part of the context window that person and model write together. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { NotesHostEvent, NotesRequests, NotesState, NotesUsage, RulesView } from '../notesProtocol';
import type { Place } from '../protocol';
import { growToContent } from '../shared/growToContent';
import { HostConnection, type VsCodeApi } from '../shared/HostConnection';
import { LightElement } from '../shared/LightElement';
import { messageOf } from '../shared/messageOf';
import { SavedState } from '../shared/SavedState';
import './NoteItem';
import type { NoteAct, NoteEdit, NoteItem } from './NoteItem';
import { applyNotesChange } from './notesChange';

/** How long a deleted note can be brought back, ms. */
const UNDO_MS = 8000;

const NOT_YET = 'Rules of the repository: not in force yet';

interface NotesViewState {
  draft: string;
  edit: NoteEdit | undefined;
}

@customElement('vc-notes')
export class NotesPanel extends LightElement {
  @state() private notes: NotesState | undefined;
  @state() private edit: NoteEdit | undefined;
  @state() private draft = '';
  @state() private draftError = '';
  @state() private problem = '';
  /** Id of the note that can be brought back. */
  @state() private removed: string | undefined;

  @query('.add-note textarea') private readonly box!: HTMLTextAreaElement;

  private readonly host: HostConnection<NotesRequests, NotesHostEvent>;
  private readonly saved: SavedState<NotesViewState>;
  private undoTimer: ReturnType<typeof setTimeout> | undefined;
  private savingEdit: Promise<void> | undefined;
  private adding = false;

  /** @param api the page's only one */
  constructor(api: VsCodeApi) {
    super();
    this.host = new HostConnection(api, (event) => this.take(event));
    this.saved = new SavedState(api, () => ({ draft: this.draft, edit: this.edit }));
    const { draft, edit } = this.saved.load();
    this.draft = draft ?? '';
    this.edit = edit;
    window.addEventListener('message', (event) => this.host.receive(event.data));
    this.addEventListener('note-act', (event) => this.act((event as CustomEvent<NoteAct>).detail));
    this.addEventListener('open-place', (event) => this.open((event as CustomEvent<Place>).detail));
    void this.load();
  }

  protected override render(): TemplateResult {
    if (!this.notes) return html``;
    const { rules, notes, usage } = this.notes;
    return html`<main>
      <h1 class="visually-hidden">Pinned notes</h1>
      ${usageBar(usage)}
      ${rules.length === 0 ? nothing : this.rulesFiles(rules)}
      <div class="notes" role="list" aria-label="Pinned notes">
        ${repeat(
          notes,
          (note) => note.id,
          (note) => html`<vc-note
            role="listitem"
            data-id=${note.id}
            .note=${note}
            .edit=${this.edit?.id === note.id ? this.edit : undefined}
          ></vc-note>`,
        )}
      </div>
      ${notes.length === 0 ? emptyNotes() : nothing}
      ${this.removed === undefined ? nothing : this.undoBar(this.removed)}
      ${this.problem === '' ? nothing : html`<div class="error-text" role="alert">${this.problem}</div>`}
      ${this.addBox()}
    </main>`;
  }

  protected override updated(): void {
    if (this.box) growToContent(this.box);
  }

  private rulesFiles(rules: readonly RulesView[]): TemplateResult {
    return html`<div class="notes" role="list" aria-label="Rules of the repository">
      ${rules.map(
        ({ path, tokens, warning, scope, description, active }) => html`<div
          role="listitem"
          class="note rules"
          data-testid="rules"
        >
          <span
            class="icon-small codicon codicon-${active ? 'lock' : 'circle-slash'} note-author"
            role="img"
            title=${active ? 'Rules of the repository: in the window, changed in the file' : NOT_YET}
            aria-label=${active ? 'Locked, in force' : NOT_YET}
          ></span>
          <div class="note-body">
            <div class="note-origin">
              <button
                type="button"
                class="note-source file-link"
                title="Open ${path}"
                data-testid="rules-open"
                @click=${() => this.open({ path })}
              >${path}</button>
              <span>${tokens.toLocaleString('en-US')} tokens</span>
            </div>
            ${
              description === undefined
                ? nothing
                : html`<div data-testid="rules-description">${description}</div>`
            }
            ${scope === undefined ? nothing : scopeLine(scope, active)}
            ${
              warning === undefined
                ? nothing
                : html`<div class="error-text" role="status" data-testid="rules-warning">${warning}</div>`
            }
          </div>
        </div>`,
      )}
    </div>`;
  }

  private addBox(): TemplateResult {
    return html`<form class="add-note" @submit=${this.add}>
      <textarea
        class="box"
        rows="1"
        placeholder="Add a note"
        aria-label="Add a note. Enter adds it, Shift+Enter breaks the line"
        aria-invalid=${this.draftError !== ''}
        data-testid="note-input"
        .value=${this.draft}
        @input=${this.typed}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) void this.add(event);
        }}
      ></textarea>
      ${this.draftError === '' ? nothing : html`<div class="error-text" role="alert">${this.draftError}</div>`}
      <button
        type="submit"
        class="icon-button add"
        title="Add note (Enter)"
        aria-label="Add note"
        data-testid="note-add"
        ?disabled=${this.draft.trim() === ''}
      ><span class="codicon codicon-add" aria-hidden="true"></span></button>
    </form>`;
  }

  private undoBar(id: string): TemplateResult {
    return html`<div class="undo" role="status">
      <span>Note deleted.</span>
      <button type="button" class="link" data-testid="note-undo" @click=${() => this.restore(id)}>Undo</button>
    </div>`;
  }

  private async load(): Promise<void> {
    try {
      this.notes = await this.host.request('load', {});
      this.releaseLostEdit();
    } catch (error) {
      this.problem = messageOf(error);
    }
  }

  private take(event: NotesHostEvent): void {
    if (event.type === 'reset') {
      void this.load();
    } else if (this.notes) {
      this.notes = applyNotesChange(this.notes, event);
      this.releaseLostEdit();
    }
  }

  /** The note that was being edited is gone: what was typed goes on as a new note. */
  private releaseLostEdit(): void {
    const { edit } = this;
    if (!edit || this.notes?.notes.some(({ id }) => id === edit.id)) return;
    if (this.draft === '') this.draft = edit.text;
    this.edit = undefined;
  }

  private act(act: NoteAct): void {
    switch (act.type) {
      case 'edit':
        void this.beginEdit(act.id);
        break;
      case 'typed':
        if (this.edit) this.edit = { ...this.edit, text: act.text, error: '' };
        break;
      case 'save':
        if (this.edit) this.edit = { ...this.edit, error: '' };
        void this.saveEdit();
        break;
      case 'leave':
        void this.saveEdit();
        break;
      case 'cancel':
        this.endEdit();
        break;
      case 'remove':
        void this.deleteNote(act.id);
        break;
    }
    this.saved.saveSoon();
  }

  private async beginEdit(id: string): Promise<void> {
    // Leaving one editor for another saves it first.
    await this.saveEdit();
    const note = this.notes?.notes.find((one) => one.id === id);
    if (note && !this.edit) this.edit = { id, text: note.text, error: '' };
  }

  /** Saving by key ends the edit, which takes the focus away, which asks to save: one save serves both. */
  private saveEdit(): Promise<void> {
    this.savingEdit ??= this.sendEdit().finally(() => {
      this.savingEdit = undefined;
      this.saved.saveSoon();
    });
    return this.savingEdit;
  }

  private async sendEdit(): Promise<void> {
    const { edit } = this;
    // What was refused is not tried again until the person changes it or says so.
    if (edit?.error !== '') return;
    const note = this.notes?.notes.find(({ id }) => id === edit.id);
    const text = edit.text.trim();
    if (!note || text === '' || text === note.text) {
      this.endEdit();
      return;
    }
    try {
      await this.host.request('edit', { id: edit.id, text });
      this.endEdit();
    } catch (error) {
      this.edit = { ...edit, error: messageOf(error) };
    }
  }

  private endEdit(): void {
    const item = this.edit && this.item(this.edit.id);
    const focused = item?.contains(document.activeElement) ?? false;
    this.edit = undefined;
    if (focused) void this.updateComplete.then(() => item?.focusEditButton());
  }

  private async add(event: Event): Promise<void> {
    event.preventDefault();
    const text = this.draft.trim();
    if (text === '' || this.adding) return;
    this.adding = true;
    try {
      await this.host.request('add', { text });
      this.draft = '';
    } catch (error) {
      this.draftError = messageOf(error);
    } finally {
      this.adding = false;
      this.saved.saveSoon();
    }
  }

  private async deleteNote(id: string): Promise<void> {
    if (this.edit?.id === id) this.edit = undefined;
    if (!(await this.tried(this.host.request('remove', { id })))) return;
    this.removed = id;
    clearTimeout(this.undoTimer);
    this.undoTimer = setTimeout(() => {
      this.removed = undefined;
    }, UNDO_MS);
    await this.updateComplete;
    this.querySelector<HTMLElement>('[data-testid="note-undo"]')?.focus();
  }

  private async restore(id: string): Promise<void> {
    this.removed = undefined;
    await this.tried(this.host.request('restore', { id }));
    this.box.focus();
  }

  private open(place: Place): void {
    void this.tried(this.host.request('openFile', place));
  }

  private async tried(request: Promise<null>): Promise<boolean> {
    this.problem = '';
    try {
      await request;
      return true;
    } catch (error) {
      this.problem = messageOf(error);
      return false;
    }
  }

  private typed(): void {
    this.draft = this.box.value;
    this.draftError = '';
    this.saved.saveSoon();
  }

  private item(id: string): NoteItem | null {
    return this.querySelector<NoteItem>(`vc-note[data-id="${CSS.escape(id)}"]`);
  }
}

function scopeLine(scope: string, active: boolean): TemplateResult {
  return html`<div class="hint" data-testid="rules-scope">
    For ${scope}${active ? nothing : '; none was touched in this chat yet'}
  </div>`;
}

function usageBar({ used, limit }: NotesUsage): TemplateResult {
  const label = `${used.toLocaleString('en-US')} / ${limit.toLocaleString('en-US')} tokens`;
  const over = used > limit;
  return html`<div class="usage ${over ? 'over' : ''}" data-testid="notes-usage">
    <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="gauge-track" width="1000" height="10"></rect>
      ${svg`<rect class="usage-used" width=${Math.min(1, used / Math.max(limit, 1)) * 1000} height="10"></rect>`}
    </svg>
    <span>${label}</span>
    ${
      over
        ? html`<div class="error-text" role="alert">
            Over the limit by ${(used - limit).toLocaleString('en-US')} tokens: shorten or delete notes.
          </div>`
        : nothing
    }
  </div>`;
}

function emptyNotes(): TemplateResult {
  return html`<p class="empty-notes">
    Nothing is pinned. Pinned notes stay in the model's context window whatever else is moved out: add one here, pin a
    selection from the editor's context menu, or pin a chat message.
  </p>`;
}
