import { AdaptivePolicy } from './AdaptivePolicy';
import { ClockPolicy } from './ClockPolicy';
import { FifoPolicy } from './FifoPolicy';
import { Lru2Policy } from './Lru2Policy';
import { LruPolicy } from './LruPolicy';
import type { ReplacementPolicy, ReplacementPolicyName } from './ReplacementPolicy';

/** A policy that has seen nothing yet. */
export function createReplacementPolicy(name: ReplacementPolicyName): ReplacementPolicy {
  switch (name) {
    case 'fifo':
      return new FifoPolicy();
    case 'lru':
      return new LruPolicy();
    case 'clock':
      return new ClockPolicy();
    case 'lru-2':
      return new Lru2Policy();
    case 'adaptive':
      return new AdaptivePolicy();
  }
}
