import { expect, it, vi } from 'vitest';
import { FileList } from '../../../../src/host/mentions/FileList';

it('lists once for all that ask at first, later behind their back, and keeps a list that is the same', async () => {
  let now = 0;
  let files = ['a.ts'];
  const list = vi.fn(async () => files);
  const subject = new FileList(list, () => now);
  const [first, second] = await Promise.all([subject.get(), subject.get()]);
  expect(second).toBe(first);
  expect(list).toHaveBeenCalledTimes(1);
  now = 6000;
  expect(await subject.get()).toBe(first);
  await vi.waitFor(() => expect(list).toHaveBeenCalledTimes(2));
  expect(await subject.get()).toBe(first);
  now = 12_000;
  files = ['a.ts', 'b.ts'];
  expect((await subject.get()).files).toEqual(['a.ts']);
  await vi.waitFor(async () => expect((await subject.get()).files).toEqual(['a.ts', 'b.ts']));
});

it('goes on with what it has when listing fails, and tries again', async () => {
  let now = 0;
  let fails = false;
  const subject = new FileList(
    async () => {
      if (fails) throw new Error('no ripgrep');
      return ['a.ts'];
    },
    () => now,
  );
  await subject.get();
  fails = true;
  now = 6000;
  expect((await subject.get()).files).toEqual(['a.ts']);
  expect((await subject.get()).files).toEqual(['a.ts']);
});
