/** What was going on when the workspace was last worked on; quiet, and gone at the first question. */
import { html, nothing, type TemplateResult } from 'lit';
import type { OpenerView } from '../protocol';
import { iconButton } from '../shared/iconButton';
import { timeAgo } from './timeAgo';

interface OpenerCard {
  readonly opener: OpenerView;
  /** ms since the epoch */
  readonly now: number;
  /** Puts a text into the input, unsent. */
  readonly onTake: (text: string) => void;
  readonly onDismiss: () => void;
}

/** @returns the card: the last question, open items to go on with, and the rest folded away */
export function openerCard({ opener, now, onTake, onDismiss }: OpenerCard): TemplateResult {
  const { lastAt, sessions, question, items } = opener;
  const open = items.filter((item) => item.kind === 'open');
  const others = items.filter((item) => item.kind !== 'open');
  return html`<section class="opener" aria-label="Where you left off" data-testid="opener">
    <header class="opener-head">
      <span class="codicon codicon-history" aria-hidden="true"></span>
      <h2>Where you left off</h2>
      <span class="opener-time">${timeAgo(now - lastAt)}</span>
      ${iconButton({ icon: 'close', label: 'Dismiss', testId: 'opener-dismiss', onClick: onDismiss })}
    </header>
    ${question === '' ? nothing : html`<p class="opener-question">You asked last: ${question}</p>`}
    ${open.length === 0 ? nothing : openItems(open, onTake)}
    ${others.length === 0 ? nothing : details(others)}
    <p class="opener-source">
      Taken from ${sessions === 1 ? 'your last chat' : `your last ${sessions} chats`}; this card is sent to no model.
    </p>
  </section>`;
}

function openItems(items: OpenerView['items'], onTake: (text: string) => void): TemplateResult {
  return html`<h3>Still open</h3>
    <ul>
      ${items.map(
        ({ text }) => html`<li>
          <button
            type="button"
            class="opener-item"
            data-testid="opener-item"
            title="Put it into the input"
            @click=${() => onTake(`Go on with: ${text}`)}
          ><span class="codicon codicon-circle-large-outline" aria-hidden="true"></span><span>${text}</span></button>
        </li>`,
      )}
    </ul>`;
}

function details(items: OpenerView['items']): TemplateResult {
  const icons = { open: 'circle-large-outline', decision: 'check', goal: 'target', note: 'pin' };
  const names = { open: 'Open', decision: 'Decision', goal: 'Goal', note: 'Note' };
  return html`<details data-testid="opener-details">
    <summary>Decisions, goals and notes (${items.length})</summary>
    <ul>
      ${items.map(
        ({ kind, text }) => html`<li class="opener-fact">
          <span class="codicon codicon-${icons[kind]}" role="img" aria-label=${names[kind]}></span
          ><span>${text}</span>
        </li>`,
      )}
    </ul>
  </details>`;
}
