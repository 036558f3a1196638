/** Why the last thing the person asked for did not work, until they dismiss it or ask for the next. */
import { html, nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { iconButton } from '../shared/iconButton';
import { messageOf } from '../shared/messageOf';

export class ProblemShown {
  private why = '';
  /** A message that asks the model to do in its place what did not work. */
  private askInstead = '';

  /** @param submit sends a message */
  constructor(
    private readonly panel: Pick<ReactiveControllerHost, 'requestUpdate'>,
    private readonly submit: (text: string) => void,
  ) {}

  show(why: string, askInstead = ''): void {
    this.why = why;
    this.askInstead = askInstead;
    this.panel.requestUpdate();
  }

  clear(): void {
    this.show('');
  }

  /** Shows why a request failed. @returns its result, or undefined */
  async tried<Result>(request: Promise<Result>): Promise<Result | undefined> {
    try {
      return await request;
    } catch (error) {
      this.show(messageOf(error));
      return undefined;
    }
  }

  render(): TemplateResult | typeof nothing {
    if (this.why === '') return nothing;
    return html`<div class="problem" role="alert">
      <span class="icon-small codicon codicon-error" aria-hidden="true"></span>
      <span>
        ${this.why}
        ${
          this.askInstead === ''
            ? nothing
            : html`<button type="button" class="link" @click=${() => this.submit(this.askInstead)}>
                Ask the assistant to apply it
              </button>`
        }
      </span>
      ${iconButton({ icon: 'close', label: 'Dismiss', onClick: () => this.clear() })}
    </div>`;
  }
}
