/** `<vc-gauge>`: what fills the context window, as a slim bar; opened, with the numbers. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Gauge, SpentView } from '../protocol';
import { send } from '../shared/events';
import { LightElement } from '../shared/LightElement';
import { compactCount, gaugeLabel, gaugeSegments, THRASHING, usedTokens } from './gaugeSegments';
import { spentDetails } from './spentText';

@customElement('vc-gauge')
export class TokenGauge extends LightElement {
  @property({ attribute: false }) gauge!: Gauge;
  /** By the whole chat. */
  @property({ attribute: false }) spent: SpentView | undefined;
  @state() private open = false;

  protected override render(): TemplateResult {
    const { gauge } = this;
    const label = gaugeLabel(gauge);
    const share = `${compactCount(usedTokens(gauge))} / ${compactCount(gauge.budget)}`;
    return html`<div class="gauge" data-testid="gauge">
      <button
        type="button"
        class="gauge-bar"
        title=${label}
        aria-label="${gauge.thrashing ? 'Thrashing ' : ''}${share} tokens. ${label}"
        aria-expanded=${this.open}
        @click=${() => {
          this.open = !this.open;
        }}
      >
        <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
          <rect class="gauge-track" width="1000" height="10"></rect>
          ${gaugeSegments(gauge).map(
            ({ name, start, width }) =>
              svg`<rect class="gauge-${name}" x=${start * 1000} width=${width * 1000} height="10"></rect>`,
          )}
        </svg>
        ${gauge.thrashing ? thrashing() : nothing}
        <span class="gauge-text">${share}</span>
      </button>
      ${gauge.assumed ? this.assumption() : nothing} ${this.open ? this.legend() : nothing}
    </div>`;
  }

  private assumption(): TemplateResult {
    return html`<div class="gauge-hint">
      Window size assumed: ${this.gauge.window.toLocaleString('en-US')} tokens.
      <button type="button" class="link" @click=${() => send(this, 'act', 'openWindowSetting')}>Set it</button>
    </div>`;
  }

  private totals(spent: SpentView): TemplateResult {
    return html`<div class="gauge-hint">Spent by this chat, tokens</div>
      <dl class="gauge-legend" data-testid="chat-spent">${spentDetails(spent).map(
        ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
      )}</dl>`;
  }

  private legend(): TemplateResult {
    const parts = [...gaugeSegments(this.gauge), { name: 'free', tokens: this.gauge.free }];
    return html`<dl class="gauge-legend">${parts.map(
      ({ name, tokens }) => html`<div>
          <dt><span class="swatch swatch-${name}" aria-hidden="true"></span>${name}</dt>
          <dd>${tokens.toLocaleString('en-US')}</dd>
        </div>`,
    )}</dl>
      ${this.spent ? this.totals(this.spent) : nothing}
      <div class="gauge-hint">
        <button
          type="button"
          class="link"
          data-testid="show-memory"
          @click=${() => send(this, 'act', 'showMemory')}
        >Show memory</button>
      </div>`;
  }
}

function thrashing(): TemplateResult {
  return html`<span class="gauge-alarm" data-testid="gauge-thrashing" title=${THRASHING}>
    <span class="icon-small codicon codicon-warning" aria-hidden="true"></span>Thrashing
  </span>`;
}
