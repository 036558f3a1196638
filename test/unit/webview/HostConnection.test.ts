import { expect, it } from 'vitest';
import type { NotesHostEvent, NotesRequests } from '../../../src/webview/notesProtocol';
import type { RequestMessage } from '../../../src/webview/protocol';
import { HostConnection } from '../../../src/webview/shared/HostConnection';

function connect() {
  const sent: RequestMessage[] = [];
  const events: NotesHostEvent[] = [];
  const host = new HostConnection<NotesRequests, NotesHostEvent>(
    { postMessage: (message) => sent.push(message as RequestMessage) },
    (event) => events.push(event),
  );
  return { host, sent, events };
}

it('matches answers to requests, in any order', async () => {
  const { host, sent } = connect();
  const first = host.request('add', { text: 'a' });
  const second = host.request('load', {});
  expect(sent).toMatchObject([
    { kind: 'request', method: 'add', params: { text: 'a' } },
    { kind: 'request', method: 'load' },
  ]);
  const state = { notes: [], usage: { used: 0, limit: 9 } };
  host.receive({ kind: 'result', id: sent[1]?.id ?? -1, result: state });
  host.receive({ kind: 'error', id: sent[0]?.id ?? -1, error: { message: 'Full.', nextStep: 'Unpin one.' } });
  expect(await second).toEqual(state);
  await expect(first).rejects.toThrow('Full. Unpin one.');
});

it('passes events on and ignores answers to nobody', () => {
  const { host, events } = connect();
  host.receive({ kind: 'result', id: 99, result: null });
  host.receive({ kind: 'event', event: { type: 'reset' } });
  expect(events).toEqual([{ type: 'reset' }]);
});
