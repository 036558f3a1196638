/**
 * Child of processLock.test.ts. `hold PATH`: takes the lock, says so, keeps it until killed.
 * `race PATH AT ROUNDS`: from the time AT on takes and releases the lock ROUNDS times; while it holds it, it must be
 * alone in creating PATH.inside. `once PATH AT`: one attempt at AT; prints won or lost and stays.
 */
import { open, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeldElsewhereError } from '../../../src/engine/errors';
import { acquireProcessLock } from '../../../src/journal/processLock';

async function attempt(path: string) {
  try {
    return await acquireProcessLock(path);
  } catch (error) {
    if (error instanceof HeldElsewhereError) return undefined;
    throw error;
  }
}

async function main([mode, path = '', at = '0', rounds = '0']: string[]) {
  if (mode === 'hold') {
    await acquireProcessLock(path);
    process.stdout.write('held\n');
    await sleep(600_000);
    return;
  }
  while (Date.now() < Number(at)) await sleep(1);
  if (mode === 'once') {
    process.stdout.write((await attempt(path)) ? 'won\n' : 'lost\n');
    await sleep(600_000);
    return;
  }
  let held = 0;
  while (held < Number(rounds)) {
    const lock = await attempt(path);
    if (lock === undefined) {
      await sleep(1);
      continue;
    }
    held++;
    const inside = await open(`${path}.inside`, 'wx');
    await inside.close();
    await sleep(1);
    await rm(`${path}.inside`);
    await lock.release();
  }
  process.stdout.write(`done ${held}\n`);
}

main(process.argv.slice(2)).catch((error) => {
  process.stdout.write(`failed ${error}\n`);
  process.exit(1);
});
