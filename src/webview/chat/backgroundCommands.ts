/** Commands that go on in the background, each shown when it is clicked, with a button that ends it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { BackgroundCommandView } from '../protocol';
import { iconButton } from '../shared/iconButton';

/** @returns the list; nothing when none runs */
export function backgroundCommands(
  commands: readonly BackgroundCommandView[],
  onStop: (id: string) => void,
  onShow: (id: string) => void,
): TemplateResult | typeof nothing {
  if (commands.length === 0) return nothing;
  return html`<ul class="background" aria-label="Commands in the background" data-testid="background">
    ${commands.map(
      ({ id, command, startedAt }) => html`<li data-testid="background-command">
        <span class="icon-small codicon codicon-terminal" aria-hidden="true"></span>
        <button
          type="button"
          class="file-link"
          title="Show ${command}"
          data-testid="background-show"
          @click=${() => onShow(id)}
        ><code>${command}</code></button>
        <span class="background-since">${id} · since ${new Date(startedAt).toLocaleTimeString()}</span>
        ${iconButton({
          icon: 'debug-stop',
          label: `Stop ${command}`,
          testId: 'background-stop',
          onClick: () => onStop(id),
        })}
      </li>`,
    )}
  </ul>`;
}
