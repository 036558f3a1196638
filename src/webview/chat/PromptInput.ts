/**
 * `<vc-prompt>`: the input box with its buttons. Enter sends (to the running turn too), Shift+Enter breaks the line, Escape
 * stops; `@` mentions, `/` begins a command. While a turn runs the button stops it as long as there is nothing to send.
 */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { ifDefined } from 'lit/directives/if-defined.js';
import type { ChatMode, MentionOption, MentionWeight, ModelInfo } from '../protocol';
import { send } from '../shared/events';
import { growToContent } from '../shared/growToContent';
import { iconButton } from '../shared/iconButton';
import { LightElement } from '../shared/LightElement';
import { withoutMention } from './completionAt';
import { completionIds, completionList } from './completionList';
import { droppedUris, pastedPaths } from './droppedUris';
import { mentionChips } from './mentionChips';
import { modeButton } from './modeButton';
import { PromptCompletion } from './PromptCompletion';
import { slashCommandOf } from './slashCommands';

/** What the input box asks the host; undefined where that failed. */
export interface MentionSource {
  find(query: string, more: boolean): Promise<readonly MentionOption[] | undefined>;
  weigh(text: string): Promise<readonly MentionWeight[] | undefined>;
  /** Mentions of files, as text. */
  ofUris(uris: readonly string[]): Promise<string | undefined>;
}

/** So long nothing was typed before mentions are weighed, ms. */
const WEIGH_MS = 250;

@customElement('vc-prompt')
export class PromptInput extends LightElement {
  @property({ type: Boolean }) running = false;
  @property({ attribute: false }) model!: ModelInfo;
  @property() mode: ChatMode = 'edit';
  /** What Arrow Up brings back into an empty box. */
  @property({ attribute: false }) lastPrompt = '';

  @property({ attribute: false }) mentions!: MentionSource;

  /** The text in the box. */
  @state() draft = '';
  @state() private weights: readonly MentionWeight[] = [];
  /** What is odd about the draft; sending it again sends it all the same. */
  @state() private hint = '';
  @query('textarea') private readonly box!: HTMLTextAreaElement;

  private readonly completion = new PromptCompletion(
    this,
    (query, more) => this.mentions.find(query, more),
    (start, text) => this.replace(start, text),
  );
  private weighing: ReturnType<typeof setTimeout> | undefined;

  /** Puts a text where the caret is, apart from what stands there. */
  insert(text: string): void {
    const { value, selectionStart, selectionEnd } = this.box;
    const before = /(?:^|\s)$/.test(value.slice(0, selectionStart)) ? '' : ' ';
    const after = /^\s/.test(value.slice(selectionEnd)) ? '' : ' ';
    this.replace(selectionStart, `${before}${text}${after}`);
  }

  override focus(): void {
    this.box?.focus();
  }

  protected override render(): TemplateResult {
    const { list, option } = completionIds(this.completion);
    return html`<div class="prompt" @dragover=${this.dragged} @drop=${this.dropped}>
      ${completionList(this.completion)}
      <textarea
        rows="1"
        placeholder="Ask about this workspace"
        aria-label="Ask about this workspace"
        data-testid="chat-input"
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls=${ifDefined(list)}
        aria-activedescendant=${ifDefined(option)}
        .value=${this.draft}
        @input=${this.typed}
        @keydown=${this.pressed}
        @keyup=${this.moved}
        @click=${this.moved}
        @blur=${() => this.completion.close()}
        @paste=${this.pasted}
      ></textarea>
      ${this.hint === '' ? nothing : html`<div class="prompt-hint" role="status">${this.hint}</div>`}
      ${mentionChips(this.weights, (token) => this.removeMention(token))}
      <div class="prompt-bar">
        ${modeButton(this.mode, () => send(this, 'act', 'selectMode'))}
        <button
          type="button"
          class="model-button"
          title="Select model"
          aria-label="Model: ${this.model.label}. Select another"
          data-testid="model-button"
          @click=${() => send(this, 'act', 'selectModel')}
        >
          <span class="model-label">${this.model.label}</span>
          <span class="icon-small codicon codicon-chevron-down" aria-hidden="true"></span>
        </button>
        ${iconButton({ icon: 'add', label: 'New chat', testId: 'new-chat', onClick: () => send(this, 'act', 'newChat') })}
        ${this.running && this.draft.trim() === '' ? this.stopButton() : this.sendButton()}
      </div>
    </div>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('draft')) {
      growToContent(this.box);
      this.weighSoon();
    }
    this.querySelector('.completion[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  private sendButton(): TemplateResult {
    return iconButton({
      icon: 'send',
      label: this.running ? 'Queue for the next step (Enter)' : 'Send (Enter)',
      testId: 'send',
      className: 'send',
      disabled: this.draft.trim() === '',
      onClick: () => this.submit(),
    });
  }

  private stopButton(): TemplateResult {
    return iconButton({
      icon: 'stop-circle',
      label: 'Stop (Escape)',
      testId: 'stop',
      className: 'stop',
      // The second click of a double click on Send meets this button.
      onClick: (event) => {
        if (!(event instanceof MouseEvent) || event.detail < 2) send(this, 'act', 'stop');
      },
    });
  }

  private typed(): void {
    this.setDraft(this.box.value);
    this.moved();
  }

  private moved(): void {
    this.completion.update(this.box.value, this.box.selectionStart);
  }

  private pressed(event: KeyboardEvent): void {
    // Enter and the arrows belong to the input method while it composes; Safari reports its last Enter only as 229.
    if (event.isComposing || event.keyCode === 229) return;
    if (this.completion.pressed(event)) {
      event.preventDefault();
      // Escape closes the list, and does not stop the turn.
      event.stopPropagation();
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === 'Escape' && this.running) {
      event.preventDefault();
      send(this, 'act', 'stop');
    } else if (event.key === 'ArrowUp' && this.draft === '' && this.lastPrompt !== '') {
      event.preventDefault();
      this.setDraft(this.lastPrompt);
    }
  }

  private submit(): void {
    const text = this.draft.trim();
    if (text === '') return;
    this.completion.close();
    const command = slashCommandOf(text);
    if (command && !command.known && this.hint === '') {
      this.hint = `There is no command /${command.name}: Enter again sends it as text.`;
      return;
    }
    this.setDraft('');
    if (command?.known) send(this, 'slash-command', command);
    else send(this, 'prompt-submitted', { text });
  }

  /** Replaces what stands between a place and the end of the selection. */
  private replace(start: number, text: string): void {
    this.focus();
    this.box.setSelectionRange(start, this.box.selectionEnd);
    // Deprecated, and the only way that Undo knows of.
    document.execCommand('insertText', false, text);
  }

  private removeMention(token: string): void {
    this.setDraft(withoutMention(this.draft, token));
    this.focus();
  }

  private dragged(event: DragEvent): void {
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
  }

  private dropped(event: DragEvent): void {
    const uris = event.dataTransfer ? droppedUris(event.dataTransfer) : [];
    // Text that is dropped is the box's own business.
    if (uris.length === 0 && event.dataTransfer?.files.length === 0) return;
    event.preventDefault();
    if (uris.length === 0) this.hint = 'Where that file is could not be told: drop it from the Explorer.';
    else void this.insertFiles(uris, '');
  }

  private pasted(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    const paths = pastedPaths(text);
    if (paths.length === 0) return;
    event.preventDefault();
    void this.insertFiles(paths, text);
  }

  /** @param otherwise what is inserted when these are no files of the workspace */
  private async insertFiles(uris: readonly string[], otherwise: string): Promise<void> {
    const text = await this.mentions.ofUris(uris);
    if (text !== undefined) this.insert(text);
    else if (otherwise !== '') this.replace(this.box.selectionStart, otherwise);
  }

  private weighSoon(): void {
    clearTimeout(this.weighing);
    const { draft } = this;
    if (!draft.includes('@')) {
      this.weights = [];
      return;
    }
    this.weighing = setTimeout(async () => {
      const weights = (await this.mentions.weigh(draft)) ?? [];
      if (this.draft === draft) this.weights = weights;
    }, WEIGH_MS);
  }

  private setDraft(draft: string): void {
    this.draft = draft;
    this.hint = '';
    send(this, 'draft-changed', undefined);
  }
}
