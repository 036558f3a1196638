/**
 * `<vc-plan>`: the plan above the input: a checklist that model and person keep. Enter on an item edits it, Delete removes
 * it, Alt with the arrow keys moves it.
 */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { PlanItem, PlanView } from '../protocol';
import { iconButton } from '../shared/iconButton';
import { LightElement } from '../shared/LightElement';
import { added, moved, placeOf, removed, reworded, type ShownItem, ticked } from './planChange';

type Change = (items: readonly PlanItem[]) => readonly PlanItem[];

@customElement('vc-plan')
export class PlanList extends LightElement {
  @property({ attribute: false }) plan: PlanView = { items: [], revision: 0 };
  /** Asks for another plan. Resolves with the plan as it is then; undefined when it was refused, and the person told. */
  @property({ attribute: false }) change: (plan: PlanView) => Promise<PlanView | undefined> = async () =>
    undefined;

  /** As the person folded it; undefined: open while there is something to do. */
  @state() private open: boolean | undefined;
  @state() private edit: (ShownItem & { readonly text: string }) | undefined;
  @state() private draft = '';
  /** For screen readers. */
  @state() private announcement = '';
  /** The answer to the last change, until the panel has it too. */
  @state() private answered: PlanView | undefined;

  @query('.plan-add') private readonly addBox!: HTMLInputElement | null;

  private queue: Promise<unknown> = Promise.resolve();

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('plan')) return;
    const before = changed.get('plan');
    this.answered = undefined;
    if (before && isFinished(before.items) !== isFinished(this.plan.items)) this.open = undefined;
    // The item that is being edited is gone: what was typed goes on as a new one.
    if (this.edit && placeOf(this.plan.items, this.edit) < 0) {
      if (this.draft === '') this.draft = this.edit.text;
      this.edit = undefined;
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const { items } = this.now;
    if (items.length === 0) return nothing;
    const open = this.open ?? !isFinished(items);
    return html`<section class="plan" aria-label="Plan" data-testid="plan">
      <div class="plan-head">${this.toggle(items, open)} ${this.clearButton(items)}</div>
      ${open ? this.body(items) : nothing}
      <div class="visually-hidden" role="status">${this.announcement}</div>
    </section>`;
  }

  private get now(): PlanView {
    return this.answered ?? this.plan;
  }

  private toggle(items: readonly PlanItem[], open: boolean): TemplateResult {
    const done = items.filter(({ state }) => state === 'done').length;
    const current =
      items.find(({ state }) => state === 'active') ?? items.find(({ state }) => state === 'open');
    return html`<button
      type="button"
      class="plan-toggle"
      aria-expanded=${open}
      data-testid="plan-toggle"
      @click=${() => {
        this.open = !open;
      }}
    >
      <span class="codicon codicon-chevron-${open ? 'down' : 'right'}" aria-hidden="true"></span>
      <span class="plan-title">Plan</span>
      <span class="plan-current" data-testid="plan-current">${open ? nothing : (current?.text ?? 'done')}</span>
      <span class="plan-count" data-testid="plan-count" aria-label="${done} of ${items.length} done">${done}/${items.length}</span>
    </button>`;
  }

  private clearButton(items: readonly PlanItem[]): TemplateResult {
    return iconButton({
      icon: isFinished(items) ? 'clear-all' : 'close',
      label: isFinished(items) ? 'Clear the finished plan' : 'Remove the plan',
      testId: 'plan-clear',
      onClick: () => this.apply(() => []),
    });
  }

  private body(items: readonly PlanItem[]): TemplateResult {
    const edited = this.edit ? placeOf(items, this.edit) : -1;
    return html`<ol class="plan-items">
        ${items.map((item, index) => this.row({ item, index }, index === edited))}
      </ol>
      <form class="plan-form" @submit=${this.add}>
        <input
          class="box plan-add"
          placeholder="Add an item"
          aria-label="Add an item to the plan"
          data-testid="plan-add"
          .value=${live(this.draft)}
          @input=${() => {
            this.draft = this.addBox?.value ?? '';
          }}
        />
      </form>`;
  }

  private row(shown: ShownItem, edited: boolean): TemplateResult {
    const { text, state } = shown.item;
    return html`<li
      class="plan-item ${state}"
      data-testid="plan-item"
      aria-current=${state === 'active' ? 'step' : nothing}
      @keydown=${(event: KeyboardEvent) => this.pressed(event, shown)}
    >
      <input
        type="checkbox"
        aria-label="Done: ${text}"
        data-testid="plan-tick"
        .checked=${live(state === 'done')}
        @change=${() => this.apply(ticked(shown))}
      />
      ${edited ? this.editor() : this.text(shown)}
      ${iconButton({
        icon: 'trash',
        label: `Delete: ${text}`,
        testId: 'plan-delete',
        className: 'plan-action',
        onClick: () => this.remove(shown),
      })}
    </li>`;
  }

  private text(shown: ShownItem): TemplateResult {
    const { text } = shown.item;
    return html`<button
      type="button"
      class="plan-text"
      title="Edit (Enter), move (Alt+Up, Alt+Down), delete (Delete)"
      aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Delete"
      data-testid="plan-text"
      @click=${() => this.beginEdit(shown)}
    >${text}</button>`;
  }

  private editor(): TemplateResult {
    return html`<input
      class="box plan-editor"
      aria-label="Text of the item. Enter saves, Escape cancels"
      data-testid="plan-editor"
      .value=${live(this.edit?.text ?? '')}
      @input=${(event: InputEvent) => {
        if (this.edit) this.edit = { ...this.edit, text: (event.target as HTMLInputElement).value };
      }}
      @blur=${() => this.saveEdit()}
    />`;
  }

  private pressed(event: KeyboardEvent, shown: ShownItem): void {
    if (event.isComposing) return;
    if (event.target instanceof HTMLElement && event.target.classList.contains('plan-editor')) {
      if (event.key === 'Enter') this.saveEdit(shown.index);
      else if (event.key === 'Escape') this.endEdit(shown.index);
      else return;
    } else if (event.altKey && event.key === 'ArrowUp') this.move(shown, -1);
    else if (event.altKey && event.key === 'ArrowDown') this.move(shown, 1);
    else if (event.key === 'Delete') this.remove(shown);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private async beginEdit(shown: ShownItem): Promise<void> {
    this.edit = { ...shown, text: shown.item.text };
    await this.updateComplete;
    this.querySelector<HTMLInputElement>('.plan-editor')?.select();
  }

  /** Saving by key takes the focus away, which asks to save: there is nothing left to save then. */
  private saveEdit(focus?: number): void {
    const { edit } = this;
    this.endEdit(focus);
    if (edit && edit.text.trim() !== edit.item.text) this.apply(reworded(edit, edit.text));
  }

  private endEdit(focus?: number): void {
    this.edit = undefined;
    if (focus !== undefined) void this.focusItem(focus);
  }

  private move(shown: ShownItem, by: 1 | -1): void {
    const to = shown.index + by;
    if (to < 0 || to >= this.now.items.length) return;
    this.apply(moved(shown, by), to);
    this.announcement = `${shown.item.text}: now ${to + 1} of ${this.now.items.length}`;
  }

  private remove(shown: ShownItem): void {
    this.apply(removed(shown), shown.index);
    this.announcement = `Deleted: ${shown.item.text}`;
  }

  private add(event: Event): void {
    event.preventDefault();
    const text = this.draft;
    this.draft = '';
    this.apply(added(text));
  }

  /** One change after the other, each made from what the one before it has left. @param focus place to go to then */
  private apply(change: Change, focus?: number): void {
    this.queue = this.queue.then(async () => {
      const { items, revision } = this.now;
      const wanted = change(items);
      if (wanted === items) return;
      const answer = await this.change({ items: wanted, revision });
      if (answer) this.answered = answer;
      // A box that was ticked in vain shows what holds.
      this.requestUpdate();
      if (focus !== undefined) await this.focusItem(focus);
    });
  }

  private async focusItem(index: number): Promise<void> {
    await this.updateComplete;
    const texts = this.querySelectorAll<HTMLElement>('.plan-text');
    (texts[Math.min(index, texts.length - 1)] ?? this.addBox)?.focus();
  }
}

function isFinished(items: readonly PlanItem[]): boolean {
  return items.every(({ state }) => state === 'done');
}
