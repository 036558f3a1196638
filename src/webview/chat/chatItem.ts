/** One item of the transcript as it is drawn. */
import { html, type TemplateResult } from 'lit';
import type { CheckpointReason } from '../protocol';
import { send } from '../shared/events';
import './MessageView';
import { spentLine } from './spentText';
import './ToolRow';
import type { AssistantItem, ChatItem, CheckpointItem, EndItem, NoticeItem, UserItem } from './Transcript';
import { type EndAdvice, endAdvice } from './turnEnd';

interface Surroundings {
  /** Whether a turn runs. */
  readonly running: boolean;
  /** Whether the turn waits for an answer of the person's. */
  readonly asking: boolean;
  readonly last: boolean;
  /** Whether it is the answer that can be had anew. */
  readonly lastAnswer: boolean;
  /** Ids of the calls whose rows are open. */
  readonly expanded: ReadonlySet<string>;
}

const NOTICE_ICONS: Readonly<Record<NoticeItem['notice'], string>> = {
  model: 'server-environment',
  memoryPressure: 'dashboard',
  thrashing: 'pulse',
  fileChanged: 'sync',
  notesChanged: 'pinned',
  planChanged: 'checklist',
  rulesChanged: 'lock',
  resumed: 'debug-continue',
  childFinished: 'type-hierarchy-sub',
  commandFinished: 'terminal',
  timer: 'watch',
  diagnosticsChanged: 'warning',
  hint: 'lightbulb',
  prefetch: 'cloud-download',
  attached: 'mention',
  evicted: 'archive',
};

const SEVERITY_ICONS: Readonly<Record<EndAdvice['severity'], string>> = {
  info: 'circle-slash',
  warning: 'warning',
  error: 'error',
};

/** @returns the item; `data-anchor` names it the same way every time the transcript is rebuilt */
export function chatItem(item: ChatItem, surroundings: Surroundings): TemplateResult {
  switch (item.kind) {
    case 'user':
    case 'assistant':
      return html`<vc-message class="item" data-anchor="message-${anchorOf(item)}" .item=${item} .last=${surroundings.lastAnswer}></vc-message>`;
    case 'call':
      return html`<vc-tool-row
        class="item"
        data-anchor=${item.callId}
        .item=${item}
        .expanded=${surroundings.expanded.has(item.callId)}
        .running=${surroundings.running}
        .asking=${surroundings.asking}
      ></vc-tool-row>`;
    case 'notice':
      return notice(item);
    case 'checkpoint':
      return checkpoint(item);
    case 'spent':
      return spentLine(item.spent);
    case 'end':
      return turnEnd(item, surroundings);
  }
}

function notice({ notice: kind, text, detail }: NoticeItem): TemplateResult {
  const icon = html`<span class="icon-small codicon codicon-${NOTICE_ICONS[kind]}" aria-hidden="true"></span>`;
  if (detail === undefined)
    return html`<div class="item notice" data-testid="notice">${icon}<span class="notice-text">${text}</span></div>`;
  return html`<details class="item notice-details" data-testid="notice">
    <summary class="notice" title="What the model was told">
      ${icon}<span class="notice-text">${text}</span>
      <span class="icon-small codicon codicon-chevron-right notice-more" aria-hidden="true"></span>
    </summary>
    <pre class="notice-detail" tabindex="0">${detail}</pre>
  </details>`;
}

/** @returns what stands at the end while nothing else moves there */
export function working(): TemplateResult {
  return html`<div class="working">
    <span class="icon-small codicon codicon-loading codicon-modifier-spin" aria-hidden="true"></span>Working
  </div>`;
}

function anchorOf(item: UserItem | AssistantItem): string | number {
  return item.seq ?? (item.kind === 'user' && item.posted !== undefined ? `queued-${item.posted}` : 'new');
}

const CHECKPOINTS: Readonly<Record<CheckpointReason, string>> = {
  restore: 'Checkpoint: before files were put back',
  branch: 'Checkpoint: before going back',
};

function checkpoint({ seq, why }: CheckpointItem): TemplateResult {
  return html`<div class="item checkpoint" data-testid="checkpoint">
    <span class="icon-small codicon codicon-bookmark" aria-hidden="true"></span>
    <span>${why === undefined ? 'Checkpoint' : CHECKPOINTS[why]}</span>
    <button
      type="button"
      class="link"
      title="Go back to here: the files, the conversation, or both"
      aria-label="Restore this checkpoint"
      data-testid="restore-checkpoint"
      @click=${(event: Event) => event.currentTarget && send(event.currentTarget, 'restore-checkpoint', { seq })}
    >Restore…</button>
  </div>`;
}

/** Only the end of the last turn can still be acted on. */
function turnEnd(item: EndItem, { running, last }: Surroundings): TemplateResult {
  const { severity, text, actions } = endAdvice(item);
  const offered = last && !running ? actions : [];
  return html`<div class="item turn-end ${severity}" data-testid="turn-end">
    <span class="icon-small codicon codicon-${SEVERITY_ICONS[severity]}" aria-hidden="true"></span>
    <div>
      <div class="turn-end-text">${text}</div>
      ${offered.map(
        ({ label, action }, index) => html`<vscode-button
          ?secondary=${index > 0}
          data-testid="action-${action}"
          @click=${(event: Event) => event.currentTarget && send(event.currentTarget, 'act', action)}
        >${label}</vscode-button>`,
      )}
    </div>
  </div>`;
}
