import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Problem } from '../../../src/engine/languageFeatures';
import { newProblems } from '../../../src/host/newProblems';

const problem = (startLine: number, message: string): Problem => ({
  path: '/a.ts',
  startLine,
  endLine: startLine,
  severity: 'error',
  message,
  source: 'ts 1',
});

it('names what there was less of before, wherever lines have moved to', () => {
  expect(newProblems([problem(3, 'x')], [problem(9, 'x')])).toEqual([]);
  expect(newProblems([problem(3, 'x')], [problem(3, 'x'), problem(5, 'y')])).toEqual([problem(5, 'y')]);
  expect(newProblems([problem(5, 'x')], [problem(2, 'x'), problem(5, 'x')])).toEqual([problem(2, 'x')]);
});

it('names as many as there are more, of any mixture', () => {
  const problems = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom('x', 'y', 'z')));
  fc.assert(
    fc.property(problems, problems, (a, b) => {
      const [before, now] = [a, b].map((list) => list.map(([line, message]) => problem(line, message)));
      if (!before || !now) return;
      const fresh = newProblems(before, now);
      for (const message of ['x', 'y', 'z']) {
        const count = (list: readonly Problem[]) => list.filter((p) => p.message === message).length;
        expect(count(fresh)).toBe(Math.max(0, count(now) - count(before)));
      }
      expect(now).toEqual(expect.arrayContaining([...fresh]));
    }),
  );
});
