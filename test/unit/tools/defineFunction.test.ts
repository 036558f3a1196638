import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineFunction, positiveInteger } from '../../../src/tools/defineFunction';

const sample = defineFunction({
  name: 'sample',
  description: 'A sample.',
  readOnly: true,
  arguments: z.object({
    path: z.string().describe('where'),
    page: positiveInteger.optional(),
    to: z.enum(['queue', 'notes']).optional(),
  }),
  run: async ({ path, page }) => ({ text: `${path} ${page}` }),
});

function errorOf(value: unknown): string {
  const result = sample.validate(value);
  return result.ok ? 'valid' : result.error;
}

describe('defineFunction', () => {
  it('makes a schema without noise, the same bytes each time', () => {
    expect(JSON.stringify(sample.schema)).toBe(
      '{"name":"sample","description":"A sample.","parameters":{"type":"object","properties":{' +
        '"path":{"type":"string","description":"where"},"page":{"type":"integer"},' +
        '"to":{"type":"string","enum":["queue","notes"]}},"required":["path"],"additionalProperties":false}}',
    );
  });

  it('passes valid arguments on and treats null and "" as left out', () => {
    expect(sample.validate({ path: 'a', page: 2 })).toEqual({ ok: true, value: { path: 'a', page: 2 } });
    expect(sample.validate({ path: 'a', page: null, to: '' })).toEqual({ ok: true, value: { path: 'a' } });
  });

  it('names the field and what is expected', () => {
    const expected = 'Expected sample(path: string, page?: integer, to?: "queue" | "notes").';
    expect(errorOf({})).toBe(`Invalid arguments: "path" is missing. ${expected}`);
    expect(errorOf({ path: '' })).toBe(`Invalid arguments: "path" is missing. ${expected}`);
    expect(errorOf({ path: 7 })).toBe(
      `Invalid arguments: "path": expected string, received number. ${expected}`,
    );
    for (const page of [0, 1.5, '2']) {
      expect(errorOf({ path: 'a', page })).toBe(
        `Invalid arguments: "page": expected a whole number from 1. ${expected}`,
      );
    }
    expect(errorOf({ path: 'a', Page: 1, zz: 2 })).toContain('unknown field "Page", "zz"');
    expect(errorOf({ path: 'a', to: 'ram' })).toContain('"to": expected one of "queue"|"notes"');
    for (const value of [null, [], 'text', 3, undefined])
      expect(errorOf(value)).toContain('expected one JSON object');
  });

  it('never throws, whatever a model sends', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ path: fc.anything(), page: fc.anything() })),
        (value) => {
          const result = sample.validate(value);
          expect(result.ok || result.error.length > 0).toBe(true);
        },
      ),
    );
  });
});
