import { chmod, lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EditConflictError, OutsideWorkspaceError, UnreadableFileError } from '../../../src/engine/errors';
import { NodeWorkspaceFiles } from '../../../src/tools/workspaceFiles';
import { dir, diskWorkspace, files, inside } from '../../support/diskWorkspace';

const exists = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

diskWorkspace();

it('a deleted file comes back byte for byte, with its mark and mode', async () => {
  const marked = Buffer.from('\ufeffä\r\nb', 'utf16le');
  for (const [path, bytes, mode] of [
    ['utf16', marked, 0o644],
    ['run.sh', Buffer.from('\ufeff#!/bin/sh\n'), 0o755],
  ] as const) {
    await writeFile(inside(path), bytes);
    await chmod(inside(path), mode);
    const { text } = await files.read(path, new AbortController().signal);
    const form = await files.remove(path, text);
    expect(await exists(inside(path))).toBe(false);
    await files.write(path, undefined, text, form);
    expect(await readFile(inside(path))).toEqual(bytes);
    expect((await stat(inside(path))).mode & 0o777).toBe(mode);
  }
});

it('deletes only what it was taken for, and what can be brought back', async () => {
  await writeFile(inside('a.txt'), 'changed\n');
  await expect(files.remove('a.txt', 'as it was\n')).rejects.toThrow(EditConflictError);
  await writeFile(inside('latin1.txt'), Buffer.from([0x61, 0xe4, 0x0a]));
  await expect(files.remove('latin1.txt', 'a\ufffd\n')).rejects.toThrow('could not be brought back');
  await writeFile(inside('image.png'), Buffer.from([1, 0, 2]));
  await expect(files.remove('image.png', '')).rejects.toThrow('binary');
  await expect(files.remove('src', '')).rejects.toThrow('is a folder');
  for (const path of ['a.txt', 'latin1.txt', 'image.png']) expect(await exists(inside(path))).toBe(true);
});

it('what is no text comes back byte for byte, too, if it is not too large to keep', async () => {
  const bytes = Buffer.from([1, 0, 2, 0xff]);
  await writeFile(inside('image.png'), bytes);
  await chmod(inside('image.png'), 0o600);
  const kept = await files.readBinary('image.png');
  await expect(files.remove('image.png', 'AA==', true)).rejects.toThrow(EditConflictError);
  const form = await files.remove('image.png', kept, true);
  expect(await exists(inside('image.png'))).toBe(false);
  await files.write('image.png', undefined, kept, form);
  expect(await readFile(inside('image.png'))).toEqual(bytes);
  expect((await stat(inside('image.png'))).mode & 0o777).toBe(0o600);
  await writeFile(inside('large.bin'), Buffer.alloc(10_000_001));
  await expect(files.readBinary('large.bin')).rejects.toThrow('too large to keep a copy of (11 MB');
  await expect(files.readBinary('gone.png')).rejects.toThrow('does not exist');
  await expect(files.readBinary('src')).rejects.toThrow('is a folder');
});

it('moves any file into new folders, and never over another', async () => {
  const bytes = Buffer.from([1, 0, 2]);
  await writeFile(inside('image.png'), bytes);
  await writeFile(inside('b.txt'), 'b\n');
  await files.move('image.png', 'deep/er/image.png');
  expect(await readFile(inside('deep/er/image.png'))).toEqual(bytes);
  expect(await exists(inside('image.png'))).toBe(false);
  await expect(files.move('b.txt', 'deep/er/image.png')).rejects.toThrow(EditConflictError);
  await expect(files.move('src', 'lib')).rejects.toThrow('is a folder');
  await expect(files.move('gone.txt', 'x.txt')).rejects.toThrow(UnreadableFileError);
  await files.move('b.txt', 'B.txt');
  expect(await readFile(inside('B.txt'), 'utf8')).toBe('b\n');
});

it('stays in the workspace and out of git, and leaves links alone', async () => {
  await writeFile(inside('a.txt'), 'a\n');
  await mkdir(inside('.git/hooks'), { recursive: true });
  await writeFile(join(dir, 'outside/secret'), 's\n');
  await symlink(join(dir, 'outside'), inside('out'));
  await symlink(inside('a.txt'), inside('link.txt'));
  await expect(files.move('a.txt', '../a.txt')).rejects.toThrow(OutsideWorkspaceError);
  await expect(files.move('a.txt', 'out/a.txt')).rejects.toThrow(OutsideWorkspaceError);
  await expect(files.move('out/secret', 'secret')).rejects.toThrow(OutsideWorkspaceError);
  await expect(files.move('a.txt', '.git/hooks/pre-commit')).rejects.toThrow('belongs to git');
  await expect(files.move('link.txt', 'other.txt')).rejects.toThrow('is a symbolic link');
  await expect(files.remove('link.txt', 'a\n')).rejects.toThrow('is a symbolic link');
  expect(await readFile(inside('a.txt'), 'utf8')).toBe('a\n');
});

it('leaves what has unsaved changes to the person', async () => {
  await writeFile(inside('a.txt'), 'a\n');
  const roots = () => [{ name: 'app', path: join(dir, 'app') }];
  const open = new NodeWorkspaceFiles({ roots, openText: () => ({ text: 'mine\n', version: '2' }) });
  await expect(open.move('a.txt', 'b.txt')).rejects.toThrow('not saved');
  await expect(open.remove('a.txt', 'mine\n')).rejects.toThrow('not saved');
});

it('knows protected files through links, also those that are to come', async () => {
  await mkdir(inside('.vscode'));
  await symlink(inside('.vscode'), inside('settings'));
  expect(await files.isProtected('settings/tasks.json')).toBe(true);
  expect(await files.isProtected('src/tasks.json')).toBe(false);
  expect(await files.isProtected('new/AGENTS.md')).toBe(true);
});
