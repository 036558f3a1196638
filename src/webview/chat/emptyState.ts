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
  readonly folderIsOpen: boolean;
  readonly onSelectModel: () => void;
  readonly onOpenFolder: () => void;
  readonly onAsk: (question: string) => void;
}

/** @returns what this is, which model answers, and three questions to begin with, or that a folder is missing */
export function emptyState(state: EmptyState): TemplateResult {
  const { model, folderIsOpen, onSelectModel } = state;
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
    ${folderIsOpen ? examples(state) : noFolder(state)}
  </section>`;
}

function examples({ onAsk }: EmptyState): TemplateResult {
  return html`<ul class="examples" aria-label="Example questions">
    ${EXAMPLES.map(
      (question) => html`<li>
        <button type="button" class="example" data-testid="example" @click=${() => onAsk(question)}>
          <span class="codicon codicon-comment" aria-hidden="true"></span>${question}
        </button>
      </li>`,
    )}
  </ul>`;
}

function noFolder({ onOpenFolder }: EmptyState): TemplateResult {
  return html`<p data-testid="no-folder">No folder is open, so there are no files to page in.</p>
    <vscode-button secondary data-testid="open-folder" @click=${onOpenFolder}>Open Folder</vscode-button>`;
}
