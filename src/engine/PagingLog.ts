/** The paging log: every engine act as one line a person can read: event, address, tokens, reason, resident/budget. */
import type { SessionEvent } from './events';

export interface PagingLine {
  readonly level: 'info' | 'warn' | 'error' | 'debug';
  readonly text: string;
}

/** @returns the lines of one event, without its time; an eviction has one line a page */
export function pagingLines(event: SessionEvent): readonly PagingLine[] {
  const occupancy = event.resident === undefined ? '' : ` | ${event.resident}/${event.budget ?? 0}`;
  const line = (
    level: PagingLine['level'],
    ...parts: readonly (string | number | undefined)[]
  ): PagingLine => ({
    level,
    text: `${parts.filter((part) => part !== undefined && part !== '').join(' | ')}${occupancy}`,
  });
  const tokens = (count: number) => `${count} tokens`;
  switch (event.type) {
    case 'session.started':
      return [line('info', 'session.started', event.workspace.join(', ') || 'no folder')];
    case 'session.forked':
      return [
        line(
          'info',
          'session.forked',
          event.kind,
          `${event.from} #${event.through}`,
          firstLine(event.task ?? ''),
        ),
      ];
    case 'session.renamed':
      return [line('info', event.type, event.name)];
    case 'model.chosen':
      return [line('info', event.type, event.model)];
    case 'mode.chosen':
      return [line('info', event.type, event.mode)];
    case 'model.notice':
      return [line('warn', event.type, event.model, event.text)];
    case 'turn.started':
      return [line('info', 'turn.started', `turn ${event.turn}`)];
    case 'turn.ended':
      return [line(event.reason === 'error' ? 'error' : 'info', 'turn.ended', event.reason, event.message)];
    case 'message.user':
    case 'message.assistant':
      return [line('info', event.type, `#${event.seq}`, tokens(event.tokens))];
    case 'function.result': {
      if (event.isError)
        return [line('warn', 'call.failed', event.name, event.address, tokens(event.tokens))];
      const fault = event.fault ? `fault.${event.fault.kind}` : 'call';
      const served = event.fault ? `${event.name}, served by ${event.fault.tier}` : event.name;
      const addresses = event.pages.length > 0 ? event.pages.map((page) => page.address) : [event.address];
      return addresses.map((address, index) => {
        // The result's tokens are stated once, on its first page.
        return line('info', fault, address, index === 0 ? tokens(event.tokens) : '', served);
      });
    }
    case 'attachment.stored':
      return [line('info', event.type, `#${event.seq}`, event.label)];
    case 'event.posted':
      return [line('info', 'event.posted', `#${event.seq}`, event.kind, `priority ${event.priority}`)];
    case 'interrupt':
      if (event.kind === 'attached') {
        const addresses = event.stored
          ? [event.stored.address]
          : (event.pages ?? []).map((page) => page.address);
        return [line('info', 'attached', ...addresses, tokens(event.tokens), firstLine(event.text))];
      }
      return [line('warn', `interrupt.${event.kind}`, tokens(event.tokens), firstLine(event.text))];
    case 'epoch.started': {
      const change = `${event.tokensBefore} → ${event.tokensAfter} tokens`;
      return [
        ...event.evicted.map((page) =>
          line('info', 'evict', page.address, tokens(page.tokens), event.reason),
        ),
        line(
          'info',
          'epoch.started',
          `epoch ${event.epoch}`,
          change,
          event.reason,
          `summary by ${event.summaryBy}`,
        ),
      ];
    }
    case 'note.pinned':
      return [line('info', 'note.pinned', `note:${event.note.id}`, `by ${event.note.by}`, event.note.source)];
    case 'note.edited':
    case 'note.unpinned':
      return [line('info', event.type, `note:${event.id}`, `by ${event.by}`)];
    case 'note.stale':
      return [line('warn', 'note.stale', `note:${event.id}`, event.reason)];
    case 'plan.changed': {
      const done = event.items.filter(({ state }) => state === 'done').length;
      return [line('info', event.type, `${done} of ${event.items.length} done`, `by ${event.by}`)];
    }
    case 'process.started':
      return [line('info', 'process.started', event.process, event.context, firstLine(event.task))];
    case 'process.ended': {
      const spent = `${event.calls} calls, ${event.spentTokens} tokens spent`;
      return [line('info', 'process.ended', event.process, event.reason, spent, event.message)];
    }
    case 'archival.inserted':
      return [line('info', 'archival.inserted', `note:${event.id}`)];
    case 'rules.loaded':
      return event.rules.length === 0
        ? [line('info', 'rules.loaded', 'none')]
        : event.rules.map(({ address, tokens: count, scope, inactive }) => {
            const when = scope === undefined ? '' : `for ${scope}${inactive ? ', not touched yet' : ''}`;
            return line('info', 'rules.loaded', address, tokens(count), when);
          });
    case 'file.edited':
      return [
        line(
          'info',
          event.type,
          event.from === undefined ? event.path : `${event.from} → ${event.path}`,
          event.after === undefined && event.from === undefined ? 'deleted' : undefined,
          `based on ${event.basedOn.join(', ') || 'nothing: new'}`,
        ),
      ];
    case 'file.reviewed':
      return [line('info', event.type, event.path, event.decision, event.pending ? 'in part' : undefined)];
    case 'file.editing':
      return [];
    case 'file.notEdited':
      return [line('info', event.type, event.path)];
    case 'changes.taken':
      return [
        line('info', event.type, `from ${event.from}`, event.pending.map(({ path }) => path).join(', ')),
      ];
    case 'changes.left':
      return [line('info', event.type, `to ${event.to}`, event.paths.join(', '))];
    case 'checkpoint.created':
      return [line('info', event.type, `#${event.seq}`, `turn ${event.turn}`, event.why)];
    case 'checkpoint.restored':
      return [
        line('info', event.type, `#${event.checkpoint}`, event.changed.map(({ path }) => path).join(', ')),
      ];
    case 'note.fresh':
      return [line('info', event.type, `note:${event.id}`)];
    case 'page.fresh':
      return [line('info', event.type, event.address)];
    case 'thrashing':
      return [line('warn', event.active ? 'thrashing' : 'thrashing.over', `${event.returns} early returns`)];
    case 'page.stale':
      return [line('warn', 'page.stale', event.address, event.reason)];
    case 'request.sent':
      return [
        line(
          'debug',
          `request.${event.purpose}`,
          event.model,
          `${event.messages} messages`,
          event.hash.slice(0, 16),
        ),
      ];
    case 'response.received': {
      const usage = event.usage;
      const cached = usage?.cachedTokens === undefined ? '' : `, ${usage.cachedTokens} cached`;
      const spent = usage
        ? `${usage.promptTokens} prompt${cached}, ${usage.completionTokens} out`
        : 'no usage reported';
      return [
        line(
          'debug',
          `response.${event.purpose}`,
          spent,
          `×${event.calibration.toFixed(3)}`,
          `${event.ms} ms`,
        ),
      ];
    }
    case 'request.failed':
      return [line('error', 'request.failed', event.kind, event.message)];
    case 'budget.corrected': {
      const window = `window ${event.windowTokens} of ${event.promisedTokens} tokens`;
      return [line('warn', event.type, event.model, window, `×${event.calibration.toFixed(3)}`)];
    }
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
