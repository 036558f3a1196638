import { describe, expect, it } from 'vitest';
import { readAim, testTitle } from '../../../../src/disk/query/readAim';

const said = (text: string) => {
  const aim = readAim(text);
  return aim && `${aim.kind} ${aim.container === '' ? '' : `${aim.container}.`}${aim.name}`;
};

describe('readAim', () => {
  it('understands who is asked for', () => {
    for (const [text, aim] of [
      ['who calls flushQueue', 'uses flushQueue'],
      ['Who calls `QueueManager.flush()`?', 'uses QueueManager.flush'],
      ['what uses the TokenBudget class?', 'uses TokenBudget'],
      ['which functions call parse_header', 'uses parse_header'],
      ['callers of Queue::flush', 'uses Queue.flush'],
      ['all references to retry', 'uses retry'],
      ['where is rankPages used', 'uses rankPages'],
      ['where is X defined?', 'definition X'],
      ['Where is the function rankPages', 'definition rankPages'],
      ["where's TermStatistics", 'definition TermStatistics'],
      ['definition of Catalog', 'definition Catalog'],
      ['what defines maxPins', 'definition maxPins'],
      ['how does QueueManager work?', 'definition QueueManager'],
      ['rankPages', 'definition rankPages'],
      ['Catalog.expectPages()', 'definition Catalog.expectPages'],
      ['tests/test_queue.py::TestQueue::test_flush FAILED', 'test TestQueue.test_flush'],
      ['--- FAIL: TestFlush (0.00s)', 'test TestFlush'],
      ['test queue::tests::flushes_all ... FAILED', 'test flushes_all'],
      ['QueueTest.testFlush:42 expected 1', 'test QueueTest.testFlush'],
    ])
      expect([text, said(text as string)]).toEqual([text, aim]);
  });

  it('leaves other questions to the search by words', () => {
    for (const text of [
      'where is the retry logic handled',
      'how does authentication work',
      'who calls',
      'flush the queue at the watermark',
      'queue',
      'what is the meaning of it all',
      '',
    ])
      expect([text, said(text)]).toEqual([text, undefined]);
  });

  it('takes its time by the length of the text alone', () => {
    const start = performance.now();
    for (const text of [
      `where is ${'a'.repeat(50_000)}`,
      'a.'.repeat(50_000),
      'who calls '.repeat(20_000),
      '_'.repeat(99_999),
    ])
      readAim(text);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('testTitle', () => {
  it('is the innermost title', () => {
    expect(testTitle('  ● Queue › flush › evicts the oldest page (12 ms)\n\n  expect(1)')).toBe(
      'evicts the oldest page',
    );
    expect(testTitle('FAIL test/a.test.ts > queue > flushes when it is full')).toBe(
      'flushes when it is full',
    );
    expect(testTitle('a > b')).toBeUndefined();
    expect(testTitle('if (a>b) return')).toBeUndefined();
  });
});
