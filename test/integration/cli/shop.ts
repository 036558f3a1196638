/** A folder with one file, and a store beside it, for each test. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, inject } from 'vitest';
import { type Run, runCli } from './runCli';

const dist = inject('dist');
let dir: string;

export let store: string;

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'vc-shop-')));
  store = join(dir, 'store');
  await mkdir(join(dir, 'shop'));
  await writeFile(
    join(dir, 'shop/tax.ts'),
    'export function salesTax(amount: number) {\n  return amount * 0.19;\n}\n',
  );
});
afterEach(() => rm(dir, { recursive: true, maxRetries: 5 }));

export function vctx(command: string, ...args: string[]): Promise<Run> {
  return runCli(dist, [command, ...args, '--workspace', join(dir, 'shop'), '--store', store]);
}
