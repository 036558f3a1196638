import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { added, moved, removed, reworded, ticked } from '../../../src/webview/chat/planChange';
import type { PlanItem } from '../../../src/webview/protocol';

const open = (text: string): PlanItem => ({ text, state: 'open' });
const plan = ['a', 'b', 'c'].map(open);
const shown = (index: number) => ({ item: plan[index] as PlanItem, index });

describe('a change of the plan', () => {
  it('ticks, rewords, removes, moves and adds', () => {
    expect(ticked(shown(1))(plan)[1]).toEqual({ text: 'b', state: 'done' });
    expect(ticked({ item: { text: 'b', state: 'done' }, index: 0 })([{ text: 'b', state: 'done' }])).toEqual([
      open('b'),
    ]);
    expect(reworded(shown(1), ' better ')(plan)).toEqual([open('a'), open('better'), open('c')]);
    expect(reworded(shown(1), ' ')(plan)).toEqual([open('a'), open('c')]);
    expect(removed(shown(0))(plan)).toEqual([open('b'), open('c')]);
    expect(moved(shown(0), 1)(plan)).toEqual([open('b'), open('a'), open('c')]);
    expect(added(' d ')(plan)).toEqual([...plan, open('d')]);
    expect(added(' ')(plan)).toBe(plan);
  });

  it('concerns the item that was shown, wherever it is now, and none when it is gone', () => {
    const others = [open('new'), ...plan];
    expect(removed(shown(2))(others)).toEqual([open('new'), open('a'), open('b')]);
    expect(ticked(shown(2))([open('x')])).toEqual([open('x')]);
    expect(moved(shown(2), -1)([open('x'), open('y')])).toEqual([open('x'), open('y')]);
  });

  it('never loses or doubles an item by moving', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 1 }),
        fc.nat(),
        fc.constantFrom(1, -1),
        (texts, at, by) => {
          const items = texts.map(open);
          const index = at % items.length;
          const after = moved({ item: items[index] as PlanItem, index }, by as 1 | -1)(items);
          expect(after.map(({ text }) => text).sort()).toEqual([...texts].sort());
        },
      ),
    );
  });
});
