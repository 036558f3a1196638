import { html, nothing, type TemplateResult } from 'lit';

export interface IconButton {
  readonly icon: string;
  /** Tooltip and accessible name. */
  readonly label: string;
  readonly testId?: string;
  readonly className?: string;
  readonly disabled?: boolean;
  readonly onClick: (event: Event) => void;
}

/** @returns a native button with a codicon */
export function iconButton({
  icon,
  label,
  testId,
  className = '',
  disabled,
  onClick,
}: IconButton): TemplateResult {
  return html`<button
    type="button"
    class="icon-button ${className}"
    title=${label}
    aria-label=${label}
    data-testid=${testId ?? nothing}
    ?disabled=${disabled ?? false}
    @click=${onClick}
  ><span class="codicon codicon-${icon}" aria-hidden="true"></span></button>`;
}
