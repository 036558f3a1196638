import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { renderBlocks } from '../../../src/webview/markdown/renderMarkdown';
import { StreamingMarkdown } from '../../../src/webview/markdown/StreamingMarkdown';

vi.mock(import('../../../src/webview/markdown/renderMarkdown'), { spy: true });

/** Everything CommonMark finds meaning in, so that random texts hit the corners. Link definitions: see the last test. */
const piece = fc.constantFrom(
  ...[
    'a',
    'word ',
    ' ',
    '  ',
    '    ',
    '\n',
    '\n\n',
    '\r\n',
    '#',
    '# ',
    '- ',
    '* ',
    '1. ',
    '2) ',
    '> ',
    '---',
    '===',
  ],
  ...[
    '```',
    '```ts\n',
    '~~~',
    '`',
    '**',
    '_',
    '|',
    '| a | b |\n',
    '|---|---|\n',
    '[x](y.ts#L1)',
    '\\',
    '<b>',
    '\t',
  ],
);

it('shows at every step of a stream what the whole text so far would show', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const stream = new StreamingMarkdown();
      let text = '';
      for (const next of pieces) {
        text += next;
        expect([...stream.update(text)]).toEqual([...new StreamingMarkdown().finish(text)]);
      }
    }),
    { numRuns: 1500 },
  );
});

it('takes back a table whose second line turns out to be text', () => {
  const stream = new StreamingMarkdown();
  const steps = ['a```ts\n|```ts\n', 'a```ts\n|```ts\n---', 'a```ts\n|```ts\n---a'];
  for (const text of steps)
    expect([...stream.update(text)]).toEqual([...new StreamingMarkdown().finish(text)]);
});

it('parses only what is not final yet, however long the text is', () => {
  const stream = new StreamingMarkdown();
  const paragraph = `${'word '.repeat(40)}\n\n`;
  vi.mocked(renderBlocks).mockClear();
  for (let count = 1; count <= 50; count++) stream.update(paragraph.repeat(count));
  const longest = Math.max(...vi.mocked(renderBlocks).mock.calls.map(([text]) => text.length));
  expect(longest).toBeLessThanOrEqual(2 * paragraph.length);
});

it('begins anew when the text is another one', () => {
  const stream = new StreamingMarkdown();
  stream.update('# One\n\nTwo\n\nThree');
  expect(stream.update('Four')).toEqual(['<p>Four</p>\n']);
});

it('resolves links that are defined later once the text is complete', () => {
  const text = 'See [the paper][p].\n\nMore.\n\n[p]: https://example.com\n';
  expect(new StreamingMarkdown().finish(text)[0]).toContain('href="https://example.com"');
});
