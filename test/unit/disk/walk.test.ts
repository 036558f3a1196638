import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IgnoreRules } from '../../../src/disk/ignoreRules';
import { walk } from '../../../src/disk/walk';

let root: string;
const never = new AbortController().signal;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'vctx-walk-')));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(files: Record<string, string>): void {
  for (const [rel, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, rel)), { recursive: true });
    writeFileSync(join(root, rel), text);
  }
}

async function found(elsewhere: readonly string[] = [], maxFileBytes = 1000): Promise<string[]> {
  return (await walk(root, new Set(elsewhere), maxFileBytes, never)).files.map((file) => file.rel);
}

describe('walk', () => {
  it('honours nested ignore files, the deeper one winning', async () => {
    put({
      '.gitignore': '*.log\n/build/\n',
      'a.ts': '',
      'a.log': '',
      'build/out.js': '',
      'sub/build/kept.js': '',
      'sub/.gitignore': '!keep.log\nlocal.ts\n',
      'sub/keep.log': '',
      'sub/other.log': '',
      'sub/local.ts': '',
      'local.ts': '',
    });
    expect(await found()).toEqual([
      '.gitignore',
      'a.ts',
      'local.ts',
      'sub/.gitignore',
      'sub/build/kept.js',
      'sub/keep.log',
    ]);
  });

  it('leaves out dependencies, lock files, binaries and minified files, unless taken back', async () => {
    put({
      'node_modules/a/index.js': '',
      'package-lock.json': '',
      'logo.png': '',
      'a.min.js': '',
      'Cargo.lock': '',
      'a.js': '',
    });
    expect(await found()).toEqual(['a.js']);
    put({ '.virtualcontextignore': '!package-lock.json\na.js\n' });
    expect(await found()).toEqual(['.virtualcontextignore', 'package-lock.json']);
  });

  it('never lists secrets, whatever the rules say', async () => {
    put({
      '.virtualcontextignore': '!.env\n!*.pem\n',
      '.env': 'KEY=1',
      'server.pem': '',
      '.env.example': 'KEY=',
    });
    expect(await found()).toEqual(['.env.example', '.virtualcontextignore']);
  });

  it('follows no links: loops end, and what is outside stays outside', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'vctx-outside-'));
    writeFileSync(join(outside, 'secret.ts'), '');
    put({ 'src/a.ts': '' });
    symlinkSync(root, join(root, 'src/loop'));
    symlinkSync(outside, join(root, 'out'));
    symlinkSync(join(outside, 'secret.ts'), join(root, 'link.ts'));
    expect(await found()).toEqual(['src/a.ts']);
    rmSync(outside, { recursive: true });
  });

  it('leaves nested roots to themselves and counts what is too large', async () => {
    put({ 'a.ts': '', 'inner/b.ts': '', 'big.ts': 'x'.repeat(2000) });
    const result = await walk(root, new Set([join(root, 'inner')]), 1000, never);
    expect(result.files.map((file) => file.rel)).toEqual(['a.ts']);
    expect(result.tooLarge).toBe(1);
  });

  it('stops when told to', async () => {
    await expect(walk(root, new Set(), 1000, AbortSignal.abort())).rejects.toThrow();
  });
});

describe('IgnoreRules', () => {
  it('judges a single path by the rules of all its folders', async () => {
    put({ '.gitignore': 'generated/\n', 'generated/deep/a.ts': '', 'src/a.ts': '' });
    const rules = new IgnoreRules(root);
    expect(await rules.excludesPath('generated/deep/a.ts')).toBe(true);
    expect(await rules.excludesPath('node_modules/x/y.ts')).toBe(true);
    expect(await rules.excludesPath('src/a.ts')).toBe(false);
  });
});
