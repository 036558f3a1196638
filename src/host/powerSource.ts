/** Whether the machine runs on battery: asked of the operating system, whose answers differ in form only. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A program that does not answer within this time has not answered, ms. */
const patience = 10_000;

/** Where to ask; tests ask elsewhere. */
interface PowerSource {
  readonly platform: NodeJS.Platform;
  /** Linux's folder of power supplies. */
  readonly supplies: string;
  /** Runs a program of the system and gives what it prints. */
  readonly run: (program: string, args: readonly string[]) => Promise<string>;
}

const ownMachine: PowerSource = {
  platform: process.platform,
  supplies: '/sys/class/power_supply',
  run: async (program, args) =>
    (await promisify(execFile)(program, [...args], { timeout: patience, windowsHide: true })).stdout,
};

/** @returns false also where there is no battery, or nothing can be found out */
export async function isOnBattery(source = ownMachine): Promise<boolean> {
  try {
    switch (source.platform) {
      case 'linux':
        return await hasDischargingBattery(source.supplies);
      case 'darwin':
        return (await source.run('pmset', ['-g', 'batt'])).includes("'Battery Power'");
      case 'win32': {
        const query = '(Get-CimInstance -ClassName Win32_Battery).BatteryStatus';
        // 1 is "discharging", 4 and 5 are "low" and "critical".
        return /\b[145]\b/.test(
          await source.run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', query]),
        );
      }
      default:
        return false;
    }
  } catch {
    return false;
  }
}

async function hasDischargingBattery(supplies: string): Promise<boolean> {
  for (const name of await readdir(supplies)) {
    const read = async (file: string) =>
      (await readFile(join(supplies, name, file), 'utf8').catch(() => '')).trim();
    // The battery of a mouse is none of ours.
    if ((await read('type')) !== 'Battery' || (await read('scope')) === 'Device') continue;
    if ((await read('status')) === 'Discharging') return true;
  }
  return false;
}
