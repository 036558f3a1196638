import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionEvent, SessionEventBody } from '../../../src/engine/events';
import { PrefetchGovernor } from '../../../src/engine/PrefetchGovernor';
import type { PrefetchSource } from '../../../src/engine/pages';

let seq = 0;
const event = (body: unknown) => ({ ...(body as SessionEventBody), seq: ++seq, at: 0 }) as SessionEvent;
const turn = (number: number) => event({ type: 'turn.started', turn: number });
const brought = (address: string, source: PrefetchSource = 'twin') =>
  event({ type: 'interrupt', kind: 'prefetch', text: '', tokens: 100, source, pages: [{ address }] });
const used = (...references: string[]) => event({ type: 'message.assistant', references });
const epoch = (evicted: string[], carried: { address: string; from: string[] }[] = []) =>
  event({ type: 'epoch.started', evicted: evicted.map((address) => ({ address })), carried });

function governor(...events: readonly SessionEvent[]): PrefetchGovernor {
  const folded = new PrefetchGovernor();
  for (const one of events) folded.apply(one);
  return folded;
}

/** Four trials, of which so many were used. */
const trials = (hits: number) =>
  ['a', 'b', 'c', 'd'].flatMap((page, i) => [brought(page), i < hits ? used(page) : epoch([page])]);

describe('PrefetchGovernor', () => {
  it('lets a source try a few pages before it is judged', () => {
    const pages = ['a', 'b', 'c', 'd'].map((page) => brought(page));
    expect(governor(turn(1), ...pages.slice(0, 3)).allows('twin')).toBe(true);
    expect(governor(turn(1), ...pages).allows('twin')).toBe(false);
    expect(governor(turn(1), ...pages).allows('selection')).toBe(true);
  });

  it('lets it go on when half of its pages were used, else turns it down', () => {
    expect(governor(turn(1), ...trials(2)).allows('twin')).toBe(true);
    expect(governor(turn(1), ...trials(1)).allows('twin')).toBe(false);
  });

  it('counts pages that nobody uses for some turns, until they are used', () => {
    const pages = ['a', 'b', 'c', 'd'].map((page) => brought(page));
    expect(governor(turn(1), ...pages, turn(4)).allows('twin')).toBe(false);
    expect(governor(turn(1), ...pages, turn(4), used('a', 'b')).allows('twin')).toBe(true);
  });

  it('lets a source that was turned down try again, rarely', () => {
    const down = [turn(1), ...trials(0)];
    expect(governor(...down, turn(20)).allows('twin')).toBe(false);
    expect(governor(...down, turn(21)).allows('twin')).toBe(true);
    expect(governor(...down, turn(21), brought('e')).allows('twin')).toBe(false);
  });

  it('counts accuracy and pollution', () => {
    expect(governor(turn(1), ...trials(3)).record('twin')).toEqual({
      brought: 4,
      used: 3,
      wasted: 1,
      wastedTokens: 100,
    });
  });

  it('follows pages that a rollover merges', () => {
    const merged = epoch([], [{ address: 'ab', from: ['a', 'b'] }]);
    const record = governor(turn(1), brought('a'), brought('b'), merged, used('ab')).record('twin');
    expect(record).toMatchObject({ used: 2, wasted: 0 });
  });

  it('counts what a turn spends', () => {
    const spent = governor(turn(1), brought('a'), brought('b'));
    expect(spent.spent).toBe(200);
    spent.apply(turn(2));
    expect(spent.spent).toBe(0);
  });

  it('never counts a page twice', () => {
    const page = fc.constantFrom('a', 'b', 'c');
    const anything = fc.oneof(
      page.map((address) => () => brought(address)),
      page.map((address) => () => used(address)),
      page.map((address) => () => epoch([address])),
      fc.nat(50).map((number) => () => turn(number)),
    );
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 40 }), (events) => {
        const { brought: all, used: hits, wasted } = governor(...events.map((make) => make())).record('twin');
        expect(hits + wasted).toBeLessThanOrEqual(all);
      }),
    );
  });
});
