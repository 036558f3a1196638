/**
 * `<vc-plan>`: the plan above the input: a checklist that model and person keep. Enter on an item edits it, Delete removes
 * it, Alt with the arrow keys moves it.
 */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { PlanItem, PlanView } from '../protocol';
import { send } from '../shared/events';
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

  /** Whether it was made in a mode that does not change anything, and nothing runs now. */
  @property({ type: Boolean }) mayCarryOut = false;

  /** As the person folded it; undefined: open while there is something to do. */
  @state() private open: boolean | undefined;
  @state() private edit: (ShownItem & { readonly text: string }) | undefined;
  @state() private draft = '';
  /** For screen readers. */
  @state() private announcement = '';
  /** Changes that are not answered yet, oldest first: shown at once. */
  @state() private pending: readonly Change[] = [];
  /** What the change that is on its way was made from. */
  private base: PlanView | undefined;
  /** The answer to the last change, until the panel has it too. */
  private answered: PlanView | undefined;
  /** Boxes that are drawn elsewhere lose the focus; the person has not left them. */
  private drawing = false;
  private finished = true;

  @query('.plan-add') private readonly addBox!: HTMLInputElement | null;
  @query('.plan-editor') private readonly editorBox!: HTMLInputElement | null;

  private queue: Promise<unknown> = Promise.resolve();

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.drawing = true;
    if (changed.has('plan')) this.answered = undefined;
    const finished = isFinished(this.items);
    if (finished !== this.finished) this.open = undefined;
    this.finished = finished;
    if (!changed.has('plan')) return;
    // The item that is being edited is gone: what was typed goes on as a new one.
    if (this.edit && placeOf(this.plan.items, this.edit) < 0) {
      if (this.draft === '') this.draft = this.edit.text;
      this.edit = undefined;
    }
  }

  protected override updated(): void {
    this.drawing = false;
    if (this.edit && document.activeElement === document.body) this.editorBox?.focus();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { items } = this;
    if (items.length === 0) return nothing;
    const open = this.open ?? !isFinished(items);
    return html`<section class="plan" aria-label="Plan" data-testid="plan">
      <div class="plan-head">${this.toggle(items, open)} ${this.clearButton(items)}</div>
      ${open ? this.body(items) : nothing}
      ${this.mayCarryOut && !isFinished(items) ? this.carryOutButton() : nothing}
      <div class="visually-hidden" role="status">${this.announcement}</div>
    </section>`;
  }

  private get now(): PlanView {
    return this.base ?? this.answered ?? this.plan;
  }

  /** As they will be. */
  private get items(): readonly PlanItem[] {
    return this.pending.reduce((items, change) => change(items), this.now.items);
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

  private carryOutButton(): TemplateResult {
    return html`<button
      type="button"
      class="link plan-carry-out"
      title="Switch to the mode Edit and have the plan done"
      data-testid="plan-carry-out"
      @click=${() => send(this, 'carry-out-plan', undefined)}
    ><span class="codicon codicon-play" aria-hidden="true"></span> Carry out this plan</button>`;
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
        onClick: () => this.deleteItem(shown),
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
      @blur=${() => {
        if (!this.drawing) this.saveEdit();
      }}
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
    else if (event.key === 'Delete') this.deleteItem(shown);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private async beginEdit(shown: ShownItem): Promise<void> {
    this.edit = { ...shown, text: shown.item.text };
    await this.updateComplete;
    this.editorBox?.select();
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
    if (to < 0 || to >= this.items.length) return;
    this.apply(moved(shown, by), to);
    this.announcement = `${shown.item.text}: now ${to + 1} of ${this.items.length}`;
  }

  private deleteItem(shown: ShownItem): void {
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
    this.pending = [...this.pending, change];
    if (focus !== undefined) void this.focusItem(focus);
    this.queue = this.queue.then(async () => {
      const { items, revision } = this.now;
      const wanted = change(items);
      this.base = this.now;
      const answer = wanted === items ? undefined : await this.change({ items: wanted, revision });
      this.base = undefined;
      this.answered = answer ?? this.answered;
      this.pending = this.pending.filter((one) => one !== change);
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
