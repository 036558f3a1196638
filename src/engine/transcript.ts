/** Session events as the person sees them: rebuilds a view of the conversation from the record. */
import type { SessionEvent } from './events';
import type { OutputEvent } from './OutputBuffer';

/** @returns what the surfaces show for one event; nothing for events that are the engine's own business */
export function outputOf(event: SessionEvent): readonly OutputEvent[] {
  switch (event.type) {
    case 'turn.started':
      return [{ type: 'turnStarted', turn: event.turn }];
    case 'turn.ended':
      return [
        {
          type: 'turnEnded',
          turn: event.turn,
          reason: event.reason,
          ...(event.message === undefined ? {} : { message: event.message }),
          ...(event.errorKind === undefined ? {} : { errorKind: event.errorKind }),
        },
      ];
    case 'message.user':
      return [
        {
          type: 'userMessage',
          seq: event.seq,
          turn: event.turn,
          text: event.text,
          ...(event.posted === undefined ? {} : { posted: event.posted }),
        },
      ];
    case 'event.posted':
      if (event.kind !== 'userMessage') return [];
      return [{ type: 'messageQueued', posted: event.seq, text: event.text }];
    case 'message.assistant':
      return [
        {
          type: 'assistantMessage',
          seq: event.seq,
          turn: event.turn,
          text: event.text,
          ...(event.reasoning === undefined ? {} : { reasoning: event.reasoning }),
          ...(event.cut === undefined ? {} : { cut: event.cut }),
        },
        ...event.calls.map(
          (call): OutputEvent => ({
            type: 'callStarted',
            callId: call.id,
            name: call.name,
            arguments: call.arguments,
          }),
        ),
      ];
    case 'function.result':
      return [
        {
          type: 'callFinished',
          callId: event.callId,
          name: event.name,
          address: event.address,
          tokens: event.tokens,
          isError: event.isError,
          ...(event.fault === undefined ? {} : { fault: event.fault }),
          pages: event.pages,
          ms: event.ms,
        },
      ];
    case 'interrupt':
      return [{ type: 'interrupt', kind: event.kind, text: event.text }];
    case 'checkpoint.created':
      return [{ type: 'checkpoint', seq: event.seq, ...(event.why && { why: event.why }) }];
    case 'model.notice':
      return [{ type: 'modelNotice', text: event.text }];
    case 'session.renamed':
      return [{ type: 'renamed', name: event.name }];
    case 'epoch.started':
      if (event.evicted.length === 0) return [];
      return [
        {
          type: 'evicted',
          epoch: event.epoch,
          reason: event.reason,
          pages: event.evicted.length,
          tokens: event.evicted.reduce((sum, page) => sum + page.tokens, 0),
          tokensBefore: event.tokensBefore,
          tokensAfter: event.tokensAfter,
        },
      ];
    default:
      return [];
  }
}
