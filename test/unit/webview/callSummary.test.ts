import { describe, expect, it } from 'vitest';
import {
  callIcon,
  outcomeLabel,
  placeLabel,
  placeOf,
  prettyArguments,
  shortArguments,
} from '../../../src/webview/chat/callSummary';
import type { CallItem, CallOutcome } from '../../../src/webview/chat/Transcript';

const outcome: CallOutcome = { address: 'tool:s/1', tokens: 1812, isError: false, places: [], ms: 4 };

function call(name: string, args: unknown, result?: Partial<CallOutcome>): CallItem {
  return {
    kind: 'call',
    key: '0',
    callId: 'c',
    name,
    arguments: typeof args === 'string' ? args : JSON.stringify(args),
    ...(result ? { outcome: { ...outcome, ...result } } : {}),
  };
}

describe('shortArguments', () => {
  it.each([
    [{ query: 'login\n  flow', glob: 'src/**' }, 'login flow · src/**'],
    [{ path: 'a.ts', startLine: 3, endLine: 9 }, 'a.ts:3-9'],
    [{ query: 'x', page: 2 }, 'x · page 2'],
    [{ ids: [1, 2] }, '[1,2]'],
    [{}, ''],
  ])('%j', (args, text) => {
    expect(shortArguments(JSON.stringify(args))).toBe(text);
  });

  it('shows broken JSON as it is', () => {
    expect(shortArguments('{"path": "a')).toBe('{"path": "a');
    expect(shortArguments('[1]')).toBe('[1]');
  });
});

it('indents arguments, unless they are broken', () => {
  expect(prettyArguments('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(prettyArguments('{"a"')).toBe('{"a"');
});

describe('placeOf', () => {
  it('prefers what was shown to what was asked for', () => {
    const shown = { path: 'a.ts', startLine: 1, endLine: 40 };
    expect(placeOf(call('read_file', { path: './a.ts' }, { places: [shown] }))).toEqual(shown);
    expect(placeOf(call('read_file', { path: 'a.ts', startLine: 4 }))).toEqual({
      path: 'a.ts',
      startLine: 4,
    });
  });

  it('is nothing for calls that show no lines', () => {
    expect(placeOf(call('read_file', { path: 'gone.ts' }, { isError: true }))).toBeUndefined();
    expect(placeOf(call('list_directory', { path: 'src' }))).toBeUndefined();
    expect(placeOf(call('read_file', { path: 7 }))).toBeUndefined();
  });

  it('does not believe impossible lines', () => {
    expect(placeOf(call('read_file', { path: 'a', startLine: -1, endLine: 'x' }))).toEqual({ path: 'a' });
  });
});

it('names a place as people write it', () => {
  expect(placeLabel({ path: 'a' })).toBe('a');
  expect(placeLabel({ path: 'a', startLine: 3, endLine: 3 })).toBe('a:3');
  expect(placeLabel({ path: 'a', startLine: 3, endLine: 4 })).toBe('a:3-4');
});

it('says how the call was served and what it cost', () => {
  expect(outcomeLabel(call('x', {}, { fault: { kind: 'major', tier: 'archival' } }))).toBe(
    'major fault · archival · 1,812 tokens',
  );
  expect(outcomeLabel(call('x', {}, { isError: true, tokens: 1 }))).toBe('failed · 1 token');
  expect(outcomeLabel(call('x', {}))).toBe('');
});

it('has an icon for functions it does not know', () => {
  expect(callIcon('read_file')).not.toBe(callIcon('something_new'));
});

it('says how far a plan has come', () => {
  const items = [
    { text: 'look', state: 'done' },
    { text: 'mend\nit', state: 'active' },
    { text: 'test', state: 'open' },
  ];
  expect(shortArguments(JSON.stringify({ items }))).toBe('1/3 done · mend it');
  expect(shortArguments('{"items":[]}')).toBe('0/0 done');
  expect(shortArguments('{"items":[null,7]}')).toBe('0/2 done');
});
