import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { headCommit, isAncestor, readLog } from '../../../src/disk/gitLog';
import { never, paths, soon, useDisk } from './diskFixture';

const disk = useDisk();

function git(...args: string[]): string {
  const settings = ['user.name=A', 'user.email=a@example.org', 'commit.gpgsign=false', 'core.autocrlf=false'];
  const options = settings.flatMap((setting) => ['-c', setting]);
  return execFileSync('git', [...options, ...args], {
    cwd: disk().root,
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();
}

function commit(message: string, contents: Record<string, string> = {}): string {
  disk().put(contents);
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '-m', message);
  return git('rev-parse', 'HEAD');
}

beforeEach(() => {
  git('init', '--quiet', '--initial-branch=main');
});

describe('the log of a folder', () => {
  it('tells messages, files and moves, newest first, and continues where it was', async () => {
    const first = commit('Begin', { 'src/a b.ts': 'one\n', 'src/ü.ts': 'two\n' });
    renameSync(join(disk().root, 'src/a b.ts'), join(disk().root, 'src/c.ts'));
    const second = commit('Move the parser\n\nIt belongs there.\n\nCo-authored-by: Nobody');
    const log = await readLog(disk().root, 100, undefined, never);
    expect(log?.map(({ hash }) => hash)).toEqual([second, first]);
    expect(log?.[0]).toMatchObject({
      toks: 'move the parser it belong there',
      moves: [['src/a b.ts', 'src/c.ts']],
    });
    expect(log?.[1]?.files).toEqual(expect.arrayContaining(['src/a b.ts', 'src/ü.ts']));
    expect((await readLog(disk().root, 100, first, never))?.map(({ hash }) => hash)).toEqual([second]);
    expect(await isAncestor(disk().root, first, never)).toBe(true);
    git('checkout', '--quiet', '--orphan', 'other');
    commit('Elsewhere');
    expect(await isAncestor(disk().root, first, never)).toBe(false);
  });

  it('gives paths within a folder below the top', async () => {
    commit('Begin', { 'src/queue.ts': 'one\n', 'other.ts': 'two\n' });
    const log = await readLog(join(disk().root, 'src'), 100, undefined, never);
    expect([...(log?.[0]?.files ?? [])].sort()).toEqual(['parser.py', 'queue.ts']);
  });

  it('is none where there is no repository or no commit', async () => {
    expect(await headCommit(disk().root, never)).toBeUndefined();
    rmSync(join(disk().root, '.git'), { recursive: true });
    expect(await headCommit(disk().root, never)).toBeUndefined();
    expect(await readLog(disk().root, 100, undefined, never)).toBeUndefined();
  });

  it('runs nothing that the repository names', async () => {
    const witness = join(disk().folder, 'ran');
    const program = join(disk().root, 'evil.sh');
    disk().put({ 'evil.sh': `#!/bin/sh\ntouch "${witness}"\n` });
    chmodSync(program, 0o755);
    commit('Begin');
    const settings = [
      'core.fsmonitor',
      'core.pager',
      'diff.external',
      'gpg.program',
      'core.sshCommand',
      'pager.log',
    ];
    for (const key of settings) git('config', key, `"${program}"`);
    git('config', 'log.showSignature', 'true');
    git('config', 'diff.evil.command', program);
    git('config', 'diff.evil.textconv', program);
    disk().put({ '.gitattributes': '* diff=evil\n' });
    await headCommit(disk().root, never);
    expect(await readLog(disk().root, 100, undefined, never)).toHaveLength(1);
    expect(existsSync(witness)).toBe(false);
  });
});

describe('search with a history', () => {
  /** Commits enough for a history to count. */
  const manyCommits = () => {
    const one = (i: number) => {
      const message = `Polish the ${['blue', 'green', 'red'][i % 3]} lamp`;
      const head = `commit refs/heads/main\ncommitter A <a@example.org> ${1_700_000_000 + i} +0000\n`;
      return `${head}data ${message.length}\n${message}\nM 100644 inline src/lamp.ts\ndata 2\n${i % 10}\n\n`;
    };
    const input = Array.from({ length: 24 }, (_, i) => one(i)).join('');
    execFileSync('git', ['fast-import', '--quiet'], { cwd: disk().root, input });
  };

  it('finds a file by what commits have said about it', async () => {
    manyCommits();
    commit('Evict the oldest walrus first', {
      'src/queue.ts': 'export class Queue {\n  walrus(): void {}\n}\n',
    });
    disk().put({ 'src/zoo.ts': 'export class Zoo {\n  walrus(): void {}\n}\n' });
    const client = await disk().indexed();
    expect((await paths(client, 'oldest walrus'))[0]).toBe('src/queue.ts');
    const query = { text: 'oldest walrus', explain: true, page: 1, pageSize: 5 };
    const { hits } = await client.searchWorkspace(query, soon());
    expect(hits[0]?.explanation?.length).toBeGreaterThan(0);
    expect(
      (await client.searchWorkspace({ ...query, explain: false }, soon())).hits[0]?.explanation,
    ).toBeUndefined();
  });

  it('follows HEAD: new commits count, those of another branch no longer do', async () => {
    manyCommits();
    const files = { 'src/one.ts': 'export const walrus = 1;\n', 'src/two.ts': 'export const walrus = 1;\n' };
    commit('Add animals', files);
    const client = await disk().indexed();
    git('checkout', '--quiet', '-b', 'topic');
    const say = async (message: string, rel: string) => {
      commit(message, { [rel]: `export const walrus = ${Math.random()};\n` });
      await client.filesChanged([join(disk().root, rel)]);
      await client.whenReady(soon());
    };
    for (let i = 0; i < 3; i++) await say('Teach the walrus to whistle', 'src/two.ts');
    await expect.poll(async () => (await paths(client, 'walrus whistle'))[0]).toBe('src/two.ts');
    git('checkout', '--quiet', 'main');
    for (let i = 0; i < 3; i++) await say('Teach the walrus to whistle', 'src/one.ts');
    await client.filesChanged([join(disk().root, 'src/two.ts')]);
    await client.whenReady(soon());
    await expect.poll(async () => (await paths(client, 'walrus whistle'))[0]).toBe('src/one.ts');
  });
});
