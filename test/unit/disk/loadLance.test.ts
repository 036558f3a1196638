import { expect, it } from 'vitest';
import { reasonOf } from '../../../src/disk/loadLance';

it('tells what went wrong, not where in LanceDB', () => {
  const source = ', /usr/local/cargo/registry/src/index.crates.io-1949/lance-file-4.0.0/src/writer.rs:380:9';
  const full = 'No space left on device (os error 28)';
  expect(
    reasonOf(new Error(`lance error: LanceError(IO): ${full}${source}\n\nCaused by:\n    ${full}${source}`)),
  ).toBe(full);
  expect(
    reasonOf(new Error(`lance error: ${full}${source}  Caused by: LanceError(IO): ${full}${source}`)),
  ).toBe(`LanceError(IO): ${full}`);
  expect(reasonOf('one\ntwo')).toBe('one');
});
