import { describe, expect, it } from 'vitest';
import type { KnownFile } from '../../../src/disk/Catalog';
import { MovedFiles } from '../../../src/disk/MovedFiles';

const known = (rel: string, hash: string, size = 10): KnownFile => ({
  root: '/w',
  rel,
  mtime: 1,
  size,
  hash,
  pages: 1,
  state: 'indexed',
  reason: '',
  generation: 1,
  parse: 'lines',
});
const found = (rel: string, size = 10) => ({ root: '/w', rel, mtime: 2, size });

describe('MovedFiles', () => {
  it('knows what a new file may have been: as large, of the same language, with pages', () => {
    const moved = new MovedFiles([
      known('a.ts', '1'),
      known('b.ts', '2', 11),
      known('c.py', '3'),
      { ...known('d.ts', '4'), state: 'skipped', pages: 0 },
      { root: '/w', rel: 'unknown.ts' },
    ]);
    expect(moved.hashes(found('new.ts'))).toEqual(['1']);
    expect(moved.hashes(found('new.ts', 12))).toEqual([]);
  });

  it('gives each away once; what is left is gone', () => {
    const moved = new MovedFiles([known('a.ts', '1'), known('b.ts', '1'), known('c.ts', '2')]);
    expect(moved.claim(found('x.ts'), '1')?.rel).toBe('a.ts');
    expect(moved.claim(found('y.ts'), '1')?.rel).toBe('b.ts');
    expect(moved.claim(found('z.ts'), '1')).toBeUndefined();
    expect(moved.rest()).toMatchObject([{ rel: 'c.ts' }]);
  });
});
