import { expect, it } from 'vitest';
import { CommandOutput } from '../../../src/tools/commandOutput';

function output(...chunks: string[]): CommandOutput {
  const made = new CommandOutput();
  for (const chunk of chunks) made.add(chunk);
  return made;
}

it('is what a person would read: no codes, lines as they were last drawn', () => {
  const made = output('\x1b[1mbold\x1b[0m\r\n10 %\r', '50 %\r100 %\r\n', '\x1b]633;D;0\x07ab\x08c\r\nend\n');
  expect(made.text()).toBe('bold\n100 %\nac\nend');
});

it('joins what came in pieces, also in the middle of a code', () => {
  expect(output('one\x1b[3', '1mtwo\x1b[0m').text()).toBe('onetwo');
});

it('shows its last lines', () => {
  const lines = Array.from({ length: 50 }, (_, n) => `line ${n}`);
  expect(output(`${lines.join('\r\n')}\r\n`).lastLines(2)).toBe('line 48\nline 49');
});

it('keeps beginning and end of what is endless, and says how much it has cut', () => {
  const made = output(
    'first\n',
    ...Array.from({ length: 4000 }, (_, n) => `${n} ${'x'.repeat(1000)}\n`),
    'last\n',
  );
  const text = made.text();
  expect(text.startsWith('first\n0 xxx')).toBe(true);
  expect(text.endsWith('\nlast')).toBe(true);
  expect(text).toMatch(/\[… 2,9\d\d KB of output were cut here and are not kept …\]/);
  expect(text.length).toBeLessThan(1_100_000);
});
