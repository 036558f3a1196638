/** `<vc-chat>`: the chat panel. Folds the host's events into a transcript and draws it, at most once a frame. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ApprovalCard, ChatHostEvent, ChatRequests, CodeBlockAct, PlanView } from '../protocol';
import type { ViewEvents } from '../shared/events';
import { HostConnection, type VsCodeApi } from '../shared/HostConnection';
import { iconButton } from '../shared/iconButton';
import { LightElement } from '../shared/LightElement';
import { messageOf } from '../shared/messageOf';
import { nextFrame } from '../shared/nextFrame';
import './ApprovalView';
import type { ApprovalView } from './ApprovalView';
import { backgroundCommands } from './backgroundCommands';
import './ChangesList';
import { ChatViewMemory } from './ChatViewMemory';
import { chatItem, working } from './chatItem';
import { emptyState } from './emptyState';
import { OpenerShown } from './OpenerShown';
import './PlanList';
import { ProblemShown } from './ProblemShown';
import './PromptInput';
import type { MentionSource, PromptInput } from './PromptInput';
import { StickyScroll } from './StickyScroll';
import './TokenGauge';
import {
  anchorBefore,
  applyEvent,
  emptyTranscript,
  isUnrecorded,
  type LocalEvent,
  lastAnswer,
  lastQuestion,
  loadTranscript,
  questions,
  showsProgress,
} from './Transcript';

@customElement('vc-chat')
export class ChatPanel extends LightElement {
  @state() private transcript = emptyTranscript();
  @state() private folderIsOpen = true;
  @state() private expanded: ReadonlySet<string> = new Set();
  /** For screen readers: the last change of state. */
  @state() private announcement = '';
  @state() private atEnd = true;

  @query('.messages') private readonly scroller!: HTMLElement;
  @query('.message-list') private readonly list!: HTMLElement;
  @query('vc-prompt') private readonly prompt!: PromptInput;

  private readonly mentions: MentionSource = {
    // A list that cannot be had is none; nobody asked for it but the keyboard.
    find: (query, more) => this.host.request('findMentions', { query, more }).catch(() => undefined),
    weigh: (text) => this.host.request('weighMentions', { text }).catch(() => undefined),
    ofUris: (uris) => this.problem.tried(this.host.request('mentionUris', { uris })),
  };
  private readonly host: HostConnection<ChatRequests, ChatHostEvent>;
  private readonly memory: ChatViewMemory;
  private readonly opener: OpenerShown;
  private readonly problem = new ProblemShown(this, (text) => this.submit(text));
  private sticky: StickyScroll | undefined;

  /** @param api the page's only one */
  constructor(api: VsCodeApi) {
    super();
    this.host = new HostConnection(api, (event) => this.take(event));
    this.memory = new ChatViewMemory(api, () => ({
      session: this.transcript.session,
      draft: this.prompt.draft,
      expanded: [...this.expanded],
      scroll: this.sticky?.anchor(),
    }));
    this.opener = new OpenerShown(this, {
      load: () => this.problem.tried(this.host.request('opener', {})),
      onTake: (text) => {
        this.prompt.draft = text;
        this.prompt.focus();
      },
      onDismiss: () => {
        this.ask('dismissOpener');
        this.prompt.focus();
      },
    });
    window.addEventListener('message', (event) => this.host.receive(event.data));
    // The focus command of VS Code focuses the page; the person means the input box.
    window.addEventListener('focus', () => {
      if (document.activeElement === document.body) this.prompt.focus();
    });
    // Whether a webview view has the focus no `when` clause can tell: the key is not one of package.json.
    window.addEventListener('keydown', (event) => {
      if (event.key !== '.' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
      event.preventDefault();
      this.ask('selectMode');
    });
    this.listen();
  }

  protected override firstUpdated(): void {
    this.sticky = new StickyScroll(this.scroller, this.list, () => {
      this.atEnd = this.sticky?.sticking ?? true;
      this.memory.saveSoon();
    });
    this.prompt.draft = this.memory.draft;
    void this.load();
  }

  /** Streams arrive faster than frames: draw once for all that came. */
  protected override async scheduleUpdate(): Promise<void> {
    if (this.hasUpdated) await nextFrame();
    super.scheduleUpdate();
  }

  protected override render(): TemplateResult {
    const { items, queued, running, gauge, model, mode, plan, changes, spent, approvals, background } =
      this.transcript;
    const last = items.findLast(({ kind }) => kind !== 'checkpoint');
    const answer = running ? undefined : lastAnswer(items);
    const shown = [...items, ...queued];
    return html`
      <main class="messages" tabindex="0" aria-label="Conversation">
        <h1 class="visually-hidden">Chat</h1>
        <div class="message-list">
          ${shown.length === 0 ? this.opener.render() : nothing}
          ${this.transcript.session !== '' && shown.length === 0 ? this.welcome() : nothing}
          ${repeat(
            shown,
            (item) => item.key,
            (item) =>
              chatItem(item, {
                running,
                asking: approvals.length > 0,
                last: item === last,
                lastAnswer: item === answer,
                expanded: this.expanded,
              }),
          )}
          ${shown.length > 0 ? this.opener.render() : nothing}
          ${repeat(
            approvals,
            (card) => card.id,
            (card) => html`<vc-approval .card=${card}></vc-approval>`,
          )}
          ${running && approvals.length === 0 && !showsProgress(last) ? working() : nothing}
        </div>
      </main>
      ${this.atEnd ? nothing : this.endButton()}
      <footer>
        ${this.problem.render()}
        ${backgroundCommands(
          background,
          (id) => this.ask('stopCommand', { id }),
          (id) => this.ask('showCommand', { id }),
        )}
        <vc-plan
          .plan=${plan}
          .change=${this.changePlan}
          .mayCarryOut=${mode === 'ask' && !running}
        ></vc-plan>
        <vc-changes .files=${changes}></vc-changes>
        <vc-prompt
          .running=${running}
          .model=${model}
          .mode=${mode}
          .mentions=${this.mentions}
          .lastPrompt=${lastQuestion(shown) ?? ''}
        ></vc-prompt>
        ${gauge && gauge.window > 0 ? html`<vc-gauge .gauge=${gauge} .spent=${spent}></vc-gauge>` : nothing}
      </footer>
      <div class="visually-hidden" role="status">${this.announcement}</div>
    `;
  }

  protected override updated(): void {
    if (!this.sticky) return;
    this.sticky.grows = this.transcript.items.length > 0;
    this.sticky.follow();
  }

  private welcome(): TemplateResult {
    return emptyState({
      model: this.transcript.model,
      folderIsOpen: this.folderIsOpen,
      onSelectModel: () => this.ask('selectModel'),
      onOpenFolder: () => this.ask('openFolder'),
      onAsk: (question) => this.submit(question),
    });
  }

  private endButton(): TemplateResult {
    return html`<div class="to-end">${iconButton({
      icon: 'arrow-down',
      label: 'Scroll to the end',
      onClick: () => {
        this.sticky?.toEnd();
      },
    })}</div>`;
  }

  private listen(): void {
    this.on('open-place', (place) => void this.problem.tried(this.host.request('openFile', place)));
    this.on('edit-message', ({ seq }) => this.ask('editMessage', { seq }));
    this.on('pin-message', ({ seq }) => void this.pin(seq));
    this.on('row-toggled', ({ callId, expanded }) => this.toggleRow(callId, expanded));
    this.on('end-call', (call) => this.ask('endCall', call));
    this.on('preview-wanted', (wanted) => void this.preview(wanted));
    this.on('prompt-submitted', ({ text }) => this.submit(text));
    this.on('review-changes', ({ act, path }) => this.ask(act, path === undefined ? {} : { path }));
    this.on('restore-checkpoint', ({ seq }) => this.ask('restoreCheckpoint', { seq }));
    this.on('focus-lost', () => this.prompt.focus());
    this.on('slash-command', ({ name, rest }) => void this.slash(name, rest));
    this.on('code-block', (block) => void this.codeBlock(block));
    this.on('draft-changed', () => this.memory.saveSoon());
    this.on('carry-out-plan', () => void this.carryOutPlan());
    this.on('approval-answered', (answer) => {
      this.ask('answerApproval', answer);
      // The next card may ask in the same words, which is to be told, too.
      this.announcement = '';
      this.prompt.focus();
    });
    this.on('act', (action) => {
      // A message that could not be recorded is back in the box: to retry is to send it again.
      const unsent = this.transcript.returned === undefined ? '' : this.prompt.draft.trim();
      if (action === 'resumeTurn' && unsent !== '') {
        this.prompt.draft = '';
        this.submit(unsent);
      } else this.ask(action);
    });
  }

  private on<Name extends keyof ViewEvents>(name: Name, act: (detail: ViewEvents[Name]) => void): void {
    this.addEventListener(name, (event) => act((event as CustomEvent<ViewEvents[Name]>).detail));
  }

  private async load(): Promise<void> {
    const state = await this.problem.tried(this.host.request('load', {}));
    if (!state) return;
    const asked = this.transcript.session === '' ? this.transcript.queued.filter(isUnrecorded) : [];
    this.transcript = loadTranscript(state);
    // What was asked while the session was opening may not be recorded yet: its turn is about to begin.
    const { items, queued } = this.transcript;
    const recorded = questions([...items, ...queued]).slice(-asked.length);
    for (const { text } of asked) if (!recorded.includes(text)) this.apply({ type: 'submitted', text });
    this.folderIsOpen = state.folderIsOpen;
    if (state.draft !== undefined) {
      this.giveBack(state.draft);
      this.prompt.focus();
    }
    this.sticky?.toEnd();
    // The session may still be opening; a `reset` will follow.
    if (state.session === '') return;
    if (this.transcript.running) this.opener.hide();
    else void this.opener.load();
    const { expanded, scroll } = this.memory.enter(state.session);
    this.expanded = new Set(expanded);
    if (state.reveal !== undefined) await this.reveal(state.reveal);
    else if (scroll) {
      await this.updateComplete;
      await this.sticky?.restore(scroll);
    }
    this.memory.saveSoon();
  }

  /** What the person is writing already stays, below. */
  private giveBack(text: string): void {
    const written = this.prompt.draft.trim();
    this.prompt.draft = written === '' ? text : `${text}\n\n${written}`;
  }

  /** Scrolls to a message, or to the one before it that is shown. */
  private async reveal(seq: number): Promise<void> {
    const anchor = anchorBefore(this.transcript.items, seq);
    if (anchor === undefined) return;
    await this.updateComplete;
    await this.sticky?.restore({ item: anchor, offset: 0 });
    const message = this.list.querySelector(`[data-anchor="${anchor}"]`);
    message?.classList.add('revealed');
    message?.addEventListener('animationend', () => message.classList.remove('revealed'), { once: true });
  }

  private take(event: ChatHostEvent): void {
    if (event.type === 'reset') {
      void this.load();
      return;
    }
    if (event.type === 'insertText') {
      this.prompt.insert(event.text);
      return;
    }
    const { approvals } = this.transcript;
    this.apply(event);
    // Once it is to be drawn: what is drawn is waited for.
    if (event.type === 'approvals') this.announceApproval(event.cards, approvals);
    if (event.type === 'turnEnded') {
      this.announcement =
        event.reason === 'done' ? 'Answer complete' : (event.message ?? `Turn ${event.reason}`);
    } else if (event.type === 'messageRefused') {
      this.giveBack(event.text);
      if (event.message !== undefined) this.problem.show(event.message);
    }
  }

  private apply(event: Exclude<ChatHostEvent, { type: 'reset' | 'insertText' }> | LocalEvent): void {
    // The person has taken up the work, here or in another view.
    if (event.type === 'submitted' || event.type === 'turnStarted') this.opener.hide();
    this.transcript = applyEvent(this.transcript, event);
  }

  private announceApproval(cards: readonly ApprovalCard[], before: readonly ApprovalCard[]): void {
    const known = new Set(before.map(({ id }) => id));
    const asked = cards.find(({ id }) => !known.has(id));
    if (!asked) return;
    this.announcement = `Waiting for you: ${asked.title}`;
    void this.showApproval();
  }

  /** Who is writing goes on writing. */
  private async showApproval(): Promise<void> {
    await this.updateComplete;
    const view = this.querySelector<ApprovalView>('vc-approval');
    await view?.updateComplete;
    this.sticky?.toEnd();
    if (document.hasFocus() && this.prompt.draft.trim() === '') view?.focusFirst();
  }

  private submit(text: string): void {
    this.problem.clear();
    this.announcement = this.transcript.running ? 'Message queued' : 'Working';
    this.apply({ type: 'submitted', text });
    this.sticky?.toEnd();
    this.ask('submit', { text });
    this.prompt.focus();
  }

  private ask(method: RequestsWithoutParams): void;
  private ask<Method extends keyof ChatRequests>(
    method: Method,
    params: ChatRequests[Method]['params'],
  ): void;
  private ask(method: keyof ChatRequests, params: object = {}): void {
    void this.problem.tried(this.host.request(method, params as never));
  }

  private readonly changePlan = (plan: PlanView) => this.problem.tried(this.host.request('changePlan', plan));

  /** Where it fails the person has the command back. */
  private async slash(name: string, rest: string): Promise<void> {
    this.problem.clear();
    const done = await this.problem.tried(this.host.request('slash', { name, rest }));
    if (done?.send !== undefined) this.submit(done.send);
    else if (!done && this.prompt.draft === '')
      this.prompt.draft = `/${name}${rest === '' ? '' : ` ${rest}`}`;
  }

  private async codeBlock(block: CodeBlockAct): Promise<void> {
    this.problem.clear();
    const done = await this.problem.tried(this.host.request('codeBlock', block));
    if (done?.refused) this.problem.show(done.refused.why, done.refused.ask);
  }

  private async carryOutPlan(): Promise<void> {
    const allowed = await this.problem.tried(this.host.request('allowEdits', {}));
    if (allowed !== undefined) this.submit('Carry out the plan.');
  }

  private async pin(seq: number): Promise<void> {
    const pinned = await this.problem.tried(this.host.request('pinMessage', { seq }));
    if (pinned !== undefined) this.announcement = 'Pinned to working memory';
  }

  private async preview({ address, show }: ViewEvents['preview-wanted']): Promise<void> {
    try {
      const { text, truncated } = await this.host.request('preview', { address });
      show(truncated ? `${text}\n… (cut here)` : text);
    } catch (error) {
      show(messageOf(error));
    }
  }

  private toggleRow(callId: string, expanded: boolean): void {
    const rows = new Set(this.expanded);
    if (expanded) rows.add(callId);
    else rows.delete(callId);
    this.expanded = rows;
    if (!this.transcript.running) this.sticky?.hold();
    this.memory.saveSoon();
  }
}

type RequestsWithoutParams = {
  [Method in keyof ChatRequests]: Record<string, never> extends ChatRequests[Method]['params']
    ? Method
    : never;
}[keyof ChatRequests];
