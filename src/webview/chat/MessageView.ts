/** `<vc-message>`: one message of the person or the model, with its Pin button. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../markdown/MarkdownView';
import { copyText } from '../shared/copyText';
import { send } from '../shared/events';
import { iconButton } from '../shared/iconButton';
import { LightElement } from '../shared/LightElement';
import type { AssistantItem, UserItem } from './Transcript';

const CUT: Readonly<Record<NonNullable<AssistantItem['cut']>, string>> = {
  cancelled: 'Stopped here',
  length: 'Cut at the output limit',
  error: 'Cut by an error',
};

@customElement('vc-message')
export class MessageView extends LightElement {
  @property({ attribute: false }) item!: UserItem | AssistantItem;
  /** Whether it can be had anew. */
  @property({ attribute: false }) last = false;

  protected override render(): TemplateResult {
    const { item } = this;
    const queued = item.kind === 'user' && item.seq === undefined && item.waits === true;
    const who = item.kind === 'user' ? 'You' : 'Assistant';
    return html`<article
      class="message ${item.kind}"
      aria-label=${queued ? `${who}, queued` : who}
      data-testid="message-${item.kind}"
      data-vscode-context=${item.seq === undefined ? nothing : menuContext(item.seq)}
    >
      ${
        item.kind === 'user'
          ? html`<div class="user-text">${item.text}</div>`
          : html`${item.reasoning === undefined ? nothing : reasoning(item.reasoning, item.text === '' && item.seq === undefined)}
              <vc-markdown .text=${item.text} .streaming=${item.seq === undefined}></vc-markdown>`
      }
      ${queued ? queuedMark() : nothing}
      ${item.kind === 'assistant' && item.cut ? html`<div class="cut">${CUT[item.cut]}</div>` : nothing}
      ${item.seq === undefined || item.text === '' ? nothing : this.actions(item, item.seq)}
    </article>`;
  }

  private actions(item: UserItem | AssistantItem, seq: number): TemplateResult {
    const again =
      item.kind === 'assistant' && this.last
        ? [
            this.action('refresh', 'Ask again', 'retry', () => send(this, 'act', 'retry')),
            this.action('sparkle', 'Answer with another model', 'regenerate', () =>
              send(this, 'act', 'regenerate'),
            ),
          ]
        : [];
    return html`<div class="message-actions">
      ${again}
      ${
        item.kind === 'user'
          ? this.action('edit', 'Edit: the chat goes on from before this message', 'edit-message', () =>
              send(this, 'edit-message', { seq }),
            )
          : nothing
      }
      ${this.action('copy', 'Copy as Markdown', 'copy-message', (event) => {
        const button = event.currentTarget;
        if (button instanceof HTMLElement) void copyText(item.text, button);
      })}
      ${this.action('pin', 'Pin to working memory', 'pin-message', () => send(this, 'pin-message', { seq }))}
    </div>`;
  }

  private action(
    icon: string,
    label: string,
    testId: string,
    onClick: (event: Event) => void,
  ): TemplateResult {
    return iconButton({ icon, label, testId, onClick });
  }
}

/** What VS Code's context menu on the message is about (`webview/context` in package.json). */
function menuContext(seq: number): string {
  return JSON.stringify({ webviewSection: 'virtualContext.message', seq });
}

function queuedMark(): TemplateResult {
  return html`<div class="queued" title="The model gets it at its next step" data-testid="queued">
    <span class="icon-small codicon codicon-clock" aria-hidden="true"></span>Queued
  </div>`;
}

/** Collapsed: it is for those who want to know how the model came to its answer. */
function reasoning(text: string, thinking: boolean): TemplateResult {
  return html`<details class="reasoning" data-testid="reasoning">
    <summary>${thinking ? 'Thinking…' : 'Reasoning'}</summary>
    <div class="reasoning-text">${text}</div>
  </details>`;
}
