import { expect, it } from 'vitest';
import { fileTraits } from '../../../../src/engine/replacement/fileTraits';

it('tells folder, part of the project, name, type and words of a file', () => {
  expect(fileTraits('file:proj/src/engine/PageTable.test.ts')).toEqual({
    folder: 'proj/src/engine',
    area: 'proj/src',
    name: 'PageTable.test.ts',
    type: '.test.ts',
    stem: 'pagetable',
    words: ['proj', 'src', 'engine', 'page', 'table', 'test', 'ts'],
    depth: 4,
  });
});

it.each([
  ['src/PageTable.ts', 'test/unit/PageTable.test.ts'],
  ['app/views.py', 'tests/test_views.py'],
  ['pkg/store.go', 'pkg/store_test.go'],
  ['lib/user.rb', 'spec/user_spec.rb'],
  ['main/Order.java', 'test/OrderTest.java'],
])('gives a file and its test one stem: %s', (source, test) => {
  expect(fileTraits(`file:${test}`).stem).toBe(fileTraits(`file:${source}`).stem);
});

it('knows files without a type, hidden ones, and ones at the top', () => {
  expect(fileTraits('file:Makefile')).toMatchObject({
    folder: '',
    type: 'Makefile',
    stem: 'makefile',
    depth: 1,
  });
  expect(fileTraits('file:.gitignore')).toMatchObject({
    name: '.gitignore',
    type: '.gitignore',
    stem: '.gitignore',
  });
});

it('takes tool results for one kind, whatever their address, but for no twins', () => {
  const [one, other] = [fileTraits('tool:s1/7'), fileTraits('tool:s2/src/a.ts')];
  expect({ ...one, stem: '' }).toEqual({ ...other, stem: '' });
  expect(one.stem).not.toBe(other.stem);
});
