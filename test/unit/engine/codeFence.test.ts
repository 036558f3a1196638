import { expect, it } from 'vitest';
import { codeFence } from '../../../src/engine/codeFence';

it.each([
  ['none', 3, '```'],
  ['a `name`', 3, '```'],
  ['```ts\nx\n```', 3, '````'],
  ['`` ` ``````', 3, '```````'],
  ['none', 1, '`'],
  ['a `name`', 1, '``'],
])('is longer than any run of backticks in %j, and at least %i', (text, least, fence) => {
  expect(codeFence(text, least)).toBe(fence);
});
