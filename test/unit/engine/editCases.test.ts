import { expect, it } from 'vitest';
import { ownCases } from '../../edits/ownCases';
import { parseCases, runCases } from '../../edits/runCases';

it('every case of the corpus is made exactly, or refused with the reason expected', async () => {
  const cases = ownCases();
  expect(cases.length).toBeGreaterThanOrEqual(300);
  const verdicts = await runCases(cases);
  expect(verdicts.filter(({ remark }) => remark !== undefined)).toEqual([]);
  const exact = cases.filter(({ expected }) => 'after' in expected).length;
  expect(verdicts.filter(({ outcome }) => outcome === 'exact')).toHaveLength(exact);
  expect(exact).toBeGreaterThan(150);
  expect(cases.length - exact).toBeGreaterThan(50);
}, 120_000);

it('a wrong result is told from a right one, and a refusal from an edit', async () => {
  const one = { before: 'a\nb\n', edits: [{ old: 'b', new: 'B' }] };
  const verdicts = await runCases(
    parseCases(
      JSON.stringify([
        { ...one, name: 'exact', expected: { after: 'a\nB\n' } },
        { ...one, name: 'wrong', expected: { after: 'a\nB' } },
        { ...one, name: 'made', expected: { refused: 'no' } },
        { ...one, name: 'unseen', seen: 'none', expected: { refused: 'you have not seen' } },
        { ...one, name: 'not made', seen: 'none', expected: { after: 'a\nB\n' } },
      ]),
    ),
  );
  expect(verdicts.map(({ outcome }) => outcome)).toEqual(['exact', 'wrong', 'wrong', 'refused', 'refused']);
  expect(verdicts.map(({ remark }) => remark !== undefined)).toEqual([false, true, true, false, true]);
});

it('a corpus that is none is told of, with the line', () => {
  const parse = (json: string) => () => parseCases(json);
  expect(parse('{}')).toThrow('Line 1: a corpus is an array of cases.');
  expect(parse('[\n  {"name": "a" "before": ""}\n]')).toThrow('Line 2: CommaExpected.');
  const cases = [{ name: 'a', before: '', edits: [], expected: { after: '' } }];
  const json = JSON.stringify(cases, null, 2);
  expect(parse(json)()).toEqual(cases);
  expect(parse(json.replace('"before": ""', '"before": 1'))).toThrow('Line 4: before: ');
  expect(parse(json.replace('"name": "a",', ''))).toThrow('Line 2: name: ');
});
