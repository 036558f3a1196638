import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ToolCallFragment, ToolCallJoiner } from '../../../src/models/toolCallJoiner';

function join(fragments: readonly ToolCallFragment[], taken: Iterable<string> = []) {
  const joiner = new ToolCallJoiner();
  for (const fragment of fragments) joiner.add(fragment);
  return joiner.finish(new Set(taken));
}

const callArbitrary = fc.record({
  name: fc.stringMatching(/^[a-z_]{1,12}$/),
  arguments: fc
    .dictionary(fc.string({ maxLength: 4 }), fc.string({ unit: 'grapheme', maxLength: 8 }))
    .map((value) => JSON.stringify(value)),
});
const callsArbitrary = fc.array(callArbitrary, { minLength: 1, maxLength: 4 });

/** Cuts a text at the given places, in order. */
function cut(text: string, cuts: readonly number[]): string[] {
  const places = [...new Set(cuts.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, i) => text.slice(start, places[i] ?? text.length));
}

describe('ToolCallJoiner', () => {
  it('joins numbered fragments, however they are cut and interleaved', () => {
    fc.assert(
      fc.property(
        callsArbitrary,
        fc.array(fc.array(fc.nat(60), { maxLength: 6 }), { minLength: 4, maxLength: 4 }),
        fc.infiniteStream(fc.nat(3)),
        fc.constantFrom('id once', 'id and name always', 'no id'),
        (calls, cuts, order, style) => {
          const queues = calls.map((call, index) =>
            cut(call.arguments, cuts[index] ?? []).map(
              (text, i): ToolCallFragment =>
                i === 0 || style === 'id and name always'
                  ? {
                      index,
                      ...(style !== 'no id' && { id: `id${index}` }),
                      function: { name: call.name, arguments: text },
                    }
                  : { index, function: { arguments: text } },
            ),
          );
          // Calls begin in the order of their numbers; what follows comes in any order.
          const fragments = queues.flatMap((queue) => queue.splice(0, 1));
          while (queues.some((queue) => queue.length > 0)) {
            const open = queues.filter((queue) => queue.length > 0);
            const next = open[order.next().value % open.length]?.shift();
            if (next) fragments.push(next);
          }
          expect(join(fragments)).toEqual(
            calls.map((call, index) => ({
              id: style === 'no id' ? expect.any(String) : `id${index}`,
              ...call,
            })),
          );
        },
      ),
    );
  });

  it('joins fragments without an index: the id or the order says where they belong', () => {
    fc.assert(
      fc.property(
        callsArbitrary,
        fc.array(fc.nat(60), { maxLength: 6 }),
        fc.boolean(),
        (calls, cuts, repeatsId) => {
          const fragments = calls.flatMap((call, n) =>
            cut(call.arguments, cuts).map((text, i): ToolCallFragment => {
              const id = i === 0 || repeatsId ? { id: `id${n}` } : {};
              return { ...id, function: { ...(i === 0 && { name: call.name }), arguments: text } };
            }),
          );
          expect(join(fragments)).toEqual(calls.map((call, n) => ({ id: `id${n}`, ...call })));
        },
      ),
    );
  });

  it('takes calls sent whole, with or without ids and indexes', () => {
    fc.assert(
      fc.property(callsArbitrary, fc.boolean(), fc.boolean(), (calls, withId, withIndex) => {
        const joined = join(
          calls.map((call, n) => ({
            ...(withId && { id: `id${n}` }),
            ...(withIndex && { index: 0 }),
            function: call,
          })),
        );
        expect(joined.map(({ name, arguments: text }) => ({ name, arguments: text }))).toEqual(calls);
        expect(new Set(joined.map(({ id }) => id)).size).toBe(calls.length);
      }),
    );
  });

  it('takes calls without arguments apart by their names', () => {
    expect(join([{ function: { name: 'a' } }, { function: { name: 'b' } }]).map(({ name }) => name)).toEqual([
      'a',
      'b',
    ]);
  });

  it('gives a new id to calls whose id is missing or already used', () => {
    const [first, second, third] = join(
      [
        { index: 0, id: 'used', function: { name: 'a', arguments: '{}' } },
        { index: 1, id: '', function: { name: 'b', arguments: '{}' } },
        { index: 2, id: 'fresh', function: { name: 'c', arguments: '{}' } },
      ],
      ['used'],
    );
    expect(first?.id).toMatch(/^call_[0-9a-f]{24}$/);
    expect(second?.id).toMatch(/^call_[0-9a-f]{24}$/);
    expect(third?.id).toBe('fresh');
  });

  it('writes arguments given as an object as JSON, and none as an empty object', () => {
    expect(
      join([{ index: 0, id: 'x', function: { name: 'a', arguments: { path: 'p' } } }])[0]?.arguments,
    ).toBe('{"path":"p"}');
    expect(join([{ index: 0, id: 'x', function: { name: 'a' } }])[0]?.arguments).toBe('{}');
  });
});
