/** `<vc-approval>`: what the assistant wants to do and the person decides. A command can be edited before it runs. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { ApprovalCard, ApprovalChoice } from '../protocol';
import { send } from '../shared/events';
import { growToContent } from '../shared/growToContent';
import { LightElement } from '../shared/LightElement';

/** Two clicks at one place within this time, ms, are a double click, also when the next card is there by then. */
const DOUBLE_CLICK_MS = 350;
const SAME_PLACE_PIXELS = 12;
/** The click that answered last, whichever card that was. */
let answered = { at: Number.NEGATIVE_INFINITY, x: 0, y: 0 };

@customElement('vc-approval')
export class ApprovalView extends LightElement {
  @property({ attribute: false }) card!: ApprovalCard;

  /** The command as it stands in the box; undefined: untouched. */
  @state() private edited: string | undefined;
  /** Whether a refusal is being explained. */
  @state() private explaining = false;

  private readonly shownAt = performance.now();

  @query('.approval-words') private readonly words!: HTMLTextAreaElement | null;

  /** The first choice allows nothing: a stray Enter is harmless. */
  focusFirst(): void {
    this.querySelector<HTMLElement>('[data-decision=deny]')?.focus();
  }

  protected override render(): TemplateResult {
    const { card } = this;
    const title = `approval-${card.id}`;
    return html`<section
      class="approval ${card.dangerous ? 'dangerous' : ''}"
      role="group"
      aria-labelledby=${title}
      data-testid="approval"
    >
      <h2 id=${title}>
        <span class="codicon codicon-${card.dangerous ? 'warning' : 'question'}" aria-hidden="true"></span>
        ${card.title}
      </h2>
      ${card.command === undefined ? nothing : this.command(card.command)}
      ${card.diff ? html`<pre class="approval-diff" tabindex="0">${card.diff}</pre>` : nothing}
      ${card.detail === '' ? nothing : html`<p class="approval-detail">${card.detail}</p>`}
      ${this.explaining ? this.explanation() : nothing}
      <div class="approval-choices">${this.choices().map((choice) => this.button(choice))}</div>
    </section>`;
  }

  protected override firstUpdated(): void {
    const box = this.querySelector<HTMLTextAreaElement>('.approval-command');
    if (box) growToContent(box);
  }

  private command(command: string): TemplateResult {
    return html`<textarea
      class="approval-command"
      rows="1"
      spellcheck="false"
      aria-label="Command, can be edited before it runs"
      data-testid="approval-command"
      .value=${command}
      @input=${(event: Event) => {
        const box = event.target as HTMLTextAreaElement;
        growToContent(box);
        this.edited = box.value;
      }}
    ></textarea>`;
  }

  private explanation(): TemplateResult {
    return html`<textarea
      class="approval-words"
      rows="2"
      placeholder="What should it do instead? (optional)"
      aria-label="What to tell the assistant"
      data-testid="approval-words"
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this.answer('deny');
      }}
    ></textarea>`;
  }

  /** What is offered for a command holds for it as it was. */
  private choices(): readonly ApprovalChoice[] {
    const { choices, command } = this.card;
    if (this.edited === undefined || this.edited === command) return choices;
    return choices.filter(({ decision }) => decision === 'deny' || decision === 'once');
  }

  private button({ decision, label, about }: ApprovalChoice): TemplateResult {
    const explains = decision === 'deny' && !this.explaining;
    return html`<vscode-button
        ?secondary=${decision !== 'once'}
        data-decision=${decision}
        data-testid="approval-${decision}"
        title=${about ?? nothing}
        @click=${(event: MouseEvent) => this.clicked(event, decision)}
      >${label}${about === undefined ? nothing : html`<code>${about}</code>`}</vscode-button>
      ${
        explains
          ? html`<vscode-button
              secondary
              data-testid="approval-explain"
              @click=${() => this.explain()}
            >Don’t Allow, and Say Why</vscode-button>`
          : nothing
      }`;
  }

  private async explain(): Promise<void> {
    this.explaining = true;
    await this.updateComplete;
    this.words?.focus();
  }

  /** The second half of a double click answers nothing: it was meant for the card that was there. */
  private clicked(event: MouseEvent, decision: ApprovalChoice['decision']): void {
    const { at, x, y } = answered;
    const far = Math.hypot(event.clientX - x, event.clientY - y) > SAME_PLACE_PIXELS;
    // A key that is pressed clicks nowhere.
    const byMouse = event.detail > 0;
    const again = !far && this.shownAt < at && event.timeStamp - at < DOUBLE_CLICK_MS;
    if (byMouse && (event.detail > 1 || again)) return;
    if (byMouse) answered = { at: event.timeStamp, x: event.clientX, y: event.clientY };
    this.answer(decision);
  }

  private answer(decision: ApprovalChoice['decision']): void {
    const command = this.edited?.trim();
    // Nothing is no command.
    if (decision !== 'deny' && command === '') return;
    const words = this.words?.value.trim() ?? '';
    send(this, 'approval-answered', {
      id: this.card.id,
      decision,
      ...(command !== undefined && command !== this.card.command ? { command } : {}),
      ...(words === '' ? {} : { words }),
    });
  }
}
