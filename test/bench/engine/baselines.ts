/** Ways to manage the window that ours is compared with, beside the paper's own. */
import { type MemoryPolicy, memgptPolicy } from '../../../src/engine/memoryPolicies';

/** As the paper's successor does it today: when the window is full the oldest 30 % of the queue are summarised. */
export const sliding30Policy: MemoryPolicy = { ...memgptPolicy, name: 'sliding30', low: 0.7 };
