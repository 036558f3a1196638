/** Ways to manage the window that ours is compared with. */
import { type MemoryPolicy, memgptPolicy, virtualPolicy } from '../../../src/engine/memoryPolicies';

/** As the paper's successor does it today: when the window is full the oldest 30 % of the queue are summarised. */
export const sliding30Policy: MemoryPolicy = { ...memgptPolicy, name: 'sliding30', low: 0.7 };

/** Ours, with the pages that were used longest ago leaving first. */
const lruPolicy: MemoryPolicy = { ...virtualPolicy, name: 'lru', replacement: 'lru' };

/** Those that run the engine under another policy; a client without paging needs no engine. */
export const BASELINES: readonly MemoryPolicy[] = [memgptPolicy, sliding30Policy, lruPolicy];
