import { describe, expect, it } from 'vitest';
import { VirtualContextError } from '../../../src/engine/errors';
import { chatRequests } from '../../../src/host/chatRequests';
import { answerRequest } from '../../../src/host/webviewRequests';
import { FakeConversation } from '../../support/webview/FakeConversation';
import { fakeActions } from '../../support/webview/fakeActions';

function host() {
  const conversation = new FakeConversation();
  const actions = fakeActions();
  const handlers = chatRequests(conversation, actions);
  const ask = (method: string, params: unknown = {}) =>
    answerRequest(handlers, { kind: 'request', id: 5, method, params });
  return { conversation, actions, handlers, ask };
}

it('answers load with the session, the model and what happened', async () => {
  const { conversation, ask } = host();
  conversation.emit({ type: 'userMessage', seq: 1, turn: 1, text: 'q' });
  expect(await ask('load')).toEqual({
    kind: 'result',
    id: 5,
    result: {
      session: 's1',
      folderIsOpen: true,
      model: { label: 'Offline', offline: true },
      events: [{ type: 'userMessage', seq: 1, text: 'q' }],
    },
  });
});

it('hands over once what was taken back', async () => {
  const { conversation, ask } = host();
  conversation.takenBack = 'my question';
  expect(await ask('load')).toMatchObject({ result: { draft: 'my question' } });
  const again = (await ask('load')) as { result: object };
  expect(again.result).not.toHaveProperty('draft');
});

it('does not let the answer to submit wait for the turn', async () => {
  const { conversation, ask } = host();
  conversation.submit = () => new Promise(() => undefined);
  expect(await ask('submit', { text: 'q' })).toEqual({ kind: 'result', id: 5, result: null });
});

it('passes errors on with their next step', async () => {
  const { conversation, ask } = host();
  conversation.refusal = new VirtualContextError('Full.', 'Unpin one.');
  expect(await ask('pinMessage', { seq: 3 })).toEqual({
    kind: 'error',
    id: 5,
    error: { message: 'Full.', nextStep: 'Unpin one.' },
  });
});

it('cuts previews of long results', async () => {
  const { conversation, ask } = host();
  conversation.stored = async () => 'x'.repeat(50_000);
  const answer = await ask('preview', { address: 'tool:s/1' });
  expect(answer).toMatchObject({ result: { truncated: true, text: expect.stringMatching(/^x{20000}$/) } });
});

describe('what a webview may not send', () => {
  it.each([
    ['submit', {}],
    ['submit', { text: '   ' }],
    ['submit', { text: 'x'.repeat(1_000_001) }],
    ['pinMessage', { seq: '3' }],
    ['pinMessage', { seq: -1 }],
    ['openFile', { path: '' }],
    ['openFile', { path: 'a', startLine: 0 }],
    ['openFile', { path: 'a', startLine: 1.5 }],
    ['preview', null],
    ['toString', {}],
    ['constructor', {}],
    ['unknown', {}],
  ])('%s %j', async (method, params) => {
    const { conversation, actions, ask } = host();
    expect(await ask(method, params)).toMatchObject({ kind: 'error', id: 5 });
    expect(conversation.asked).toEqual([]);
    expect(actions.openFile).not.toHaveBeenCalled();
  });

  it('anything that is no request: it gets no answer', async () => {
    const { handlers } = host();
    for (const data of [null, 'load', {}, { kind: 'request', id: 'x', method: 'load' }]) {
      expect(await answerRequest(handlers, data)).toBeUndefined();
    }
  });
});
