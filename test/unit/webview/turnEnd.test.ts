import { describe, expect, it } from 'vitest';
import { endAdvice } from '../../../src/webview/chat/turnEnd';

function actions(reason: 'error' | 'interrupted' | 'callLimit' | 'cancelled', errorKind?: string) {
  const item = { kind: 'end', key: '0', reason, ...(errorKind ? { errorKind } : {}) } as const;
  return endAdvice(item).actions.map(({ action }) => action);
}

describe('what is offered first', () => {
  it.each([
    ['auth', 'setApiKey'],
    ['network', 'resumeTurn'],
    ['rateLimit', 'resumeTurn'],
    ['quota', 'selectModel'],
    ['contextLength', 'openWindowSetting'],
    ['WindowTooSmallError', 'openWindowSetting'],
    ['badResponse', 'resumeTurn'],
    ['JournalError', 'resumeTurn'],
    [undefined, 'resumeTurn'],
  ])('after the error %s: %s', (kind, action) => {
    expect(actions('error', kind)[0]).toBe(action);
  });

  it('another model where the endpoint is at fault', () => {
    expect(actions('error', 'network')).toContain('selectModel');
    expect(actions('error', 'badResponse')).toContain('selectModel');
  });

  it('to go on after a crash and at the call limit', () => {
    expect(actions('interrupted')).toEqual(['resumeTurn']);
    expect(actions('callLimit')).toEqual(['resumeTurn']);
  });

  it('nothing after Stop', () => {
    expect(actions('cancelled')).toEqual([]);
  });
});

it('says what the engine said', () => {
  expect(endAdvice({ kind: 'end', key: '0', reason: 'error', message: 'Boom.' }).text).toBe('Boom.');
});
