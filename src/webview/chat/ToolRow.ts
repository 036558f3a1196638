/** `<vc-tool-row>`: one function call as a line; opened, it shows the arguments and what came back. */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { openPlace, send } from '../shared/events';
import { iconButton } from '../shared/iconButton';
import { LightElement } from '../shared/LightElement';
import { callIcon, outcomeLabel, placeLabel, placeOf, prettyArguments, shortArguments } from './callSummary';
import type { CallItem } from './Transcript';

@customElement('vc-tool-row')
export class ToolRow extends LightElement {
  @property({ attribute: false }) item!: CallItem;
  @property({ type: Boolean }) expanded = false;
  @property({ type: Boolean }) running = false;
  /** Calls that ask run alone: the one that has no result asks, or waits for it. */
  @property({ type: Boolean }) asking = false;

  /** Text of the result, once it was asked for and came. */
  @state() private preview: string | undefined;
  private requested = false;

  protected override willUpdate(_changed: PropertyValues<this>): void {
    const address = this.item.outcome?.address;
    if (!this.expanded || this.requested || address === undefined) return;
    this.requested = true;
    send(this, 'preview-wanted', {
      address,
      show: (text) => {
        this.preview = text;
      },
    });
  }

  protected override render(): TemplateResult {
    const { item, expanded } = this;
    const failed = item.outcome?.isError ?? false;
    const details = `call-${item.callId}`;
    return html`<div class="tool-row ${failed ? 'failed' : ''}" data-testid="tool-row">
      <div class="tool-head" @click=${this.clicked}>
        <button
          type="button"
          class="tool-toggle"
          aria-expanded=${expanded}
          aria-controls=${expanded ? details : nothing}
          aria-label="${item.name}, details"
          @click=${this.toggle}
        >
          <span class="icon-small codicon codicon-chevron-right twistie" aria-hidden="true"></span>
          <span class="icon-small codicon ${this.iconClass(failed)}" aria-hidden="true"></span>
          <span class="tool-name">${item.name}</span>
        </button>
        ${this.target()}
        <span class="tool-outcome">${this.outcome()}</span>
        ${this.waiting && this.printsLines && !this.asking ? this.ends() : nothing}
      </div>
      ${this.live()}
      ${expanded ? html`<div class="tool-details" id=${details}>${this.details()}</div>` : nothing}
    </div>`;
  }

  private iconClass(failed: boolean): string {
    if (this.waiting) return this.asking ? 'codicon-question' : 'codicon-loading codicon-modifier-spin';
    return `codicon-${failed ? 'error' : callIcon(this.item.name)}`;
  }

  private get waiting(): boolean {
    return this.running && !this.item.outcome;
  }

  private outcome(): string {
    if (this.item.outcome) return outcomeLabel(this.item);
    if (!this.running) return 'no result';
    if (this.asking) return 'waiting for you';
    const { progress = '' } = this.item;
    return progress === '' || this.printsLines ? 'running' : progress;
  }

  private get printsLines(): boolean {
    return this.item.name === 'run_command';
  }

  /** Output of a command that runs, the last lines of it. */
  private live(): TemplateResult | typeof nothing {
    const { progress = '', outcome } = this.item;
    if (outcome || !this.running || progress === '' || !this.printsLines) return nothing;
    return html`<pre class="tool-live" data-testid="tool-live">${progress}</pre>`;
  }

  private ends(): TemplateResult {
    const { callId } = this.item;
    return html`${iconButton({
      icon: 'server-process',
      label: 'Move this command to the background',
      testId: 'tool-move',
      onClick: () => send(this, 'end-call', { callId, moves: true }),
    })}
    ${iconButton({
      icon: 'debug-stop',
      label: 'Stop this command',
      testId: 'tool-stop',
      onClick: () => send(this, 'end-call', { callId }),
    })}`;
  }

  /** What the call is about: a link when it is lines of a file. */
  private target(): TemplateResult {
    const place = placeOf(this.item);
    const text = place ? placeLabel(place) : shortArguments(this.item.arguments);
    if (!place) return html`<span class="tool-target" title=${text}>${text}</span>`;
    return html`<button
      type="button"
      class="tool-target file-link"
      title="Open ${text}"
      data-testid="tool-file"
      @click=${() => openPlace(this, place)}
    >${text}</button>`;
  }

  private details(): TemplateResult {
    const { item } = this;
    const more = item.outcome?.places.slice(1) ?? [];
    return html`
      <div class="tool-label">Arguments</div>
      <pre tabindex="0">${prettyArguments(item.arguments)}</pre>
      ${item.outcome ? this.result(item.outcome.address, item.outcome.ms) : nothing}
      ${
        more.length === 0
          ? nothing
          : html`<div class="tool-places">${more.map(
              (place) => html`<button type="button" class="file-link" @click=${() => openPlace(this, place)}>
                ${placeLabel(place)}
              </button>`,
            )}</div>`
      }
    `;
  }

  private result(address: string, ms: number): TemplateResult {
    return html`<div class="tool-label">
        Result <span class="tool-address">${address} · ${ms.toLocaleString('en-US')} ms</span>
      </div>
      <pre class="tool-result" tabindex="0" aria-busy=${this.preview === undefined}>${this.preview ?? '…'}</pre>`;
  }

  /** The whole line toggles, except where it has something of its own to click. */
  private clicked(event: Event): void {
    if (event.target instanceof Element && !event.target.closest('button')) this.toggle();
  }

  private toggle(): void {
    send(this, 'row-toggled', { callId: this.item.callId, expanded: !this.expanded });
  }
}
