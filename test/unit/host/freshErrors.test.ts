import { expect, it } from 'vitest';
import { FreshErrors } from '../../../src/host/freshErrors';

const error = (line: number, message: string) => ({ startLine: line, endLine: line, message });

it('tells errors that came after a change from those that were there', () => {
  const errors = new FreshErrors();
  errors.report('a.ts', [error(3, 'old')]);
  expect(errors.lines()).toEqual([]);
  errors.changed('a.ts');
  errors.report('a.ts', [error(4, 'old'), error(9, 'new')]);
  expect(errors.lines()).toEqual([{ path: 'a.ts', startLine: 9, endLine: 9 }]);
});

it('keeps telling them while the file is edited, until they are mended', () => {
  const errors = new FreshErrors();
  errors.changed('a.ts');
  errors.report('a.ts', [error(9, 'new')]);
  errors.changed('a.ts');
  expect(errors.lines()).toHaveLength(1);
  errors.report('a.ts', []);
  expect(errors.lines()).toEqual([]);
});

it('says nothing of files that nobody changed', () => {
  const errors = new FreshErrors();
  errors.report('b.ts', [error(1, 'found on opening')]);
  expect(errors.lines()).toEqual([]);
});
