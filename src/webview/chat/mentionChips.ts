/** The mentions of the message that is being written, with what each costs. */
import { html, nothing, type TemplateResult } from 'lit';
import type { MentionWeight } from '../protocol';
import { iconButton } from '../shared/iconButton';
import { compactCount } from './gaugeSegments';
import { MENTION_ICONS } from './PromptCompletion';

export function mentionChips(
  weights: readonly MentionWeight[],
  onRemove: (token: string) => void,
): TemplateResult | typeof nothing {
  if (weights.length === 0) return nothing;
  return html`<ul class="mention-chips" aria-label="Attached to the message" data-testid="mentions">
    ${weights.map(
      (weight) => html`<li
        class="mention-chip ${weight.problem === '' ? '' : 'wrong'}"
        title=${explanation(weight)}
        data-testid="mention"
      >
        <span
          class="icon-small codicon codicon-${weight.problem === '' ? MENTION_ICONS[weight.kind] : 'warning'}"
          aria-hidden="true"
        ></span>
        <span class="mention-name">${weight.token.slice(1).replaceAll('"', '')}</span>
        <span class="mention-cost">${costOf(weight)}</span>
        ${iconButton({
          icon: 'close',
          label: `Remove ${weight.token}`,
          testId: 'remove-mention',
          onClick: () => onRemove(weight.token),
        })}
      </li>`,
    )}
  </ul>`;
}

function costOf({ tokens, partly, problem }: MentionWeight): string {
  if (problem !== '') return 'cannot be attached';
  return `${compactCount(tokens)} tokens${partly ? ', in part' : ''}`;
}

function explanation({ tokens, partly, problem }: MentionWeight): string {
  if (problem !== '') return problem;
  const all = `${tokens.toLocaleString('en-US')} tokens`;
  return partly ? `${all}: the model is shown a part or a digest, and can page in the rest` : all;
}
