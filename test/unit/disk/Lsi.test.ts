import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitLsi, LsiSpace, rightSingularVectors } from '../../../src/disk/Lsi';
import { symmetricEigen } from '../../../src/disk/symmetricEigen';

const sparse = (matrix: readonly (readonly number[])[]) =>
  matrix.map((row) => ({ columns: Int32Array.from(row.keys()), values: Float32Array.from(row) }));

describe('symmetricEigen', () => {
  it('decomposes a known matrix', () => {
    const { values, vectors } = symmetricEigen(Float64Array.from([2, 1, 1, 2]), 2);
    expect(values[0]).toBeCloseTo(3);
    expect(values[1]).toBeCloseTo(1);
    expect(Math.abs((vectors[0] ?? 0) * (vectors[2] ?? 0))).toBeCloseTo(0.5);
  });

  it('gives vectors that rebuild the matrix', () => {
    const entries = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 25, maxLength: 25 });
    fc.assert(
      fc.property(entries, (flat) => {
        const n = 5;
        const a = Float64Array.from({ length: n * n }, (_, i) => {
          const [r, c] = [Math.floor(i / n), i % n];
          return (flat[r * n + c] ?? 0) + (flat[c * n + r] ?? 0);
        });
        const { values, vectors } = symmetricEigen(Float64Array.from(a), n);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            let sum = 0;
            for (let k = 0; k < n; k++) {
              sum += (vectors[i * n + k] ?? 0) * (values[k] ?? 0) * (vectors[j * n + k] ?? 0);
            }
            expect(sum).toBeCloseTo(a[i * n + j] ?? 0, 6);
          }
        }
      }),
    );
  });
});

describe('rightSingularVectors', () => {
  it('finds the singular vectors of a tiny matrix', () => {
    // Singular values 5, 3 and 0; the right vectors are known in closed form.
    const { vectors, rank } = rightSingularVectors(
      sparse([
        [3, 2, 2],
        [2, 3, -2],
      ]),
      3,
      3,
    );
    expect(rank).toBe(2);
    const column = (c: number) => [0, 1, 2].map((row) => vectors[row * rank + c] ?? 0);
    const [a, b] = [column(0), column(1)];
    const sign = Math.sign(a[0] ?? 1);
    const half = Math.SQRT1_2;
    for (const [i, value] of [half, half, 0].entries()) expect((a[i] ?? 0) * sign).toBeCloseTo(value, 4);
    const signB = Math.sign(b[0] ?? 1);
    const root = Math.sqrt(18);
    for (const [i, value] of [1 / root, -1 / root, 4 / root].entries()) {
      expect((b[i] ?? 0) * signB).toBeCloseTo(value, 4);
    }
  });
});

describe('LsiSpace', () => {
  // Two subjects that share no word; `sync` and `mutex` never stand on the same page.
  const locks = [
    'lock mutex wait thread',
    'lock sync wait thread',
    'lock mutex thread hold',
    'sync wait thread hold',
  ];
  const colours = [
    'paint red brush wall',
    'paint blue brush wall',
    'paint red wall coat',
    'blue brush wall coat',
  ];
  const filler = Array.from({ length: 12 }, (_, i) => `alpha${i % 6} beta${i % 4} gamma${i % 3}`);
  const corpus = [...locks, ...colours, ...filler];
  const cosine = (a: Float32Array | undefined, b: Float32Array | undefined) =>
    a && b ? a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0) : Number.NaN;

  it('brings words near that occur with the same others', () => {
    const model = fitLsi(corpus, 8);
    if (!model) throw new Error('not fitted');
    const space = new LsiSpace(model);
    const near = cosine(space.embed(['mutex']), space.embed(['sync']));
    const far = cosine(space.embed(['mutex']), space.embed(['red']));
    expect(near).toBeGreaterThan(0.5);
    expect(far).toBeLessThan(0.2);
  });

  it('gives the same vectors for the same corpus', () => {
    expect(fitLsi(corpus, 8)?.basis).toEqual(fitLsi(corpus, 8)?.basis);
  });

  it('knows nothing of unknown words, and is not fitted on next to nothing', () => {
    const model = fitLsi(corpus, 8);
    if (!model) throw new Error('not fitted');
    expect(new LsiSpace(model).embed(['unheard'])).toBeUndefined();
    expect(fitLsi(['a b', 'b c'], 8)).toBeUndefined();
    expect(fitLsi(new Array<string>(50).fill(''), 8)).toBeUndefined();
  });
});
