import { chmod, lstat, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { EditConflictError, OutsideWorkspaceError, UnreadableFileError } from '../../../src/engine/errors';
import { NodeWorkspaceFiles, type OpenEdit } from '../../../src/tools/workspaceFiles';
import { dir, diskWorkspace, files, inside } from '../../support/diskWorkspace';

const signal = new AbortController().signal;

const bytes = (path: string) => readFile(inside(path));

diskWorkspace();

/** Changes a file as an edit does: by what it reads as. */
async function change(path: string, edit: (text: string) => string): Promise<void> {
  const { text } = await files.read(path, signal);
  await files.write(path, text, edit(text));
}

describe('replacing a file', () => {
  it('keeps mode, byte order mark, encoding and line ends', async () => {
    const upper = (text: string) => text.replace('ä', 'Ä');
    const marked = (text: string) => Buffer.from(`\ufeff${text}`);
    await writeFile(inside('utf8'), marked('ä\r\nb\n'));
    await writeFile(inside('le'), Buffer.from('\ufeffä\n', 'utf16le'));
    await writeFile(inside('be'), Buffer.from('\ufeffä\n', 'utf16le').swap16());
    await writeFile(inside('run.sh'), 'ä\n');
    await chmod(inside('run.sh'), 0o755);
    for (const path of ['utf8', 'le', 'be', 'run.sh']) await change(path, upper);
    expect(await bytes('utf8')).toEqual(marked('Ä\r\nb\n'));
    expect(await bytes('le')).toEqual(Buffer.from('\ufeffÄ\n', 'utf16le'));
    expect(await bytes('be')).toEqual(Buffer.from('\ufeffÄ\n', 'utf16le').swap16());
    expect((await stat(inside('run.sh'))).mode & 0o777).toBe(0o755);
    expect((await readdir(inside(''))).sort()).toEqual(['be', 'le', 'run.sh', 'src', 'utf8']);
  });

  it('is refused when the file is another by now', async () => {
    await writeFile(inside('a.ts'), 'one\n');
    const { text } = await files.read('a.ts', signal);
    await writeFile(inside('a.ts'), 'two\n');
    await expect(files.write('a.ts', text, 'mine\n')).rejects.toThrow(EditConflictError);
    expect(await bytes('a.ts')).toEqual(Buffer.from('two\n'));
    await rm(inside('a.ts'));
    await expect(files.write('a.ts', text, 'mine\n')).rejects.toThrow(UnreadableFileError);
    expect(await readdir(inside(''))).toEqual(['src']);
  });

  it('loses no line when writers begin from an old text', async () => {
    await writeFile(inside('a.ts'), '');
    const add = async (line: string): Promise<void> => {
      for (;;) {
        try {
          return await change('a.ts', (text) => `${text}${line}\n`);
        } catch (error) {
          if (!(error instanceof EditConflictError)) throw error;
        }
      }
    };
    await add('0');
    const stale = (await files.read('a.ts', signal)).text;
    for (const line of ['1', '2', '3']) {
      await expect(files.write('a.ts', `${stale}x`, 'lost')).rejects.toThrow(EditConflictError);
      await add(line);
    }
    expect((await bytes('a.ts')).toString()).toBe('0\n1\n2\n3\n');
  });

  it('refuses what an edit would damage: bytes that are no text in its encoding, read-only and binary files', async () => {
    await writeFile(inside('latin1.txt'), Buffer.from([0x61, 0xe4, 0x0a]));
    await expect(change('latin1.txt', (text) => `${text}b`)).rejects.toThrow('not in UTF-8 throughout');
    expect(await bytes('latin1.txt')).toEqual(Buffer.from([0x61, 0xe4, 0x0a]));
    await writeFile(inside('fixed.txt'), 'a\n');
    await chmod(inside('fixed.txt'), 0o444);
    await expect(change('fixed.txt', () => 'b\n')).rejects.toThrow('it is read-only');
    await writeFile(inside('x.bin'), Buffer.from([1, 0, 2]));
    await expect(files.write('x.bin', '\u0001', 'b')).rejects.toThrow(UnreadableFileError);
  });

  it('writes what a link inside the workspace leads to, and nothing outside', async () => {
    await writeFile(inside('src/a.ts'), 'one\n');
    await symlink(inside('src/a.ts'), inside('link.ts'));
    await change('link.ts', () => 'two\n');
    expect((await bytes('src/a.ts')).toString()).toBe('two\n');
    expect((await lstat(inside('link.ts'))).isSymbolicLink()).toBe(true);
    await writeFile(join(dir, 'outside/x.ts'), 'theirs\n');
    await symlink(join(dir, 'outside/x.ts'), inside('out.ts'));
    await expect(files.write('out.ts', 'theirs\n', 'mine\n')).rejects.toThrow(OutsideWorkspaceError);
    await expect(files.write('../outside/x.ts', 'theirs\n', 'mine\n')).rejects.toThrow(OutsideWorkspaceError);
    expect(await readFile(join(dir, 'outside/x.ts'), 'utf8')).toBe('theirs\n');
  });
});

describe('creating a file', () => {
  it('makes its folders, and never replaces one', async () => {
    await files.write('src/deep/new/a.ts', undefined, 'a\n');
    expect((await bytes('src/deep/new/a.ts')).toString()).toBe('a\n');
    await files.write('app/src/named.ts', undefined, 'b\n');
    expect((await bytes('src/named.ts')).toString()).toBe('b\n');
    await expect(files.write('src/named.ts', undefined, 'c\n')).rejects.toThrow(EditConflictError);
    await expect(files.write('src/named.ts/x.ts', undefined, 'c\n')).rejects.toThrow(UnreadableFileError);
    await expect(files.write('src', undefined, 'c\n')).rejects.toThrow(EditConflictError);
    expect((await bytes('src/named.ts')).toString()).toBe('b\n');
  });

  it('does not leave the workspace', async () => {
    await symlink(join(dir, 'outside'), inside('linked'));
    await symlink(join(dir, 'outside/none.ts'), inside('dangling.ts'));
    for (const path of ['linked/a.ts', 'linked/deep/a.ts', '../outside/a.ts', join(dir, 'outside/a.ts')])
      await expect(files.write(path, undefined, 'mine\n')).rejects.toThrow(OutsideWorkspaceError);
    await expect(files.write('dangling.ts', undefined, 'mine\n')).rejects.toThrow(UnreadableFileError);
    expect(await readdir(join(dir, 'outside'))).toEqual([]);
  });
});

it('asks no editor to change what is read-only', async () => {
  const editOpen = vi.fn(async () => 'saved' as const);
  const through = new NodeWorkspaceFiles({
    roots: () => [{ name: 'app', path: join(dir, 'app') }],
    editOpen,
  });
  await writeFile(inside('a.ts'), 'one\n');
  await chmod(inside('a.ts'), 0o444);
  await expect(through.write('a.ts', 'one\n', 'mine\n')).rejects.toThrow('it is read-only');
  expect(editOpen).not.toHaveBeenCalled();
});

it('leaves the file alone when an editor takes the edit, or shows something else', async () => {
  const asked: string[] = [];
  let answer: OpenEdit = 'unsaved';
  const through = new NodeWorkspaceFiles({
    roots: () => [{ name: 'app', path: join(dir, 'app') }],
    editOpen: async (path) => {
      asked.push(path);
      return answer;
    },
  });
  await writeFile(inside('a.ts'), 'one\n');
  expect(await through.write('a.ts', 'unsaved\n', 'mine\n')).toBe('unsaved');
  expect(asked).toEqual([inside('a.ts')]);
  answer = 'conflict';
  await expect(through.write('a.ts', 'unsaved\n', 'mine\n')).rejects.toThrow(EditConflictError);
  expect((await bytes('a.ts')).toString()).toBe('one\n');
  answer = 'elsewhere';
  expect(await through.write('a.ts', 'one\n', 'mine\n')).toBe('saved');
  expect((await bytes('a.ts')).toString()).toBe('mine\n');
});

it('is as it was after it is put back, however saving formats; only what is created anew is formatted, too', async () => {
  const formatted: string[] = [];
  const format = async (path: string, _: string, after: string) => {
    await writeFile(path, after.toUpperCase());
    return 'saved' as const;
  };
  const through = new NodeWorkspaceFiles({
    roots: () => [{ name: 'app', path: join(dir, 'app') }],
    editClosed: format,
    saveCreated: async (path, text) => void formatted.push(`${path} ${text}`),
  });
  await writeFile(inside('a.ts'), 'one\n');
  await through.write('a.ts', 'one\n', 'two\n');
  expect((await bytes('a.ts')).toString()).toBe('TWO\n');
  await through.write('a.ts', 'TWO\n', 'one\n', {});
  expect((await bytes('a.ts')).toString()).toBe('one\n');
  await through.write('new.ts', undefined, 'new\n');
  await through.write('back.ts', undefined, 'back\n', {});
  expect(formatted).toEqual([`${inside('new.ts')} new\n`]);
});

describe("git's own files", () => {
  it('are neither replaced nor created, through a link or in another case either', async () => {
    await mkdir(inside('.git/hooks'), { recursive: true });
    await writeFile(inside('.git/config'), '[core]\n');
    await symlink(inside('.git/config'), inside('settings.ini'));
    await symlink(inside('.git/hooks'), inside('scripts'));
    const fsmonitor = (text: string) => `${text}fsmonitor = ./evil\n`;
    for (const path of ['.git/config', 'settings.ini'])
      await expect(change(path, fsmonitor)).rejects.toThrow(UnreadableFileError);
    for (const path of ['.git/hooks/pre-commit', 'scripts/pre-commit', 'lib/.GIT/config'])
      await expect(files.write(path, undefined, 'evil\n')).rejects.toThrow(/git/);
    expect(String(await bytes('.git/config'))).toBe('[core]\n');
    expect(await readdir(inside('.git/hooks'))).toEqual([]);
    expect((await readdir(inside(''))).sort()).toEqual(['.git', 'scripts', 'settings.ini', 'src']);
    await files.write('.github/workflows/a.yml', undefined, 'on: push\n');
  });
});
