/**
 * Nested key-value retrieval (Packer et al. 2023, section 3.2.2): pairs of UUIDs of which some values are keys again, so
 * that an answer takes several look-ups, each depending on the one before.
 */
import type { Random } from '../Random';

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface NestedKvQuestion {
  /** How many values on the way are keys themselves: the answer takes `nesting + 1` pairs. */
  readonly nesting: number;
  readonly key: string;
  /** The last value, which is no key. */
  readonly answer: string;
  /** The pairs that lead to it, in order. */
  readonly chain: readonly KeyValue[];
}

export interface NestedKvTask {
  /** In the order in which they are stored. */
  readonly pairs: readonly KeyValue[];
  /** One for each level, in the order in which they are asked. */
  readonly questions: readonly NestedKvQuestion[];
}

/** The paper's number of pairs; its levels were 0 to 3, ours go to 5. */
export const KV_PAIRS = 140;
export const KV_LEVELS = [0, 1, 2, 3, 4, 5] as const;

/** @returns one ordering: fresh pairs, stored and asked in an order of its own */
export function nestedKvTask(
  random: Random,
  pairCount: number = KV_PAIRS,
  levels: readonly number[] = KV_LEVELS,
): NestedKvTask {
  const questions = levels.map((nesting): NestedKvQuestion => {
    const ids = Array.from({ length: nesting + 2 }, () => uuid(random));
    const chain = ids.slice(1).map((value, i) => ({ key: ids[i] as string, value }));
    return { nesting, key: ids[0] as string, answer: ids.at(-1) as string, chain };
  });
  const chained = questions.flatMap((question) => question.chain);
  const others = Array.from({ length: Math.max(0, pairCount - chained.length) }, () => ({
    key: uuid(random),
    value: uuid(random),
  }));
  return { pairs: random.shuffle([...chained, ...others]), questions: random.shuffle(questions) };
}

/** @returns a pair as it is stored, one archival note each */
export function kvNote({ key, value }: KeyValue): string {
  return `key ${key} has value ${value}`;
}

/** @returns what the person asks */
export function kvPrompt(key: string): string {
  return (
    'The archive holds notes of the form "key A has value B"; all keys and values are UUIDs. ' +
    'A value may itself be a key: then go on with the value of that key, until you have a value that is no key. ' +
    `Answer with that last value alone. Which value does this key lead to: ${key}`
  );
}

function uuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => random.int(0, 15).toString(16));
  // Version 4, variant 1.
  hex[12] = '4';
  hex[16] = random.pick(['8', '9', 'a', 'b']);
  const text = hex.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    '-',
  );
}
