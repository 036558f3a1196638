import type { CommandVerdict } from '../../../src/tools/commandClassifier';

/**
 * Command lines made to get past the classifier, and everyday ones that must not suffer for it, in the workspace of
 * `commandAttacks.test.ts` where `npm test` is allowed: `src` holds no secrets, `keys` and the hidden files do, `link-out`
 * leads outside, `link-in` to `src`, and `linked` holds a link to a secret.
 */
export interface AttackGroup {
  readonly about: string;
  readonly rows: Partial<Record<CommandVerdict['level'], readonly string[]>>;
}
