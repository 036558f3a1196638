/** `<vc-message>`: one message of the person or the model, with its Pin button. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../markdown/MarkdownView';
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
          : html`<vc-markdown .text=${item.text} .streaming=${item.seq === undefined}></vc-markdown>`
      }
      ${queued ? queuedMark() : nothing}
      ${item.kind === 'assistant' && item.cut ? html`<div class="cut">${CUT[item.cut]}</div>` : nothing}
      ${item.seq === undefined ? nothing : pinButton(this, item.seq)}
    </article>`;
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

function pinButton(from: EventTarget, seq: number): TemplateResult {
  return iconButton({
    icon: 'pin',
    label: 'Pin to working memory',
    testId: 'pin-message',
    className: 'pin-message',
    onClick: () => send(from, 'pin-message', { seq }),
  });
}
