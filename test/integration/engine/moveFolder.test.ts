/** Folders moved by the model: as moves of their files, each of which waits and can be undone. */
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { moveCall, type ScriptedFolder, scriptedFolder } from './scriptedFolder';

let folder: ScriptedFolder;

beforeEach(async () => {
  folder = await scriptedFolder({
    'src/a.ts': 'a\n',
    'src/deep/b.ts': 'b\n',
    'src/deep/image.png': Buffer.from([1, 0]),
    'there/c.ts': 'c\n',
  });
});
afterEach(() => folder.close());

it('moves all files with their pages, leaves no empty folders, and is undone', async () => {
  const read = { name: 'read_file', arguments: { path: 'src/deep/b.ts', startLine: 1, endLine: 1 } };
  const result = await folder.run(read, moveCall('src', 'lib/src'));
  expect(result).toContain('Moved the folder src to lib/src: 3 files.');
  expect(result).toMatch(/Your page is now file:\S+lib\/src\/deep\/b\.ts#L1-L1@/);
  expect(existsSync(folder.file('src'))).toBe(false);
  expect(readFileSync(folder.file('lib/src/deep/image.png'))).toEqual(Buffer.from([1, 0]));
  expect((await folder.agent.review.pending()).map(({ path, from }) => [from, path])).toEqual([
    ['src/a.ts', 'lib/src/a.ts'],
    ['src/deep/b.ts', 'lib/src/deep/b.ts'],
    ['src/deep/image.png', 'lib/src/deep/image.png'],
  ]);
  expect(await folder.agent.review.undo()).toEqual([]);
  expect(readFileSync(folder.file('src/deep/b.ts'), 'utf8')).toBe('b\n');
  expect(existsSync(folder.file('lib/src/a.ts'))).toBe(false);
});

it('refuses what it cannot move whole, and moves nothing', async () => {
  expect(await folder.run(moveCall('src', 'there'))).toContain('there is there already: name a folder');
  expect(await folder.run(moveCall('src', 'src/inner'))).toContain('src/inner is in src itself');
  mkdirSync(folder.file('empty'));
  expect(await folder.run(moveCall('empty', 'other'))).toContain('the folder empty holds no files');
  symlinkSync(folder.file('there/c.ts'), folder.file('src/link.ts'));
  expect(await folder.run(moveCall('src', 'lib'))).toContain('src/link.ts is no file');
  folder.write('keys/.env', 'SECRET=1\n');
  expect(await folder.run(moveCall('keys', 'lib'))).toContain('keys/.env looks secret');
  for (let n = 0; n <= 200; n++) folder.write(`many/${n}.txt`, '');
  expect(await folder.run(moveCall('many', 'lib'))).toContain('it holds more than 200 files');
  expect(existsSync(folder.file('lib'))).toBe(false);
  expect(await folder.agent.review.pending()).toEqual([]);
});

it('says how far it came where the person refuses one of the files', async () => {
  folder.write('src/deep/AGENTS.md', 'Be brief.\n');
  const result = await folder.run(moveCall('src', 'lib'));
  expect(result).toContain('Moved 1 of the 4 files of src; the next was not: The person refused this change');
  expect((await folder.agent.review.pending()).map(({ path }) => path)).toEqual(['lib/a.ts']);
  expect(existsSync(folder.file('src/deep/b.ts'))).toBe(true);
});
