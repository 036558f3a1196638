import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutsideWorkspaceError, UnreadableFileError } from '../../../src/engine/errors';
import { NodeWorkspaceFiles, type WorkspaceRoot } from '../../../src/tools/workspaceFiles';

const signal = new AbortController().signal;
let dir: string;
let one: NodeWorkspaceFiles;
let several: NodeWorkspaceFiles;
let none: NodeWorkspaceFiles;

const files = (roots: readonly WorkspaceRoot[]) => new NodeWorkspaceFiles({ roots: () => roots });

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'vc-files-')));
  await mkdir(join(dir, 'app/src/deep'), { recursive: true });
  await mkdir(join(dir, 'lib'));
  await mkdir(join(dir, 'app-secrets'));
  await writeFile(join(dir, 'app/src/a.ts'), 'const a = 1;\r\n');
  await writeFile(join(dir, 'app/src/QueueManager.ts'), '');
  await writeFile(join(dir, 'lib/b.ts'), 'b');
  await writeFile(join(dir, 'outside.txt'), 'outside');
  await writeFile(join(dir, 'app-secrets/x.txt'), 'outside too');
  one = files([{ name: 'app', path: join(dir, 'app') }]);
  several = files([
    { name: 'app', path: join(dir, 'app') },
    { name: 'lib', path: join(dir, 'lib') },
  ]);
  none = files([]);
});
afterEach(() => rm(dir, { recursive: true }));

async function problem(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  if (!(error instanceof UnreadableFileError || error instanceof OutsideWorkspaceError)) throw error;
  return `${error.name}: ${error.message} ${error.nextStep}`;
}

describe('canonical', () => {
  it('gives one form of all ways to write a path', () => {
    for (const path of [
      'src/a.ts',
      './src/a.ts',
      'src//./a.ts',
      'src/x/../a.ts',
      join(dir, 'app/src/a.ts'),
      'app/src/a.ts',
    ]) {
      expect(one.canonical(path)).toBe('src/a.ts');
    }
    for (const path of ['', '.', './', join(dir, 'app'), 'app']) expect(one.canonical(path)).toBe('.');
    expect(several.canonical('lib/b.ts')).toBe('lib/b.ts');
    expect(several.canonical(join(dir, 'lib/b.ts'))).toBe('lib/b.ts');
    expect(several.canonical('src/a.ts')).toBe('app/src/a.ts');
    expect(several.canonical('')).toBe('.');
    expect(several.canonical('lib')).toBe('lib');
  });

  it('prefers a real folder that is called like the workspace', async () => {
    await mkdir(join(dir, 'app/app'));
    await writeFile(join(dir, 'app/app/a.ts'), 'inner');
    expect((await one.read('app/a.ts', signal)).text).toBe('inner');
  });

  it('refuses what leads outside', () => {
    for (const path of [
      '..',
      '../outside.txt',
      'src/../../outside.txt',
      '/etc/passwd',
      join(dir, 'app-secrets/x.txt'),
    ]) {
      expect(() => one.canonical(path)).toThrow(OutsideWorkspaceError);
    }
    expect(() => one.canonical('src/a.ts\0.png')).toThrow(OutsideWorkspaceError);
    expect(() => several.canonical('zz/a.ts')).toThrow('names no workspace folder');
  });

  it('says to open a folder when there is none', async () => {
    expect(() => none.canonical('a.ts')).toThrow('No folder is open.');
    expect(await problem(none.read('a.ts', signal))).toContain('open a folder');
    expect(await none.version('a.ts')).toBeUndefined();
  });

  it('never leaves the workspace, whatever a model writes', async () => {
    const part = fc.constantFrom(
      '..',
      '.',
      'src',
      'app',
      'a.ts',
      'outside.txt',
      'app-secrets',
      'x.txt',
      '',
      '\\',
      ' ',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 7 }), fc.boolean(), async (parts, absolute) => {
        const text = await one.read(`${absolute ? `${dir}/app/` : ''}${parts.join('/')}`, signal).then(
          (snapshot) => snapshot.text,
          () => '',
        );
        expect(text).not.toContain('outside');
      }),
      { numRuns: 300 },
    );
  });
});

describe('fromAddress', () => {
  it('gives the workspace path of an address part', () => {
    expect(one.fromAddress('app/src/a.ts')).toBe('src/a.ts');
    expect(several.fromAddress('lib/b.ts')).toBe('lib/b.ts');
    expect(() => one.fromAddress('lib/b.ts')).toThrow(OutsideWorkspaceError);
  });
});

describe('read', () => {
  it('gives text as it is, with path, address part and version', async () => {
    const snapshot = await one.read('./src/a.ts', signal);
    expect(snapshot).toMatchObject({
      path: 'src/a.ts',
      addressPath: 'app/src/a.ts',
      text: 'const a = 1;\r\n',
    });
    expect(await one.version('src/a.ts')).toBe(snapshot.version);
    expect(await several.read('lib/b.ts', signal)).toMatchObject({
      path: 'lib/b.ts',
      addressPath: 'lib/b.ts',
    });
  });

  it('changes the version with the content', async () => {
    const before = await one.version('src/a.ts');
    await writeFile(join(dir, 'app/src/a.ts'), 'const b = 1;\r\n');
    expect(await one.version('src/a.ts')).not.toBe(before);
    await rm(join(dir, 'app/src/a.ts'));
    expect(await one.version('src/a.ts')).toBeUndefined();
  });

  it('follows links inside the workspace only', async () => {
    await symlink(join(dir, 'app/src'), join(dir, 'app/inside'));
    await symlink(dir, join(dir, 'app/up'));
    await symlink(join(dir, 'outside.txt'), join(dir, 'app/file'));
    await symlink('loop', join(dir, 'app/loop'));
    expect((await one.read('inside/a.ts', signal)).text).toContain('const a');
    for (const path of ['up/outside.txt', 'file', 'up']) {
      await expect(one.read(path, signal)).rejects.toThrow(OutsideWorkspaceError);
      await expect(one.list(path, signal)).rejects.toThrow(OutsideWorkspaceError);
      expect(await one.version(path)).toBeUndefined();
    }
    expect(await problem(one.read('up/outsid.txt', signal))).not.toContain('outside.txt');
    expect(await problem(one.read('loop', signal))).toContain('leads to itself');
  });

  it('knows a secret file behind a link with a harmless name', async () => {
    await writeFile(join(dir, 'app/.env'), 'KEY=1');
    await symlink('.env', join(dir, 'app/notes.txt'));
    await symlink('src', join(dir, 'app/code'));
    expect(await one.isSecret('.env')).toBe(true);
    expect(await one.isSecret('notes.txt')).toBe(true);
    expect(await one.isSecret('code/a.ts')).toBe(false);
    expect(await one.isSecret('missing.txt')).toBe(false);
  });

  it('works in a folder that was opened through a link', async () => {
    await symlink(join(dir, 'app'), join(dir, 'alias'));
    const aliased = files([{ name: 'alias', path: join(dir, 'alias') }]);
    expect((await aliased.read('src/a.ts', signal)).addressPath).toBe('alias/src/a.ts');
    expect(aliased.canonical(join(dir, 'app/src/a.ts'))).toBe('src/a.ts');
    expect(aliased.canonical(join(dir, 'alias/src/a.ts'))).toBe('src/a.ts');
  });

  it('decodes what is text and refuses what is not', async () => {
    await writeFile(join(dir, 'app/bom.txt'), '\ufeffhello');
    await writeFile(join(dir, 'app/latin1.txt'), Buffer.from([0x63, 0x61, 0x66, 0xe9]));
    await writeFile(join(dir, 'app/utf16.txt'), Buffer.from('\ufeffhällo', 'utf16le'));
    await writeFile(join(dir, 'app/image.png'), Buffer.from([0x89, 0x50, 0, 1]));
    await writeFile(join(dir, 'app/empty'), '');
    const textOf = async (path: string) => (await one.read(path, signal)).text;
    expect(await textOf('bom.txt')).toBe('hello');
    expect(await textOf('latin1.txt')).toBe('caf\ufffd');
    expect(await textOf('utf16.txt')).toBe('hällo');
    expect(await textOf('empty')).toBe('');
    expect(await problem(one.read('image.png', signal))).toContain('binary');
  });

  it('refuses huge files, folders and pipes without blocking', async () => {
    await writeFile(join(dir, 'app/huge.log'), '');
    await truncate(join(dir, 'app/huge.log'), 45_000_000);
    expect(await problem(one.read('huge.log', signal))).toMatch(/too large.*45 MB.*20 MB.*grep/);
    expect(await problem(one.read('src', signal))).toContain('list_directory');
    if (process.platform !== 'win32') {
      execFileSync('sh', ['-c', 'mkfifo "$0"', join(dir, 'app/pipe')]);
      expect(await problem(one.read('pipe', signal))).toContain('not a regular file');
    }
  });

  it('says what was probably meant when a path does not exist', async () => {
    expect(await problem(one.read('src/a.js', signal))).toContain('Similar: src/a.ts.');
    expect(await problem(one.read('src/queuemanger.ts', signal))).toContain('Similar: src/QueueManager.ts.');
    expect(await problem(one.read('scr/a.ts', signal))).toMatch(/there is no scr in \.\).*Similar: src\./);
    expect(await problem(one.read('src/nothing/like/this.ts', signal))).toContain('list_directory "src".');
    expect(await problem(several.read('lib/c.ts', signal))).toContain('Similar: lib/b.ts.');
    expect(await problem(one.read('src/a.ts/b', signal))).toContain('does not exist');
  });

  it('gives text and version of the same state while the file is being written', async () => {
    const path = join(dir, 'app/log.txt');
    await writeFile(path, '');
    const timer = setInterval(() => appendFileSync(path, 'line\n'), 1);
    for (let i = 0; i < 30; i++) {
      const { text, version } = await one.read('log.txt', signal);
      expect(version.endsWith(`-${text.length}`)).toBe(true);
    }
    clearInterval(timer);
  });

  it('lets unsaved editor text win, under the name the editor uses', async () => {
    const open = new Map([[join(dir, 'app/src/a.ts'), { text: 'unsaved', version: '7' }]]);
    const edited = new NodeWorkspaceFiles({
      roots: () => [{ name: 'app', path: join(dir, 'app') }],
      openText: (path) => open.get(path),
    });
    await symlink(join(dir, 'app/src'), join(dir, 'app/inside'));
    for (const path of ['src/a.ts', 'inside/a.ts']) {
      expect(await edited.read(path, signal)).toMatchObject({ text: 'unsaved', version: 'editor:7' });
      expect(await edited.version(path)).toBe('editor:7');
    }
    open.clear();
    expect((await edited.read('src/a.ts', signal)).text).toContain('const a');
  });

  it('stops when cancelled', async () => {
    await expect(one.read('src/a.ts', AbortSignal.abort())).rejects.toThrow(/abort/i);
    await expect(one.list('src', AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});

describe('list', () => {
  it('lists folders first, then names, with kinds and sizes', async () => {
    await symlink('nowhere', join(dir, 'app/src/dangling'));
    await utimes(join(dir, 'app/src/a.ts'), 1, 1);
    expect(await one.list('src', signal)).toEqual([
      { name: 'deep', kind: 'directory', size: 0 },
      { name: 'QueueManager.ts', kind: 'file', size: 0 },
      { name: 'a.ts', kind: 'file', size: 14 },
      { name: 'dangling', kind: 'symlink', size: 0 },
    ]);
    expect((await several.list('.', signal)).map((entry) => entry.name)).toEqual(['app', 'lib']);
    expect((await several.list('app', signal)).map((entry) => entry.name)).toEqual(['src']);
  });

  it('says what to do with a file', async () => {
    expect(await problem(one.list('src/a.ts', signal))).toContain('read_file');
    expect(await problem(one.list('src/deeper', signal))).toContain('Similar: src/deep.');
  });
});
