/** The list of a `PromptCompletion`, above the input box that names its options. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PromptCompletion } from './PromptCompletion';

const LIST = 'prompt-completions';

/** @returns the ids that the input box refers to while the list is open */
export function completionIds({ open, selected }: PromptCompletion): { list?: string; option?: string } {
  return open ? { list: LIST, option: optionId(selected) } : {};
}

export function completionList(completion: PromptCompletion): TemplateResult | typeof nothing {
  if (!completion.open) return nothing;
  return html`<div class="completions" id=${LIST} role="listbox" aria-label="Suggestions" data-testid="completions">
    ${completion.items.map(
      ({ icon, label, detail }, index) => html`<div
        class="completion"
        id=${optionId(index)}
        role="option"
        aria-selected=${index === completion.selected}
        data-testid="completion"
        @mousedown=${(event: Event) => event.preventDefault()}
        @click=${() => completion.choose(index)}
      >
        <span class="icon-small codicon codicon-${icon}" aria-hidden="true"></span>
        <span class="completion-label">${label}</span>
        <span class="completion-detail">${detail}</span>
      </div>`,
    )}
  </div>`;
}

function optionId(index: number): string {
  return `${LIST}-${index}`;
}
