import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';

/** Enough to tell later whether the process that wrote it still runs, even when its pid was given to another one. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The machine's present run: Linux' boot id, elsewhere `at:` and the time of the start in ms since the epoch. */
  readonly boot: string;
  /** Linux: when the process started, in clock ticks since the boot. */
  readonly started?: string;
}

/** Computed start times of one and the same run differ by clock corrections; real restarts by more than this. */
const BOOT_TOLERANCE_MS = 10 * 60_000;

export async function ownIdentity(): Promise<ProcessIdentity> {
  const started = (await linuxProcess(process.pid))?.started;
  return { pid: process.pid, boot: await currentBoot(), ...(started === undefined ? {} : { started }) };
}

/** @returns whether the process that `identity` describes still runs. In doubt: yes. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  if (identity.pid <= 0 || !sameBoot(identity.boot, await currentBoot())) return false;
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    // EPERM: it runs, as another user.
  }
  const found = await linuxProcess(identity.pid);
  if (found === undefined) return true;
  // A killed process stays a zombie until its parent looks; it holds nothing any more.
  if (found.state === 'Z' || found.state === 'X') return false;
  return identity.started === undefined || identity.started === found.started;
}

let bootId: Promise<string | undefined> | undefined;

async function currentBoot(): Promise<string> {
  bootId ??= readFile('/proc/sys/kernel/random/boot_id', 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
  return (await bootId) ?? `at:${Math.round(Date.now() - uptime() * 1000)}`;
}

function sameBoot(a: string, b: string): boolean {
  if (!a.startsWith('at:') || !b.startsWith('at:')) return a === b;
  return Math.abs(Number(a.slice(3)) - Number(b.slice(3))) < BOOT_TOLERANCE_MS;
}

/** State letter and start time from /proc/PID/stat (proc_pid_stat(5), fields 3 and 22); undefined where there is none. */
async function linuxProcess(pid: number): Promise<{ state: string; started: string } | undefined> {
  let text: string;
  try {
    text = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The command name, field 2, is in parentheses and may contain anything, parentheses and spaces included.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const started = fields[19];
  return state === undefined || started === undefined ? undefined : { state, started };
}
