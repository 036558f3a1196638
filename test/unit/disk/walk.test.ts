import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { look } from '../../../src/disk/look';
import { type WalkRequest, type WalkResult, walk } from '../../../src/disk/walk';

let root: string;

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

/** Walks one root; other settings may be given. */
function walked(settings: Partial<WalkRequest> = {}): {
  readonly rels: string[];
  readonly result: WalkResult;
} {
  const rels: string[] = [];
  const request = { roots: [root], maxFileBytes: 1000, maxFiles: 1000, near: [], ...settings };
  const result = walk(request, (files) => {
    expect(files.mtimes).toHaveLength(files.rels.length);
    expect(files.sizes).toHaveLength(files.rels.length);
    rels.push(...files.rels);
  });
  return { rels, result };
}

const found = () => walked().rels.sort();

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
    expect(found()).toEqual([
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
    expect(found()).toEqual(['a.js']);
    put({ '.virtualcontextignore': '!package-lock.json\na.js\n' });
    expect(found()).toEqual(['.virtualcontextignore', 'package-lock.json']);
  });

  it('never lists secrets, whatever the rules say', async () => {
    put({
      '.virtualcontextignore': '!.env\n!*.pem\n',
      '.env': 'KEY=1',
      'server.pem': '',
      '.env.example': 'KEY=',
    });
    expect(found()).toEqual(['.env.example', '.virtualcontextignore']);
  });

  it('follows no links: loops end, and what is outside stays outside', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'vctx-outside-'));
    writeFileSync(join(outside, 'secret.ts'), '');
    put({ 'src/a.ts': '' });
    symlinkSync(root, join(root, 'src/loop'));
    symlinkSync(outside, join(root, 'out'));
    symlinkSync(join(outside, 'secret.ts'), join(root, 'link.ts'));
    expect(found()).toEqual(['src/a.ts']);
    rmSync(outside, { recursive: true });
  });

  it('walks nested roots by themselves and counts what is too large', () => {
    put({ 'a.ts': '', 'inner/b.ts': '', 'big.ts': 'x'.repeat(2000) });
    const { rels, result } = walked({ roots: [root, join(root, 'inner')] });
    expect(rels).toEqual(['a.ts', 'b.ts']);
    expect(result).toEqual({ tooLarge: 1, unreadable: 0, missing: [], capped: false });
  });

  it('says which roots are not there', () => {
    put({ 'a.ts': '' });
    const { rels, result } = walked({ roots: [join(root, 'away'), root] });
    expect(rels).toEqual(['a.ts']);
    expect(result).toMatchObject({ missing: [join(root, 'away')], unreadable: 1 });
  });

  it('begins with what is near to the open files', () => {
    put({ 'a/x.ts': '', 'b/c/d/y.ts': '', 'b/c/e/z.ts': '', 'f/g.ts': '', 'm.ts': '' });
    const { rels } = walked({ near: [join(root, 'b/c/d/y.ts')] });
    expect(rels).toEqual(['m.ts', 'b/c/d/y.ts', 'b/c/e/z.ts', 'f/g.ts', 'a/x.ts']);
  });

  it('stops at the number of files it is given, and only says so when there are more', () => {
    put({ 'a.ts': '', 'b/c.ts': '', 'd/e.ts': '' });
    expect(walked({ maxFiles: 3 }).result.capped).toBe(false);
    const { rels, result } = walked({ maxFiles: 2 });
    expect(rels).toHaveLength(2);
    expect(result.capped).toBe(true);
  });

  it('gives many files in parts', () => {
    put(Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`f${i}.ts`, ''])));
    const sizes: number[] = [];
    const request = { roots: [root], maxFileBytes: 1, maxFiles: 9999, near: [] };
    walk(request, ({ rels }) => sizes.push(rels.length));
    expect(sizes).toEqual([64, 1000, 436]);
  });
});

describe('look', () => {
  const at = (...rels: string[]) =>
    look(
      rels.map((rel) => ({ root, rel })),
      1000,
    );
  const relsOf = (files: readonly { readonly rel: string }[]) => files.map(({ rel }) => rel);

  it('judges a single path as a walk does', () => {
    put({
      '.gitignore': 'generated/\n',
      'generated/deep/a.ts': '',
      'src/a.ts': '',
      'big.ts': 'x'.repeat(2000),
      '.env': '',
    });
    symlinkSync(join(root, 'src'), join(root, 'linked'));
    const away = [
      'generated/deep/a.ts',
      'node_modules/x/y.ts',
      'big.ts',
      '.env',
      'linked',
      'linked/a.ts',
      'none.ts',
      'src/a.ts/b',
    ];
    const { found: there, gone, folders } = at('src/a.ts', ...away);
    expect(relsOf(there)).toEqual(['src/a.ts']);
    expect(relsOf(gone)).toEqual(away);
    expect(folders).toBe(false);
  });

  it('says that there is a folder, unless it is left out', () => {
    put({ 'src/a.ts': '', 'node_modules/a.ts': '' });
    expect(at('src').folders).toBe(true);
    expect(at('node_modules')).toMatchObject({ folders: false, gone: [{ rel: 'node_modules' }] });
  });

  it('says nothing about the files of a root that is not there', () => {
    const path = { root: join(root, 'away'), rel: 'a.ts' };
    expect(look([path], 1000)).toEqual({ found: [], gone: [], folders: false, missing: [path.root] });
  });
});
