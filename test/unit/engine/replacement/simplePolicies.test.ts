import { describe, expect, it } from 'vitest';
import { createReplacementPolicy } from '../../../../src/engine/replacement/createReplacementPolicy';
import type {
  ReplacementPolicy,
  ReplacementPolicyName,
} from '../../../../src/engine/replacement/ReplacementPolicy';

const page = { tokens: 100, kind: 'file' } as const;

/** Demand paging over a string of one-letter pages with `frames` frames: hits and misses (lower, upper case) in order. */
function run(name: ReplacementPolicyName, uses: string, frames: number): string {
  const policy = createReplacementPolicy(name);
  let outcome = '';
  for (const key of uses) {
    const resident = policy.victims();
    if (resident.includes(key)) {
      policy.reference(key);
      outcome += key;
    } else {
      const victim = resident[0];
      if (resident.length === frames && victim) policy.evict(victim);
      policy.admit(key, page);
      outcome += key.toUpperCase();
    }
  }
  return outcome;
}

function admitted(name: ReplacementPolicyName, keys: string): ReplacementPolicy {
  const policy = createReplacementPolicy(name);
  for (const key of keys) policy.admit(key, page);
  return policy;
}

describe('fifo', () => {
  it('gives the textbook anomaly: more misses with four frames than with three', () => {
    expect(run('fifo', 'abcdabeabcde', 3)).toBe('ABCDABEabCDe');
    expect(run('fifo', 'abcdabeabcde', 4)).toBe('ABCDabEABCDE');
  });
});

describe('lru', () => {
  it('keeps what was used last', () => {
    expect(run('lru', 'abcdabeabcde', 3)).toBe('ABCDABEabCDE');
    expect(run('lru', 'abcacdcb', 3)).toBe('ABCacDcB');
  });

  it('ignores a use of a page that is not resident', () => {
    const policy = admitted('lru', 'ab');
    policy.reference('z');
    expect(policy.victims()).toEqual(['a', 'b']);
  });
});

describe('clock', () => {
  it('gives a used page a second chance', () => {
    // d clears all bits and takes a; e takes c, because b was used again.
    expect(run('clock', 'abcdbea', 3)).toBe('ABCDbEA');
    const policy = admitted('clock', 'abc');
    policy.evict('a');
    policy.admit('d', page);
    policy.reference('b');
    expect(policy.victims()).toEqual(['c', 'b', 'd']);
    policy.evict('c');
    expect(policy.victims()).toEqual(['b', 'd']);
  });

  it('keeps the bits when a page leaves that the hand would not have taken', () => {
    const policy = admitted('clock', 'abc');
    policy.evict('c');
    expect(policy.victims()).toEqual(['a', 'b']);
    policy.admit('d', page);
    policy.evict('a');
    policy.reference('d');
    expect(policy.victims()).toEqual(['b', 'd']);
  });
});

describe('lru-2', () => {
  it('lets pages used once go first, then the oldest use but one', () => {
    const policy = admitted('lru-2', 'abc');
    policy.reference('a');
    expect(policy.victims()).toEqual(['b', 'c', 'a']);
    policy.reference('c');
    policy.reference('b');
    // last uses but one: a 1, b 2, c 3
    expect(policy.victims()).toEqual(['a', 'b', 'c']);
  });

  it('remembers the uses of a page that left', () => {
    const policy = admitted('lru-2', 'ab');
    policy.evict('a');
    policy.admit('a', page);
    expect(policy.victims()).toEqual(['b', 'a']);
  });
});
