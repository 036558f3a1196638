import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTrace, lastingText, readPlaces } from '../../../../src/disk/query/readPlaces';

const places = (text: string) => readPlaces(text).map(({ path, line }) => `${path}:${line ?? ''}`);

describe('readPlaces', () => {
  it('reads paths and lines as editors, runtimes and compilers write them', () => {
    for (const [text, found] of [
      ['see src/a/b.ts:120', ['src/a/b.ts:120']],
      ['src/a/b.ts#L12', ['src/a/b.ts:12']],
      ['what is in ./lib/queue.py?', ['lib/queue.py:']],
      ['b.ts:3:4', ['b.ts:3']],
      ['    at Queue.flush (/home/me/proj/src/queue.ts:12:5)', ['/home/me/proj/src/queue.ts:12']],
      ['    at async file:///C:/proj/src/queue.mjs:12:5', ['/proj/src/queue.mjs:12']],
      ['  File "/app/scrapy/core/engine.py", line 44, in crawl', ['/app/scrapy/core/engine.py:44']],
      ['\tat org.mockito.Mock.call(Mock.java:77)', ['org/mockito/Mock.java:77']],
      ['\t/go/src/hugo/hugolib/page.go:120 +0x1d', ['/go/src/hugo/hugolib/page.go:120']],
      ['panicked at tokio/src/runtime/park.rs:55:9:', ['tokio/src/runtime/park.rs:55']],
      ['   in C:\\project\\Queue\\Flush.cs:line 9', ['/project/Queue/Flush.cs:9']],
      ['#0 /var/www/a/Queue.php(31): flush()', ['/var/www/a/Queue.php:31']],
      ['PHP Warning in /var/a/q.php on line 8', ['/var/a/q.php:8']],
      ["app/models/queue.rb:12:in 'flush'", ['app/models/queue.rb:12']],
      ['src/a.ts(12,5): error TS2322', ['src/a.ts:12']],
    ] as const)
      expect([text, places(text)]).toEqual([text, found]);
  });

  it('does not take every dot for a path', () => {
    for (const text of [
      'this.queue.flush is slow',
      'e.g. version 1.2.3',
      'a/b or c',
      'https:',
      'Queue.flush()',
    ])
      expect([text, places(text)]).toEqual([text, []]);
  });

  it('gives the innermost frame first', () => {
    const python =
      'Traceback (most recent call last):\n  File "a.py", line 1, in x\n  File "b.py", line 2, in y\nE: no';
    expect(places(python)).toEqual(['b.py:2', 'a.py:1']);
    expect(places('Error: x\n at f (a.ts:1:1)\n at g (b.ts:2:2)\n at f (a.ts:1:1)')).toEqual([
      'a.ts:1',
      'b.ts:2',
    ]);
  });

  it('never fails, and takes its time by the length of the text alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        readPlaces(text);
        expect(lastingText(text).length).toBeLessThanOrEqual(text.length);
      }),
    );
    const start = performance.now();
    for (const piece of ['/', 'a/', 'a.b', '\\', '..', 'at a.', '0', 'a:1 ', '('])
      for (const act of [readPlaces, lastingText, isTrace]) act(`${piece.repeat(100_000)}\n x`);
    expect(performance.now() - start).toBeLessThan(4000);
  });
});

describe('lastingText', () => {
  it('drops what differs each time, and keeps what says something', () => {
    expect(
      lastingText(
        'TypeError: queue 0x7f3a9c001 of 3f2504e0-4f89-11d3-9a0c-0305e82c3301 closed at 2026-11-21T17:44:17.123Z',
      ).replace(/\s+/g, ' '),
    ).toBe('TypeError: queue of closed at');
    const trace = lastingText(
      'Error 404 after 12345 ms (pid 88213)\n    at Queue.flush (/home/me/proj/src/queue.ts:12:5)\n    at main (/x/y.ts:3:1)',
    );
    expect(trace).toContain('Queue.flush');
    expect(trace).toContain('404');
    expect(trace).toContain('src/queue.ts');
    for (const gone of ['12345', '88213', 'home', 'proj']) expect(trace).not.toContain(gone);
  });

  it('keeps what is asked for by itself', () => {
    for (const text of [
      '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
      '0xdeadbeef 2026-11-21',
      'ticket 12345',
      'flush',
    ])
      expect(lastingText(text)).toBe(text);
  });
});
