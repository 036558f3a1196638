import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pendingRegions, withRegions } from '../../../src/engine/changes/pendingRegions';
import { lineChanges } from '../../../src/tools/lineChanges';

const line = fc.constantFrom('a\n', 'b\n', 'c\n', 'd\n', 'e\n', 'f\n');
const text = fc.array(line, { maxLength: 14 }).map((lines) => lines.join(''));

/** Changes at distinct lines of a text, as splices. */
function spliced(lines: readonly string[], at: readonly number[], put: string): string {
  return lines.map((one, index) => (at.includes(index) ? put : one)).join('');
}

it('line changes lead from one text to the other', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = before.split(/(?<=\n)/).filter((one) => one !== '');
      const changes = lineChanges(before, after);
      for (const { startLine, endLine, lines: put } of [...changes].reverse())
        lines.splice(startLine - 1, endLine - startLine + 1, ...put);
      expect(lines.join('')).toBe(after);
    }),
    { numRuns: 1000 },
  );
});

it('lines that only one of both has changed are told apart, and undone without the other', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 4, max: 30 }),
      fc.uniqueArray(fc.nat(29), { maxLength: 6 }),
      fc.uniqueArray(fc.nat(29), { maxLength: 6 }),
      (count, model, person) => {
        const lines = Array.from({ length: count }, (_, n) => `line ${n}\n`);
        const ours = model.filter((at) => at < count);
        // Beside a change of the model's, too, but not in it.
        const theirs = person.filter((at) => at < count && !ours.includes(at));
        const baseline = lines.join('');
        const last = spliced(lines, ours, 'model\n');
        const now = lines
          .map((one, n) => (ours.includes(n) ? 'model\n' : theirs.includes(n) ? 'person\n' : one))
          .join('');
        const regions = pendingRegions(baseline, last, now, lineChanges);
        const undone = withRegions(
          now,
          regions.filter(({ mixed }) => !mixed),
          ({ old }) => old,
        );
        if (regions.every(({ mixed }) => !mixed)) expect(undone).toBe(spliced(lines, theirs, 'person\n'));
        // Whatever belongs to whom: nothing of the person's is lost.
        expect(undone.split('person\n').length).toBe(theirs.length + 1);
      },
    ),
    { numRuns: 1000 },
  );
});

it('without changes of the person, undoing all regions gives the baseline, keeping all the text as it is', () => {
  fc.assert(
    fc.property(text, text, (baseline, last) => {
      const regions = pendingRegions(baseline, last, last, lineChanges);
      expect(withRegions(last, regions, ({ old }) => old)).toBe(baseline);
      expect(withRegions(last, regions, ({ last: lines }) => lines)).toBe(last);
      expect(regions.some(({ mixed }) => mixed)).toBe(false);
    }),
    { numRuns: 1000 },
  );
});

it('for any three texts, the regions without the mixed ones never take lines of the person', () => {
  fc.assert(
    fc.property(text, text, text, (baseline, last, now) => {
      const regions = pendingRegions(baseline, last, now, lineChanges);
      const lines = now.split(/(?<=\n)/).filter((one) => one !== '');
      let before = 0;
      for (const region of regions) {
        expect(region.start).toBeGreaterThanOrEqual(before);
        expect(region.end).toBeGreaterThanOrEqual(region.start);
        expect(region.end).toBeLessThanOrEqual(lines.length);
        before = region.end;
        // What is not mixed is there as the model left it.
        if (!region.mixed) expect(lines.slice(region.start, region.end)).toEqual(region.last);
      }
    }),
    { numRuns: 2000 },
  );
});
