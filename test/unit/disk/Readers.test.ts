import { expect, it } from 'vitest';
import { Readers } from '../../../src/disk/Readers';

it('reads again what was cleared away meanwhile, and nothing else', async () => {
  const readers = new Readers();
  let reads = 0;
  const torn = readers.read(async () => {
    reads++;
    if (reads === 1) {
      await readers.clear(async () => undefined);
      throw new Error('Not found: data/x.lance');
    }
    return 'whole';
  });
  expect(await torn).toBe('whole');
  expect(reads).toBe(2);
  let failures = 0;
  const failing = readers.read(async () => {
    failures++;
    throw new Error('no such column');
  });
  await expect(failing).rejects.toThrow('no such column');
  expect(failures).toBe(1);
});

it('keeps what a scan reads until it has ended or was left', async () => {
  const readers = new Readers();
  readers.wrote(1000);
  async function* numbers() {
    yield 1;
    yield 2;
  }
  const olderThan = async () => {
    let time = 0;
    await readers.clear(async (date) => {
      time = date.getTime();
    });
    return time;
  };
  const scan = readers.scan(numbers());
  await scan.next();
  readers.wrote(2000);
  expect(await olderThan()).toBe(1000);
  for await (const number of readers.scan(numbers())) if (number === 1) break;
  await scan.return(undefined);
  expect(readers.scanning).toBe(false);
  expect(await olderThan()).toBeGreaterThan(2000);
});
