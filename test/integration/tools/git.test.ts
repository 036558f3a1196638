/** The git functions on real repositories. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FunctionContext } from '../../../src/engine/EngineFunction';
import { uncommittedChanges } from '../../../src/tools/gitChanges';
import { createFunctions } from '../../../src/tools/index';
import { NodeWorkspaceFiles } from '../../../src/tools/workspaceFiles';
import { fakeContext } from '../../unit/tools/fakeContext';
import { runFunction } from '../../unit/tools/runFunction';

let home: string;
let roots: { name: string; path: string }[];
/** Whether the person lets secret files be read. */
let approves = false;

function git(...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=a@b', ...args], {
    cwd: join(home, 'app'),
    encoding: 'utf8',
  });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
}

function commit(message: string): void {
  git('add', '--all');
  git('commit', '--quiet', '--message', message);
}

async function run(name: string, args: object): Promise<string> {
  const fn = createFunctions({ ripgrepPath: 'rg', roots: () => roots }).find((f) => f.schema.name === name);
  if (!fn) throw new Error(name);
  const { context } = fakeContext();
  const real: FunctionContext = {
    ...context,
    files: new NodeWorkspaceFiles({ roots: () => roots }),
    approver: { approve: async () => ({ allowed: approves }) },
  };
  return (await runFunction(fn, args, real)).text;
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'git-functions-'));
  roots = [{ name: 'app', path: join(home, 'app') }];
  mkdirSync(join(home, 'app'));
  mkdirSync(join(home, 'plain'));
  git('init', '--quiet', '--initial-branch=main');
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('a repository', () => {
  it('without a commit shows what is staged and what is new', async () => {
    write('app/src/a.ts', 'one\ntwo\n');
    expect(await run('git_diff', {})).toContain('New files that git does not know: src/a.ts');
    git('add', 'src/a.ts');
    expect(await run('git_diff', { staged: true })).toMatch(/^Staged changes:[\s\S]*\+one\n\+two/);
    await expect(run('git_log', {})).rejects.toThrow('does not have any commits yet');
  });

  it('tells changes that are not committed, staged ones, and those of a commit or range', async () => {
    commit('First: a file');
    write('app/src/a.ts', 'one\nTWO\n');
    commit('Second: loud');
    expect(await run('git_diff', {})).toBe('Changes not committed: none.');
    appendFileSync(join(home, 'app/src/a.ts'), 'three ü\n');
    write('app/ümlaut "x".txt', 'new');
    const diff = await run('git_diff', {});
    expect(diff).toMatch(/^Changes not committed:\ndiff --git a\/src\/a.ts b\/src\/a.ts[\s\S]*\+three ü/);
    expect(diff).toContain('New files that git does not know: ümlaut "x".txt');
    expect(await run('git_diff', { staged: true })).toBe('Staged changes: none.');
    expect(await run('git_diff', { path: 'src/a.ts' })).toContain('+three ü');
    expect(await run('git_diff', { commit: 'HEAD' })).toMatch(/Ann: Second: loud:\n[\s\S]*-two\n\+TWO/);
    expect(await run('git_diff', { commit: 'HEAD~1' })).toMatch(/Ann: First: a file:\n[\s\S]*\+one/);
    expect(await run('git_diff', { commit: 'HEAD~1..' })).toContain('+TWO');
  });

  it('takes no option, no file and no nonsense for a commit', async () => {
    const out = join(home, 'stolen');
    for (const written of [`--output=${out}`, 'HEAD:src/a.ts', 'nope', 'a..b'])
      await expect(run('git_diff', { commit: written })).rejects.toThrow(/There is no commit/);
    expect(existsSync(out)).toBe(false);
    await expect(run('git_diff', { path: '../plain' })).rejects.toThrow('outside the workspace');
    expect(await run('git_diff', { commit: 'HEAD', staged: true })).toContain('leave one out');
  });

  it('logs by page, by path across renames, by message, else by changed lines', async () => {
    git('checkout', '--quiet', '--', '.');
    rmSync(join(home, 'app/ümlaut "x".txt'));
    git('mv', 'src/a.ts', 'src/b.ts');
    commit('Third: renamed');
    for (let n = 1; n <= 22; n++) git('commit', '--quiet', '--allow-empty', '--message', `empty ${n}`);
    const log = await run('git_log', {});
    expect(log).toMatch(/^Commits, page 1; page 2 goes on; git_diff shows one:\n\w+ [-\d]+ Ann: empty 22\n/);
    expect(await run('git_log', { page: 2 })).toMatch(/page 2; git_diff[\s\S]*First: a file$/);
    expect(await run('git_log', { page: 3 })).toBe('Commits: none on page 3.');
    const followed = await run('git_log', { path: 'src/b.ts' });
    expect(followed.split('\n')).toHaveLength(4);
    expect(followed).toContain('First: a file');
    expect(await run('git_log', { query: 'LOUD' })).toMatch(/whose message has "LOUD"[\s\S]*Second: loud$/);
    expect(await run('git_log', { query: 'TWO' })).toMatch(/add or take away "TWO"[\s\S]*Second: loud$/);
    expect(await run('git_log', { query: 'nowhere' })).toContain('"nowhere": none.');
  });

  it('says who wrote lines, also those that nobody has committed', async () => {
    appendFileSync(join(home, 'app/src/b.ts'), 'three\n');
    const blame = await run('git_blame', { path: 'src/b.ts' });
    expect(blame).toMatch(
      /\n1 \w{9} [-\d]{10} Ann: First: a file\n2 \w{9} \S+ Ann: Second: loud\n3 not committed yet$/,
    );
    expect(await run('git_blame', { path: 'src/b.ts', startLine: 2, endLine: 2 })).not.toContain('First');
    await expect(run('git_blame', { path: 'src/b.ts', startLine: 9 })).rejects.toThrow('has only 3 lines');
    await expect(run('git_blame', { path: 'src' })).rejects.toThrow('src is a folder');
    git('checkout', '--quiet', '--', '.');
  });

  it('keeps secret files to itself unless the person allows them', async () => {
    write('app/.env', 'KEY=hunter2\n');
    write('app/c.txt', 'seen\n');
    commit('Oops');
    const diff = await run('git_diff', { commit: 'HEAD' });
    expect(diff).toContain('+seen');
    expect(diff).toContain('Not shown, for they look like they hold secrets: .env');
    expect(diff).not.toContain('hunter2');
    expect(await run('git_log', { query: 'hunter2' })).toContain('none.');
    expect(await run('git_diff', { commit: 'HEAD', path: '.env' })).toContain('The person refused');
    expect(await run('git_blame', { path: '.env' })).toContain('The person refused');
    expect(await run('git_log', { path: '.env', query: 'hunter2' })).toContain('The person refused');
    approves = true;
    expect(await run('git_diff', { commit: 'HEAD', path: '.env' })).toContain('+KEY=hunter2');
    approves = false;
  });

  it('leaves secret files out of what is attached for its changes, under any name', async () => {
    const signal = new AbortController().signal;
    write('app/.env', 'KEY=hunter3\n');
    write('app/c.txt', 'seen again\n');
    git('add', '.env');
    const changes = await uncommittedChanges(roots, [], signal);
    expect(changes).toContain('+seen again');
    expect(changes).toContain('Not shown, for they look like they hold secrets: .env');
    expect(changes).not.toContain('hunter');
    // What was in it before it was moved is no change of another file.
    write('app/.env', `KEY=hunter4\n${'a line\n'.repeat(30)}`);
    commit('Longer');
    git('mv', '.env', 'settings.txt');
    write('app/settings.txt', `KEY=none\n${'a line\n'.repeat(30)}`);
    expect(await uncommittedChanges(roots, [], signal)).not.toContain('hunter4');
    expect(await run('git_diff', {})).not.toContain('hunter4');
    git('reset', '--quiet', '--hard', 'HEAD~1');
  });

  it('runs nothing that its own settings name', async () => {
    const trap = join(home, 'trap.sh');
    const sprung = join(home, 'sprung');
    writeFileSync(trap, `#!/bin/sh\necho "$0 $@" >> '${sprung}'\ncat\n`);
    chmodSync(trap, 0o755);
    write('app/.gitattributes', '* diff=trap filter=trap\n');
    for (const name of [
      'core.fsmonitor',
      'core.pager',
      'diff.external',
      'diff.trap.command',
      'diff.trap.textconv',
      'filter.trap.clean',
      'filter.trap.smudge',
      'filter.trap.process',
      'gpg.program',
      'core.sshCommand',
    ])
      git('config', name, trap);
    git('config', 'log.showSignature', 'true');
    git('config', 'filter.trap.required', 'true');
    mkdirSync(join(home, 'app/.git/hooks'), { recursive: true });
    copyFileSync(trap, join(home, 'app/.git/hooks/post-index-change'));
    // Touched, not changed: comparing it refreshes the index.
    utimesSync(join(home, 'app/src/b.ts'), 1, 1);
    write('app/c.txt', 'changed\n');
    expect(await run('git_diff', {})).toContain('+changed');
    await run('git_diff', { commit: 'HEAD' });
    await run('git_log', { path: 'c.txt' });
    await run('git_log', { query: 'seen' });
    await run('git_blame', { path: 'c.txt' });
    expect(existsSync(sprung)).toBe(false);
  });
});

describe('folders', () => {
  it('that are in no repository say so', async () => {
    roots = [{ name: 'plain', path: join(home, 'plain') }];
    for (const [name, args] of [
      ['git_diff', {}],
      ['git_log', {}],
    ] as const)
      await expect(run(name, args)).rejects.toThrow('is not in a git repository');
  });

  it('that are several are told apart, and one without a repository is left out', async () => {
    roots = [
      { name: 'app', path: join(home, 'app') },
      { name: 'plain', path: join(home, 'plain') },
    ];
    expect(await run('git_diff', {})).toMatch(/^Changes not committed in app:\n/);
    expect(await run('git_log', { path: 'app/src/b.ts' })).toContain('Third: renamed');
    expect(await run('git_blame', { path: 'app/src/b.ts' })).toContain('app/src/b.ts');
  });

  it('hold repositories of their own, which are told apart, too', async () => {
    roots = [{ name: 'home', path: home }];
    mkdirSync(join(home, 'inner'));
    execFileSync('git', ['init', '--quiet'], { cwd: join(home, 'inner') });
    write('inner/e.txt', 'e');
    const outside = tmpdir();
    const found = [join(home, 'app'), join(home, 'inner'), home, outside];
    const changes = await uncommittedChanges(roots, found, new AbortController().signal);
    expect(changes).toMatch(/^Changes not committed in app:\n[\s\S]*\n\nChanges not committed in inner:\n/);
    expect(changes).toContain('New files that git does not know: e.txt');
    await expect(uncommittedChanges(roots, [], new AbortController().signal)).rejects.toThrow(
      'is not in a git repository',
    );
  });

  it('that are part of a repository show only that part', async () => {
    roots = [{ name: 'src', path: join(home, 'app/src') }];
    write('app/src/d.ts', 'inner\n');
    const diff = await run('git_diff', {});
    expect(diff).not.toContain('c.txt');
    expect(diff).toContain('New files that git does not know: d.ts');
    expect(await run('git_log', {})).not.toContain('Oops');
  });
});
