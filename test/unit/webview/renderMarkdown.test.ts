import { expect, it } from 'vitest';
import { renderBlocks } from '../../../src/webview/markdown/renderMarkdown';

function render(text: string): string {
  return renderBlocks(text, {})
    .map(({ html }) => html)
    .join('');
}

it('shows HTML as text', () => {
  expect(render('<img src=x onerror=alert(1)>')).toContain('&lt;img src=x onerror=alert(1)&gt;');
});

it('links lines of files by data, not by address', () => {
  const html = render('[src/a.ts:10-20](src/a.ts#L10-L20)');
  expect(html).toContain('data-path="src/a.ts" data-start="10" data-end="20"');
  expect(html).not.toContain('href');
});

it('escapes what a file link names', () => {
  expect(render('[x](<a"onclick=b.ts>)')).toContain('data-path="a&quot;onclick=b.ts"');
});

it('links file ranges in inline code', () => {
  expect(render('see `src/a.ts:3`')).toContain('data-path="src/a.ts" data-start="3"');
  expect(render('see `x.y`')).not.toContain('<a');
});

it.each(['javascript:alert(1)', 'command:x', 'data:text/html,x', 'file:///etc/passwd', 'vscode:x'])(
  'does not link %s',
  (address) => {
    expect(render(`[text](${address})`)).not.toContain('<a');
  },
);

it('links web addresses, bare ones too, but not words with dots', () => {
  expect(render('https://example.com/x')).toContain('<a href="https://example.com/x"');
  expect(render('edit main.rs and index.js')).not.toContain('<a');
});

it('turns images into links: loading one would tell its server', () => {
  const html = render('![a picture](https://example.com/x.png)');
  expect(html).not.toContain('<img');
  expect(html).toContain('<a href="https://example.com/x.png">a picture</a>');
});

it('highlights known languages and shows others plain', () => {
  expect(render('```ts\nconst a = 1;\n```')).toContain('<span class="hljs-keyword">const</span>');
  expect(render('```brainfuck\n<>+\n```')).toContain('<code>&lt;&gt;+');
});

it('shows very long code plain', () => {
  expect(render(`\`\`\`js\n${'const a = 1;\n'.repeat(5000)}\`\`\``)).not.toContain('hljs');
});

it('tells where each top-level block begins', () => {
  expect(renderBlocks('a\n\n- b\n\n  c\n\n```\nd\n', {}).map(({ line }) => line)).toEqual([0, 2, 6]);
});
