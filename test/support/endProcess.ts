import { setTimeout as sleep } from 'node:timers/promises';

/** Asks a process to end and waits until it has: it must not write into the folder that is removed next. */
export async function endProcess(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGTERM');
    for (;;) {
      await sleep(20);
      process.kill(pid, 0);
    }
  } catch {
    // No such process: it has ended.
  }
}
