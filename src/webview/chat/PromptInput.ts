/**
 * `<vc-prompt>`: the input box with its buttons. Enter sends (to the running turn too), Shift+Enter breaks the line, Escape
 * stops. While a turn runs the button stops it as long as there is nothing to send.
 */
import { html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { ChatMode, ModelInfo } from '../protocol';
import { send } from '../shared/events';
import { growToContent } from '../shared/growToContent';
import { iconButton } from '../shared/iconButton';
import { LightElement } from '../shared/LightElement';
import { modeButton } from './modeButton';

@customElement('vc-prompt')
export class PromptInput extends LightElement {
  @property({ type: Boolean }) running = false;
  @property({ attribute: false }) model!: ModelInfo;
  @property() mode: ChatMode = 'edit';
  /** What Arrow Up brings back into an empty box. */
  @property({ attribute: false }) lastPrompt = '';

  /** The text in the box. */
  @state() draft = '';
  @query('textarea') private readonly box!: HTMLTextAreaElement;

  override focus(): void {
    this.box?.focus();
  }

  protected override render(): TemplateResult {
    return html`<div class="prompt">
      <textarea
        rows="1"
        placeholder="Ask about this workspace"
        aria-label="Ask about this workspace"
        data-testid="chat-input"
        .value=${this.draft}
        @input=${this.typed}
        @keydown=${this.pressed}
      ></textarea>
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
    if (changed.has('draft')) growToContent(this.box);
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
  }

  private pressed(event: KeyboardEvent): void {
    // Enter and the arrows belong to the input method while it composes; Safari reports its last Enter only as 229.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey) {
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
    this.setDraft('');
    send(this, 'prompt-submitted', { text });
  }

  private setDraft(draft: string): void {
    this.draft = draft;
    send(this, 'draft-changed', undefined);
  }
}
