import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rgPath } from '@vscode/ripgrep';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGrep } from '../../../src/tools/grep';
import { GrepError } from '../../../src/tools/ripgrep';
import type { WorkspaceRoot } from '../../../src/tools/workspaceFiles';
import { fakeContext, tokensOf } from '../../unit/tools/fakeContext';
import { runFunction } from '../../unit/tools/runFunction';

let dir: string;
let roots: readonly WorkspaceRoot[];
const grep = createGrep(rgPath, () => roots);

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'vc-grep-')));
  roots = [{ name: 'app', path: join(dir, 'app') }];
  await write('app/src/a.ts', 'first\r\n  needle one\r\n');
  await write('app/src/b.js', 'needle two\n');
});
afterEach(() => rm(dir, { recursive: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(join(dir, path, '..'), { recursive: true });
  await writeFile(join(dir, path), text);
}

async function run(args: unknown, maxResultTokens?: number) {
  return runFunction(grep, args, fakeContext(maxResultTokens).context);
}

describe('grep', () => {
  it('gives counts, then path, line and text', async () => {
    expect(await run({ pattern: 'needle' })).toEqual({
      text: '2 matches in 2 files\nsrc/a.ts:2: needle one\nsrc/b.js:1: needle two',
    });
  });

  it('narrows down by glob without bringing ignored files back', async () => {
    await write('app/.gitignore', 'generated/\n*.tmp.ts\n');
    await write('app/generated/c.ts', 'needle generated');
    await write('app/src/x.tmp.ts', 'needle temporary');
    expect((await run({ pattern: 'needle', glob: '*.ts' })).text).toBe(
      '1 match in 1 file\nsrc/a.ts:2: needle one',
    );
    expect((await run({ pattern: 'needle', glob: 'generated/**' })).text).toMatch(
      /^No matches for needle in generated/,
    );
    expect((await run({ pattern: 'needle', glob: '**/*.{js,py}' })).text).toContain('src/b.js:1');
  });

  it('respects .virtualcontextignore and skips binaries, but searches dot folders', async () => {
    await write('app/.virtualcontextignore', 'src/b.js\n');
    await write('app/data.bin', 'needle\0');
    await write('app/.github/ci.yml', 'needle: ci');
    await write('app/.git/config', 'needle git');
    expect((await run({ pattern: 'needle' })).text.split('\n').slice(1)).toEqual([
      '.github/ci.yml:1: needle: ci',
      'src/a.ts:2: needle one',
    ]);
  });

  it('tells nothing about secret files, not even that they match', async () => {
    const before = await run({ pattern: 'needle' });
    const nothing = await run({ pattern: 'only_in_env' });
    await write('app/.env', 'needle=1\nonly_in_env=1');
    await write('app/keys/server.pem', 'needle');
    expect(await run({ pattern: 'needle' })).toEqual(before);
    expect(await run({ pattern: 'only_in_env' })).toEqual(nothing);
  });

  it('does not follow links', async () => {
    await write('outside/o.ts', 'needle outside');
    await symlink(join(dir, 'outside'), join(dir, 'app/link'));
    await symlink(join(dir, 'outside/o.ts'), join(dir, 'app/o.ts'));
    expect((await run({ pattern: 'needle' })).text).not.toContain('outside');
  });

  it('takes the pattern as a pattern, never as an option or a command', async () => {
    await write('app/c.txt', '--files here\n$(touch hacked) `x` ; y\n');
    expect((await run({ pattern: '--files' })).text).toContain('c.txt:1: --files here');
    expect((await run({ pattern: '\\$\\(touch hacked\\)' })).text).toContain('c.txt:2');
    expect((await run({ pattern: '-e' })).text).toMatch(/^No matches/);
  });

  it('supports look-around, and hands the words of ripgrep on when a pattern is wrong', async () => {
    expect((await run({ pattern: 'needle(?= two)' })).text).toContain('src/b.js:1');
    expect((await run({ pattern: '(?i)NEEDLE ONE' })).text).toContain('src/a.ts:2');
    const attempt = run({ pattern: 'needle(' });
    await expect(attempt).rejects.toThrow(GrepError);
    await expect(attempt).rejects.toThrow(/unclosed group|missing closing parenthesis/);
  });

  it('pages through many matches, each on exactly one page, however much is admitted at each step', async () => {
    const lines = Array.from({ length: 150 }, (_, i) => `needle number ${i}`);
    await write('app/src/many.txt', lines.join('\n'));
    const seen: string[] = [];
    let pages = 1;
    for (let page = 1; page <= pages; page++) {
      const { text } = await run({ pattern: 'number', page }, page % 2 === 0 ? 400 : 4000);
      expect(tokensOf(text)).toBeLessThanOrEqual(680);
      const [header = '', ...shown] = text.split('\n');
      pages = Number(/^150 matches in 1 file, page \d+ of (\d+)$/.exec(header)?.[1]);
      seen.push(...shown.map((line) => line.replace(/^src\/many\.txt:\d+: /, '')));
    }
    expect(seen).toEqual(lines);
    expect(await run({ pattern: 'number', page: pages + 1 }, 400)).toMatchObject({ isError: true });
  });

  it('cuts long lines and says how many matches there are beyond those it shows', async () => {
    await write('app/min.js', `needle ${'x'.repeat(1_000_000)}`);
    await write('app/big.txt', 'y\n'.repeat(3000));
    expect((await run({ pattern: 'needle', glob: 'min.js' })).text.length).toBeLessThan(400);
    expect((await run({ pattern: '^y$' }, 100_000)).text).toMatch(
      /^3000 matches in 1 file, page 1 of \d+, the first 2000 shown: narrow the pattern or the glob\n/,
    );
    await write('app/big.txt', 'y\n'.repeat(250_000));
    expect((await run({ pattern: '^y$' }, 100_000)).text).toMatch(/^at least 200000 matches in 1 file/);
  });

  it('searches every folder of a workspace and names it in paths and globs', async () => {
    await write('lib/src/a.ts', 'needle lib');
    roots = [...roots, { name: 'lib', path: join(dir, 'lib') }];
    expect((await run({ pattern: 'needle', glob: '*.ts' })).text.split('\n').slice(1)).toEqual([
      'app/src/a.ts:2: needle one',
      'lib/src/a.ts:1: needle lib',
    ]);
    expect((await run({ pattern: 'needle', glob: 'lib/**' })).text).toMatch(/^1 match in 1 file\n/);
    expect((await run({ pattern: 'needle', glob: '!lib/**' })).text).not.toContain('lib/');
  });

  it('goes on past a file that cannot be read', async () => {
    await write('app/locked.txt', 'needle');
    await chmod(join(dir, 'app/locked.txt'), 0);
    await symlink('nowhere', join(dir, 'app/dangling'));
    expect((await run({ pattern: 'needle two' })).text).toContain('src/b.js:1');
    expect((await run({ pattern: 'absent' })).text).toMatch(/^No matches/);
  });

  it('stops when cancelled, and says what is wrong when it cannot run', async () => {
    const { context } = fakeContext();
    await expect(
      runFunction(grep, { pattern: 'x' }, { ...context, signal: AbortSignal.abort() }),
    ).rejects.toThrow(/abort/i);
    const slow = join(dir, 'slow-rg');
    await writeFile(slow, '#!/bin/sh\nexec sleep 50\n', { mode: 0o700 });
    const running = new AbortController();
    const search = runFunction(
      createGrep(slow, () => roots),
      { pattern: 'x' },
      { ...context, signal: running.signal },
    );
    setTimeout(() => running.abort(), 50);
    await expect(search).rejects.toThrow(/abort/i);
    const broken = createGrep(join(dir, 'no-such-rg'), () => roots);
    await expect(runFunction(broken, { pattern: 'x' }, context)).rejects.toThrow('ripgrep could not run');
    roots = [];
    expect(await run({ pattern: 'x' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('No folder'),
    });
  });
});
