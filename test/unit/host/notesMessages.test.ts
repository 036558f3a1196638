import { expect, it } from 'vitest';
import { noteViewOf } from '../../../src/host/notesMessages';

const source = 'file:app/src/a.ts#L3-L9@0123456789abcdef';
const note = { id: 'n', text: 't', by: 'person' } as const;

it('opens the source of a note under the path that the workspace uses', () => {
  expect(noteViewOf({ ...note, source }, false)).toMatchObject({
    sourceLabel: 'src/a.ts:3-9',
    place: { path: 'src/a.ts', startLine: 3, endLine: 9 },
  });
  expect(noteViewOf({ ...note, source }, true).place?.path).toBe('app/src/a.ts');
});

it('names sources that are no files', () => {
  const view = noteViewOf({ ...note, source: 'msg:s1/3' }, false);
  expect(view).toMatchObject({ sourceLabel: 'from the chat' });
  expect(view).not.toHaveProperty('place');
});

it('says why a note is stale, only when it is', () => {
  expect(noteViewOf({ ...note, source, stale: true }, false).stale).toMatch(/changed/);
  expect(noteViewOf({ ...note, source }, false)).not.toHaveProperty('stale');
});
