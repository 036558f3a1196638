import { expect, it } from 'vitest';
import { CommandOutput } from '../../../src/tools/commandOutput';

/** UTF-16 units. */
const MEGABYTE = 1024 * 1024;

function output(...chunks: string[]): CommandOutput {
  const made = new CommandOutput(async () => 'unused');
  for (const chunk of chunks) void made.add(chunk);
  return made;
}

const textOf = async (made: CommandOutput) => (await made.read('tool:s/7')).text;

it('is what a person would read: no codes, lines as they were last drawn', async () => {
  const made = output('\x1b[1mbold\x1b[0m\r\n10 %\r', '50 %\r100 %\r\n', '\x1b]633;D;0\x07ab\x08c\r\nend\n');
  expect(await textOf(made)).toBe('bold\n100 %\nac\nend');
});

it('joins what came in pieces, also in the middle of a code', async () => {
  expect(await textOf(output('one\x1b[3', '1mtwo\x1b[0m'))).toBe('onetwo');
});

it('shows its last lines', () => {
  const lines = Array.from({ length: 50 }, (_, n) => `line ${n}`);
  expect(output(`${lines.join('\r\n')}\r\n`).lastLines(2)).toBe('line 48\nline 49');
});

/** @returns what is stored, and what a model reads, of lines that come in chunks of some size */
async function long(megabytes: number, chunkSize: number) {
  const stored: string[] = [];
  const made = new CommandOutput(async (part) => `hash${stored.push(part)}`);
  const lines: string[] = [];
  for (let size = 0; size < megabytes * MEGABYTE; size += lines.at(-1)?.length ?? 0)
    lines.push(`${lines.length + 1} .${'x'.repeat(lines.length % 200)}\n`);
  const all = lines.join('');
  for (let start = 0; start < all.length; start += chunkSize)
    await made.add(all.slice(start, start + chunkSize));
  return { all, stored, ...(await made.read('tool:s/7')) };
}

it.each([
  [1, 1000, 0],
  [5, 70_001, 3],
  [5, Number.MAX_SAFE_INTEGER, 3],
])('loses nothing of %d MB: what does not fit is in parts', async (megabytes, chunkSize, parts) => {
  const { all, stored, text, ...read } = await long(megabytes, chunkSize);
  expect(read.parts).toEqual(stored.map((_, index) => `hash${index + 1}`));
  expect(stored.length).toBeGreaterThanOrEqual(parts);
  expect(stored.length === 0).toBe(parts === 0);
  const [head = '', tail = ''] = text.split(/\n\[… left out here and kept: .* …\]\n/);
  const told = parts === 0 ? text : [head, '\n', ...stored, tail].join('');
  expect(told === all.trim()).toBe(true);
  expect(text.length).toBeLessThan(2.2 * MEGABYTE);
});

it('names its parts, with the lines they hold', async () => {
  const { stored, text, note } = await long(5, 64_000);
  expect(note).toMatch(
    /^Long output: its middle, \d\.\d MB, is in tool:s\/7\.1 to tool:s\/7\.\d \(page_in\)\.$/,
  );
  const mark = /kept: tool:s\/7\.1 lines (\d+)-(\d+), \.2 lines (\d+)-\d+, .*-(\d+) …/.exec(text);
  const [, first, last, second, end] = mark ?? [];
  // Each line begins with its number.
  expect(stored[0]?.startsWith(`${first} `)).toBe(true);
  expect(stored[0]?.trimEnd().split('\n').at(-1)?.startsWith(`${last} `)).toBe(true);
  expect(stored[1]?.startsWith(`${second} `)).toBe(true);
  expect(stored.at(-1)?.trimEnd().split('\n').at(-1)?.startsWith(`${end} `)).toBe(true);
});

it('fills no disk: of what is over the limit the end is kept, and how much is missing is said', async () => {
  let stored = 0;
  const made = new CommandOutput(async (part) => {
    stored += part.length;
    return 'hash';
  });
  const line = `${'x'.repeat(1023)}\n`;
  for (let kilobytes = 0; kilobytes < 120 * 1024; kilobytes += 64) await made.add(line.repeat(64));
  await made.add('last\n');
  const { text, parts, note } = await made.read('tool:s/7');
  expect(stored).toBeLessThanOrEqual(100 * MEGABYTE);
  expect(parts.length).toBe(100);
  expect(note).toMatch(/; 1\d\.\d MB are not kept \(over the limit of 100\.0 MB\)\.$/);
  expect(text).toMatch(/; 1\d\.\d MB are not kept .* …\]\n/);
  expect(text.endsWith('\nlast')).toBe(true);
});

it('says so when the disk takes no more', async () => {
  const made = new CommandOutput(async () => {
    throw new Error('no space left');
  });
  for (let n = 0; n < 50; n++) await made.add(`${'x'.repeat(99_999)}\n`);
  const { text, parts } = await made.read('tool:s/7');
  expect(parts).toEqual([]);
  expect(text).toContain('MB are not kept (no space left) …]');
});

it('has whoever adds wait for a disk that lags', async () => {
  let go = () => {};
  const slow = new Promise<void>((resolve) => {
    go = resolve;
  });
  const made = new CommandOutput(async () => {
    await slow;
    return 'hash';
  });
  const waits: (Promise<void> | undefined)[] = [];
  for (let n = 0; n < 60; n++) waits.push(made.add('x'.repeat(100_000)));
  expect(waits[20]).toBeUndefined();
  expect(waits.at(-1)).toBeInstanceOf(Promise);
  go();
  await waits.at(-1);
  expect(made.add('y')).toBeUndefined();
});

it('is read as it was when asked for, while the disk lags and more comes', async () => {
  const go: (() => void)[] = [];
  const stored: string[] = [];
  const made = new CommandOutput(async (part) => {
    await new Promise<void>((resolve) => go.push(resolve));
    return `hash${stored.push(part)}`;
  });
  const lines = (from: number, megabytes: number) =>
    Array.from({ length: megabytes * 1024 }, (_, n) => `${from + n} .${'x'.repeat(1016)}\n`).join('');
  const before = lines(100_000, 4);
  void made.add(before);
  const reading = made.read('tool:s/7');
  void made.add(lines(200_000, 2));
  let read: Awaited<typeof reading> | undefined;
  for (void reading.then((done) => (read = done)); read === undefined; go.shift()?.())
    await new Promise((resolve) => setImmediate(resolve));
  expect(read.parts).toEqual(['hash1', 'hash2', 'hash3']);
  expect(read.note).toMatch(
    /^Long output: its middle, 3\.\d MB, is in tool:s\/7\.1 to tool:s\/7\.3 \(page_in\)\.$/,
  );
  const [head = '', tail = ''] = read.text.split(/\n\[… left out here and kept: .* …\]\n/);
  expect([head, '\n', ...stored.slice(0, 3), tail].join('') === before.trim()).toBe(true);
});
