import { describe, expect, it } from 'vitest';
import { RegretLearner } from '../../../../src/engine/replacement/RegretLearner';

const hot = Float64Array.of(1, 0);
const cold = Float64Array.of(0, 1);

/** A learner that knows nothing, and that let a hot page go at use 10 while a cold one stayed. */
function afterMistake(): RegretLearner {
  const learner = new RegretLearner([0, 0]);
  learner.compare({ key: 'left', features: hot }, { key: 'stayed', features: cold }, 10);
  return learner;
}

/** How much sooner a hot page is thought to return than a cold one: 1 is no difference. */
function advantage(learner: RegretLearner): number {
  return learner.rate(hot) / learner.rate(cold);
}

describe('a page that left against one that stayed', () => {
  it('is to stay next time when it is used first', () => {
    const learner = afterMistake();
    expect(advantage(learner)).toBe(1);
    learner.used('left', 11);
    expect(advantage(learner)).toBeGreaterThan(1);
  });

  it('left rightly when the other is used first', () => {
    const learner = afterMistake();
    learner.used('stayed', 11);
    expect(advantage(learner)).toBeLessThan(1);
  });

  it('is decided once', () => {
    const learner = afterMistake();
    learner.used('left', 11);
    const decided = advantage(learner);
    learner.used('stayed', 12);
    learner.used('left', 13);
    expect(advantage(learner)).toBe(decided);
  });

  it('teaches less the later it is decided, and nothing once it is forgotten', () => {
    const taught = [11, 31, 89, 90].map((now) => {
      const learner = afterMistake();
      // Something else is used before: that drops what is too old.
      learner.used('other', now - 1);
      learner.used('left', now);
      return advantage(learner);
    });
    expect(taught).toEqual([...taught].sort((a, b) => b - a));
    expect(taught[2]).toBeGreaterThan(1);
    const learner = afterMistake();
    learner.used('other', 90);
    learner.used('left', 91);
    expect(advantage(learner)).toBe(1);
  });

  it('is compared as both were then, whatever becomes of the arrays', () => {
    const learner = new RegretLearner([0, 0]);
    const features = Float64Array.from(hot);
    learner.compare({ key: 'left', features }, { key: 'stayed', features: cold }, 10);
    features.fill(0);
    learner.used('left', 11);
    expect(advantage(learner)).toBeCloseTo(advantage(justTaught()), 12);
  });
});

it('learns of many comparisons what a single one hints at', () => {
  const learner = new RegretLearner([0, 0]);
  for (let now = 1; now < 4000; now += 4) {
    learner.compare({ key: `hot${now}`, features: hot }, { key: `cold${now}`, features: cold }, now);
    // Four of five times the hot page is used first.
    const first = now % 5 === 0 ? 'cold' : 'hot';
    learner.used(`${first}${now}`, now + 1);
  }
  expect(advantage(learner)).toBeGreaterThan(2);
  expect(advantage(learner)).toBeLessThan(6);
});

function justTaught(): RegretLearner {
  const learner = afterMistake();
  learner.used('left', 11);
  return learner;
}
