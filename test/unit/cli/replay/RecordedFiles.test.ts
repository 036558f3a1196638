import { expect, it } from 'vitest';
import { RecordedFiles } from '../../../../src/cli/replay/RecordedFiles';
import type { FilePage } from '../../../../src/engine/pages';

const page = (startLine: number, endLine: number, version: string): FilePage => ({
  address: `file:shop/a.ts#L${startLine}-L${endLine}@0123456789abcdef`,
  path: 'a.ts',
  startLine,
  endLine,
  source: '',
  version,
});

it('holds the lines that were shown, in the version they were shown in', async () => {
  const files = new RecordedFiles(['shop']);
  files.show(page(1, 2, 'v1'), 'one\ntwo\n');
  files.show(page(4, 4, 'v1'), 'four\n');
  expect(await files.read('a.ts')).toEqual({
    path: 'a.ts',
    addressPath: 'shop/a.ts',
    text: 'one\ntwo\n\nfour\n',
    version: 'v1',
  });
  expect([1, 3, 4].map((line) => files.knownThrough('a.ts', line))).toEqual([2, 2, 4]);
  expect(files.lineCount('a.ts')).toBe(4);
  expect(files.fromAddress('shop/a.ts')).toBe('a.ts');
  expect(await files.version('b.ts')).toBeUndefined();
  expect(() => files.fromAddress('shop/b.ts')).toThrow('never shown');
});

it('is another file once it was told to have changed, and the same when that was undone', async () => {
  const files = new RecordedFiles(['shop']);
  files.show(page(1, 2, 'v1'), 'one\ntwo\n');
  files.changed(page(1, 2, 'v1'), 'one\ntwo\n');
  const changed = await files.read('a.ts');
  expect(changed.text).toBe('one\ntwo \n');
  expect(changed.version).not.toBe('v1');
  // Told again, of bytes that it no longer has: nothing happens.
  files.changed(page(1, 2, 'v1'), 'one\ntwo\n');
  expect(await files.read('a.ts')).toEqual(changed);
  files.show(page(1, 2, 'v1'), 'one\ntwo\n');
  expect((await files.read('a.ts')).text).toBe('one\ntwo\n');
});

it('is edited only from what it is', async () => {
  const files = new RecordedFiles(['shop']);
  files.set('a.ts', 'one\n');
  const version = await files.version('a.ts');
  files.set('a.ts', 'one\n');
  expect(await files.version('a.ts')).toBe(version);
  await expect(files.write('a.ts', 'two\n', 'three\n')).rejects.toThrow('has changed');
  await files.write('a.ts', 'one\n', 'three');
  expect(await files.read('a.ts')).toMatchObject({ text: 'three', addressPath: 'shop/a.ts' });
  expect(await files.version('a.ts')).not.toBe(version);
  files.set('a.ts', undefined);
  await expect(files.read('a.ts')).rejects.toThrow('was not there');
  await files.write('a.ts', undefined, 'new\n');
  expect((await files.read('a.ts')).text).toBe('new\n');
});
