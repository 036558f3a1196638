/** What a new chat shows before the first question. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ModelInfo } from '../protocol';

const EXAMPLES = [
  'Where does this project start running?',
  'How are errors handled here?',
  'Which tests cover the main features?',
];

interface EmptyState {
  readonly model: ModelInfo;
  readonly onSelectModel: () => void;
  readonly onAsk: (question: string) => void;
}

/** @returns what this is, which model answers, and three questions to begin with */
export function emptyState({ model, onSelectModel, onAsk }: EmptyState): TemplateResult {
  return html`<section class="empty" aria-label="Welcome">
    <h2>Virtual Context</h2>
    <p>
      A coding assistant that manages its context window like an operating system manages memory: it pages in the
      files it needs, and nothing it has seen is lost.
    </p>
    ${
      model.offline
        ? html`<p class="empty-model">
              The built-in offline model answers for now, with no key and no network: it finds the places in your
              code and quotes them.
            </p>
            <vscode-button @click=${onSelectModel}>Select Model</vscode-button>`
        : nothing
    }
    <ul class="examples" aria-label="Example questions">
      ${EXAMPLES.map(
        (question) => html`<li>
          <button type="button" class="example" data-testid="example" @click=${() => onAsk(question)}>
            <span class="codicon codicon-comment" aria-hidden="true"></span>${question}
          </button>
        </li>`,
      )}
    </ul>
  </section>`;
}
