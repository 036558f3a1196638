import { expect, it } from 'vitest';
import { faultCause } from '../../../src/engine/faultCause';
import type { FilePage } from '../../../src/engine/pages';

const page = (startLine: number, endLine: number, version: string, bytes = version): FilePage => ({
  address: `file:p/a.ts#L${startLine}-L${endLine}@${bytes}`,
  path: 'a.ts',
  startLine,
  endLine,
  source: bytes,
  version,
});

it.each([
  ['cold', 'nothing of the file was shown', []],
  ['cold', 'other lines of the file were shown', [page(20, 30, '1')]],
  ['capacity', 'these lines were shown', [page(1, 10, '1')]],
  ['capacity', 'some of these lines were shown, and the file is as it was', [page(8, 30, '1')]],
  ['capacity', 'the file was touched, but these bytes are the same', [page(1, 10, '0', '1')]],
  ['stale', 'the lines were shown before the file changed', [page(1, 10, '0')]],
] as const)('is %s when %s', (cause, _, shown) => {
  expect(faultCause([page(1, 10, '1')], () => shown)).toBe(cause);
});
