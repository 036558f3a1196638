/** The engine's output as the chat panel is told it. Pure. */
import type { MemoryGauge, OutputEvent } from '../engine/OutputBuffer';
import type { ChatEvent, Gauge } from '../webview/protocol';
import { noticeOf } from './noticeOf';

/** @returns the panel's event, or undefined for what the chat panel does not show (notes have their own view) */
export function chatEventOf(event: OutputEvent): ChatEvent | undefined {
  switch (event.type) {
    case 'userMessage':
      return {
        type: 'userMessage',
        seq: event.seq,
        text: event.text,
        ...(event.posted === undefined ? {} : { posted: event.posted }),
      };
    case 'messageQueued':
      return { type: 'messageQueued', posted: event.posted, text: event.text };
    case 'messageRefused':
      return {
        type: 'messageRefused',
        text: event.text,
        ...(event.message === undefined ? {} : { message: event.message }),
      };
    case 'reasoningDelta':
      return { type: 'reasoningDelta', text: event.text };
    case 'textDelta':
      return { type: 'textDelta', text: event.text };
    case 'assistantMessage':
      return {
        type: 'assistantMessage',
        seq: event.seq,
        text: event.text,
        ...(event.reasoning === undefined ? {} : { reasoning: event.reasoning }),
        ...(event.cut === undefined ? {} : { cut: event.cut }),
      };
    case 'callStarted':
      return { type: 'callStarted', callId: event.callId, name: event.name, arguments: event.arguments };
    case 'callProgress':
      return { type: 'callProgress', callId: event.callId, text: event.text };
    case 'callFinished':
      return {
        type: 'callFinished',
        callId: event.callId,
        name: event.name,
        address: event.address,
        tokens: event.tokens,
        isError: event.isError,
        ...(event.fault === undefined ? {} : { fault: event.fault }),
        places: event.pages.map(({ path, startLine, endLine }) => ({ path, startLine, endLine })),
        ms: event.ms,
      };
    case 'interrupt':
      return noticeOf(event.kind, event.text);
    case 'evicted':
      return {
        type: 'notice',
        kind: 'evicted',
        text: evictedText(event),
      };
    case 'checkpoint':
      return { type: 'checkpoint', seq: event.seq, ...(event.why && { why: event.why }) };
    case 'turnStarted':
      return { type: 'turnStarted' };
    case 'turnEnded':
      return {
        type: 'turnEnded',
        reason: event.reason,
        ...(event.message === undefined ? {} : { message: event.message }),
        ...(event.errorKind === undefined ? {} : { errorKind: event.errorKind }),
      };
    case 'gauge':
      return { type: 'gauge', gauge: gaugeOf(event.gauge) };
    case 'plan':
      return { type: 'plan', plan: { items: event.items, revision: event.revision } };
    case 'modelNotice':
      return { type: 'notice', kind: 'model', text: event.text };
    case 'spent':
      return { type: 'spent', turn: event.turn, session: event.session };
    // The panel is told what waits for review as it is while the person types: PendingChanges.
    case 'changes':
    case 'notes':
    case 'renamed':
      return undefined;
  }
}

/** @returns a whole transcript for the panel; of the gauges only the last, which is all that is shown */
export function chatEventsOf(transcript: readonly OutputEvent[]): ChatEvent[] {
  const lastGauge = transcript.findLast((event) => event.type === 'gauge');
  return transcript
    .filter((event) => event.type !== 'gauge' || event === lastGauge)
    .map(chatEventOf)
    .filter((event) => event !== undefined);
}

/** The engine's figures are estimates with a fraction; people get whole tokens. */
function gaugeOf(gauge: MemoryGauge): Gauge {
  return {
    system: Math.round(gauge.system),
    notes: Math.round(gauge.notes),
    summary: Math.round(gauge.summary),
    pages: Math.round(gauge.pages),
    queue: Math.round(gauge.queue),
    free: Math.round(gauge.free),
    budget: Math.round(gauge.budget),
    window: gauge.window,
    assumed: gauge.windowSource === 'assumed' && gauge.window > 0,
    limit: Math.round(gauge.limit),
    ...(gauge.hitRatio === undefined ? {} : { hitRatio: gauge.hitRatio }),
    thrashing: gauge.thrashing,
  };
}

function evictedText(event: Extract<OutputEvent, { type: 'evicted' }>): string {
  const pages = `${plural(event.pages, 'page')} moved out of the window`;
  if (event.reason !== 'compact' && event.reason !== 'reset')
    return `${pages}, ${plural(event.tokens, 'token')} freed`;
  const done = event.reason === 'compact' ? 'Compacted' : 'Window reset';
  return `${done}: ${pages}, ${event.tokensBefore.toLocaleString('en-US')} → ${plural(event.tokensAfter, 'token')}`;
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
