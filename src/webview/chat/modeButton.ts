/** The button that shows what the assistant may do, and leads to another choice. */
import { html, type TemplateResult } from 'lit';
import type { ChatMode } from '../protocol';

const MODES: Readonly<
  Record<ChatMode, { readonly icon: string; readonly label: string; readonly means: string }>
> = {
  ask: { icon: 'comment-discussion', label: 'Ask', means: 'The assistant reads and answers.' },
  edit: { icon: 'edit', label: 'Edit', means: 'The assistant edits, you review.' },
  auto: { icon: 'zap', label: 'Auto', means: 'The assistant edits without review.' },
};

/** @returns a native button; `onClick` lets the person choose */
export function modeButton(mode: ChatMode, onClick: () => void): TemplateResult {
  const { icon, label, means } = MODES[mode];
  return html`<button
    type="button"
    class="model-button mode-button"
    title="${means} Select another mode (Ctrl+.)"
    aria-label="Mode: ${label}. ${means} Select another"
    data-testid="mode-button"
    data-mode=${mode}
    @click=${onClick}
  >
    <span class="icon-small codicon codicon-${icon}" aria-hidden="true"></span>
    <span class="mode-label">${label}</span>
    <span class="icon-small codicon codicon-chevron-down" aria-hidden="true"></span>
  </button>`;
}
