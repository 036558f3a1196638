import { expect, it, vi } from 'vitest';
import { askIfProtected } from '../../../src/engine/askIfProtected';
import { memoryWorld } from '../../support/memoryPorts';

const { signal } = new AbortController();
const { files } = memoryWorld().parts;
const approve = vi.fn(async () => ({ allowed: false, words: 'no' }));
const diff = vi.fn(() => '+x');

it('asks nobody, and makes no diff, for a file like any other', async () => {
  expect(await askIfProtected({ files, approver: { approve } }, 'a.ts', false, diff, signal)).toBeUndefined();
  expect(approve).not.toHaveBeenCalled();
  expect(diff).not.toHaveBeenCalled();
});

it('shows the person what would become of one that is obeyed', async () => {
  const asked = await askIfProtected({ files, approver: { approve } }, 'AGENTS.md', true, diff, signal);
  expect(asked).toEqual({ allowed: false, words: 'no' });
  expect(approve).toHaveBeenCalledWith(
    { kind: 'edit', path: 'AGENTS.md', creates: true, diff: '+x' },
    signal,
  );
});

it('takes no answer that came after Stop', async () => {
  const stop = new AbortController();
  const late = {
    approve: async () => {
      stop.abort();
      return { allowed: true };
    },
  };
  const asked = askIfProtected({ files, approver: late }, 'AGENTS.md', false, diff, stop.signal);
  await expect(asked).rejects.toThrow();
});
