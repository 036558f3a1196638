/**
 * `<vc-changes>`: the files that wait for review, above the input; nothing when there are none. Arrow keys go from file to
 * file, Enter opens the diff.
 */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ChangedFile } from '../protocol';
import { send, type ViewEvents } from '../shared/events';
import { iconButton } from '../shared/iconButton';
import { LightElement } from '../shared/LightElement';

const CHANGES: Readonly<Record<ChangedFile['change'], { readonly icon: string; readonly label: string }>> = {
  edited: { icon: 'diff-modified', label: 'Edited' },
  created: { icon: 'diff-added', label: 'Created' },
  deleted: { icon: 'diff-removed', label: 'Deleted' },
  moved: { icon: 'diff-renamed', label: 'Moved' },
};

@customElement('vc-changes')
export class ChangesList extends LightElement {
  @property({ attribute: false }) files: readonly ChangedFile[] = [];
  @state() private collapsed = false;
  /** Row that had the focus before the list changed. */
  private focused: number | undefined;

  protected override willUpdate(_changed: PropertyValues<this>): void {
    const active = document.activeElement;
    if (!active || !this.contains(active)) this.focused = undefined;
    else this.focused = this.rows.findIndex((row) => row.contains(active));
  }

  protected override render(): TemplateResult | typeof nothing {
    const { files, collapsed } = this;
    if (files.length === 0) return nothing;
    const count = `${files.length} ${files.length === 1 ? 'file' : 'files'}`;
    return html`<section class="changes" aria-label="Changed files" data-testid="changes" @keydown=${this.pressed}>
      <div class="changes-head">
        <button
          type="button"
          class="changes-toggle"
          aria-expanded=${!collapsed}
          aria-controls=${collapsed ? nothing : 'changed-files'}
          data-testid="changes-toggle"
          @click=${() => {
            this.collapsed = !collapsed;
          }}
        >
          <span class="icon-small codicon codicon-chevron-right twistie" aria-hidden="true"></span>
          <span role="status">${count}<span class="changes-word"> changed</span></span>
          ${counts(sum(files, 'added'), sum(files, 'removed'))}
        </button>
        ${iconButton({
          icon: 'diff-multiple',
          label: 'Show all changes',
          testId: 'show-all',
          onClick: () => this.review('showChanges'),
        })}
        <button
          type="button"
          class="changes-all"
          title="Undo all changes of the assistant"
          aria-label="Undo all changes"
          data-testid="undo-all"
          @click=${() => this.review('undoChanges')}
        >Undo</button>
        <button
          type="button"
          class="changes-all primary"
          title="Keep all changes of the assistant"
          aria-label="Keep all changes"
          data-testid="keep-all"
          @click=${() => this.review('keepChanges')}
        >Keep</button>
      </div>
      ${
        collapsed
          ? nothing
          : html`<ul class="changes-files" id="changed-files">
              ${repeat(
                files,
                ({ path }) => path,
                (file) => this.row(file),
              )}
            </ul>`
      }
    </section>`;
  }

  /** A button that is gone takes the focus with it: the next row has it then, or the input. */
  protected override updated(): void {
    if (this.focused === undefined || document.activeElement !== document.body) return;
    const { rows } = this;
    const next = rows[Math.min(Math.max(this.focused, 0), rows.length - 1)];
    if (next) next.querySelector<HTMLElement>('.changes-open')?.focus();
    else send(this, 'focus-lost', undefined);
  }

  private get rows(): readonly HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('.changes-file')];
  }

  private row(file: ChangedFile): TemplateResult {
    const { path, change, from, added, removed, editedSince, otherChat } = file;
    const { icon, label } = CHANGES[change];
    const cut = path.lastIndexOf('/') + 1;
    const name = path.slice(cut);
    const folder = path.slice(0, Math.max(0, cut - 1));
    const what = from === undefined ? label : `${label} from ${from}`;
    const lines = `${added} added, ${removed} removed`;
    const since = `${editedSince ? ', edited by you since' : ''}${otherChat ? ', in another chat' : ''}`;
    return html`<li class="changes-file" data-testid="changed-file" data-path=${path}>
      <button
        type="button"
        class="changes-open"
        title="${path}: ${what.toLowerCase()}. Open the changes"
        aria-label="${name}${folder === '' ? '' : ` ${folder}`}, ${what.toLowerCase()}, ${lines}${since}. Open the changes"
        @click=${() => this.review('showChanges', path)}
      >
        <span class="icon-small codicon codicon-${icon} ${change}" aria-hidden="true"></span>
        <span class="changes-name">${name}</span>
        <span class="changes-folder">${folder}</span>
      </button>
      ${
        otherChat
          ? html`<span class="changes-since" title="Changed in another chat" data-testid="other-chat"
              ><span class="icon-small codicon codicon-history" aria-hidden="true"></span>other chat</span
            >`
          : nothing
      }
      ${
        editedSince
          ? html`<span class="changes-since" title="You have changed it since" data-testid="edited-since"
              ><span class="icon-small codicon codicon-account" aria-hidden="true"></span>edited by you</span
            >`
          : nothing
      }
      ${counts(added, removed)}
      ${iconButton({
        icon: 'discard',
        label: `Undo the changes of ${path}`,
        testId: 'undo-file',
        onClick: () => this.review('undoChanges', path),
      })}
      ${iconButton({
        icon: 'check',
        label: `Keep the changes of ${path}`,
        testId: 'keep-file',
        onClick: () => this.review('keepChanges', path),
      })}
    </li>`;
  }

  private review(act: ViewEvents['review-changes']['act'], path?: string): void {
    send(this, 'review-changes', path === undefined ? { act } : { act, path });
  }

  private pressed(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const { rows } = this;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[at + step];
    if (!next) return;
    event.preventDefault();
    next.querySelector<HTMLElement>('.changes-open')?.focus();
  }
}

function sum(files: readonly ChangedFile[], of: 'added' | 'removed'): number {
  return files.reduce((all, file) => all + file[of], 0);
}

/** Read out with the file's name already. */
function counts(added: number, removed: number): TemplateResult {
  return html`<span class="changes-counts" aria-hidden="true"
    ><span class="added">+${added}</span> <span class="removed">−${removed}</span></span
  >`;
}
