import { expect, it, vi } from 'vitest';
import { JournalError, ModelError, VirtualContextError } from '../../../src/engine/errors';

it('tells errors apart by name where bundles meet', async () => {
  vi.resetModules();
  const other = await import('../../../src/engine/errors');
  expect(other.JournalError).not.toBe(JournalError);
  const error = new other.JournalError('The log is damaged.', 'Mend it.');
  expect(error instanceof JournalError).toBe(true);
  expect(error instanceof VirtualContextError).toBe(true);
  expect(error instanceof ModelError).toBe(false);
  for (const stranger of [new Error('no next step'), { name: 'JournalError', nextStep: '' }, undefined]) {
    expect(stranger instanceof JournalError).toBe(false);
    expect(stranger instanceof VirtualContextError).toBe(false);
  }
});
