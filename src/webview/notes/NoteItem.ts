/** `<vc-note>`: one pinned note, read or edited in place. */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { NoteView } from '../notesProtocol';
import { openPlace } from '../shared/events';
import { growToContent } from '../shared/growToContent';
import { iconButton } from '../shared/iconButton';
import { LightElement } from '../shared/LightElement';

/** An edit in progress: the person's text, whatever happens to the note meanwhile. */
export interface NoteEdit {
  readonly id: string;
  readonly text: string;
  /** Why it could not be saved. */
  readonly error: string;
}

/** What the person wants of a note; detail of the event `note-act`. */
export type NoteAct =
  | { readonly type: 'edit'; readonly id: string }
  | { readonly type: 'typed'; readonly text: string }
  | { readonly type: 'save' }
  /** The editor lost the focus. */
  | { readonly type: 'leave' }
  | { readonly type: 'cancel' }
  | { readonly type: 'remove'; readonly id: string };

@customElement('vc-note')
export class NoteItem extends LightElement {
  @property({ attribute: false }) note!: NoteView;
  @property({ attribute: false }) edit: NoteEdit | undefined;
  @query('textarea') private readonly editor!: HTMLTextAreaElement | null;

  focusEditButton(): void {
    this.querySelector<HTMLElement>('[data-testid="note-edit"]')?.focus();
  }

  protected override render(): TemplateResult {
    const { note, edit } = this;
    const origin = note.place ? 'from-file' : '';
    return html`<article class="note ${origin}" aria-label="Note" data-testid="note">
      ${author(note)}
      <div class="note-body">
        ${this.source()}
        ${note.stale ? html`<div class="stale-reason">${note.stale}</div>` : nothing}
        ${edit ? this.editorOf(edit) : this.text()}
      </div>
      <div class="note-actions">
        ${iconButton({
          icon: 'edit',
          label: 'Edit note',
          testId: 'note-edit',
          onClick: () => this.act({ type: 'edit', id: note.id }),
        })}
        ${iconButton({
          icon: 'trash',
          label: 'Delete note',
          testId: 'note-delete',
          onClick: () => this.act({ type: 'remove', id: note.id }),
        })}
      </div>
    </article>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!this.editor) return;
    growToContent(this.editor);
    if (changed.get('edit') === undefined && changed.has('edit')) {
      this.editor.focus();
      this.editor.setSelectionRange(this.editor.value.length, this.editor.value.length);
    }
  }

  private editorOf(edit: NoteEdit): TemplateResult {
    return html`<textarea
        class="box"
        rows="1"
        aria-label="Note text"
        aria-describedby="edit-hint-${edit.id}"
        aria-invalid=${edit.error !== ''}
        data-testid="note-editor"
        .value=${edit.text}
        @input=${() => this.act({ type: 'typed', text: this.editor?.value ?? '' })}
        @keydown=${this.pressed}
        @blur=${() => this.act({ type: 'leave' })}
      ></textarea>
      ${edit.error === '' ? nothing : html`<div class="error-text" role="alert">${edit.error}</div>`}
      <div class="hint" id="edit-hint-${edit.id}">Ctrl+Enter saves, Escape cancels</div>`;
  }

  private pressed(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.act({ type: 'save' });
    } else if (event.key === 'Escape') {
      event.preventDefault();
      this.act({ type: 'cancel' });
    }
  }

  private text(): TemplateResult {
    const { id, text, sourceLabel } = this.note;
    // Lines of a file begin with their place, which the link above says already.
    const shown =
      sourceLabel && text.startsWith(`${sourceLabel}\n`) ? text.slice(sourceLabel.length + 1) : text;
    return html`<div
      class="note-text"
      data-testid="note-text"
      @dblclick=${() => this.act({ type: 'edit', id })}
    >${shown}</div>`;
  }

  /** Where the text is from, and whether that still holds. */
  private source(): TemplateResult | typeof nothing {
    const { place, sourceLabel, stale } = this.note;
    if (sourceLabel === undefined) return nothing;
    const label = place
      ? html`<button
          type="button"
          class="note-source file-link"
          title="Open ${sourceLabel}"
          data-testid="note-source"
          @click=${() => openPlace(this, place)}
        >${sourceLabel}</button>`
      : html`<span class="note-source">${sourceLabel}</span>`;
    return html`<div class="note-origin">${label} ${stale ? staleBadge(stale) : nothing}</div>`;
  }

  private act(detail: NoteAct): void {
    this.dispatchEvent(new CustomEvent('note-act', { detail, bubbles: true }));
  }
}

function author({ by }: NoteView): TemplateResult {
  const [icon, label] = by === 'person' ? ['person', 'Written by you'] : ['sparkle', 'Written by the model'];
  return html`<span class="icon-small codicon codicon-${icon} note-author" role="img" title=${label} aria-label=${label}></span>`;
}

function staleBadge(reason: string): TemplateResult {
  return html`<vscode-badge class="stale-badge" title=${reason} data-testid="note-stale">stale</vscode-badge>`;
}
