import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isOnBattery } from '../../../src/host/powerSource';

let supplies: string;

beforeEach(() => {
  supplies = mkdtempSync(join(tmpdir(), 'vctx-power-'));
});
afterEach(() => rmSync(supplies, { recursive: true, force: true }));

function supply(name: string, files: Record<string, string>): void {
  mkdirSync(join(supplies, name));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(supplies, name, file), `${text}\n`);
}

/** A machine on which programs print this. */
const machine = (platform: NodeJS.Platform, printed = '') => ({
  platform,
  supplies,
  run: () => Promise.resolve(printed),
});

describe('isOnBattery', () => {
  it('asks the power supplies of Linux, not those of a mouse', async () => {
    expect(await isOnBattery(machine('linux'))).toBe(false);
    supply('AC', { type: 'Mains', online: '0' });
    supply('hid', { type: 'Battery', scope: 'Device', status: 'Discharging' });
    supply('BAT0', { type: 'Battery', status: 'Charging' });
    expect(await isOnBattery(machine('linux'))).toBe(false);
    supply('BAT1', { type: 'Battery', scope: 'System', status: 'Discharging' });
    expect(await isOnBattery(machine('linux'))).toBe(true);
  });

  it('understands what macOS prints', async () => {
    expect(
      await isOnBattery(machine('darwin', "Now drawing from 'Battery Power'\n -InternalBattery-0")),
    ).toBe(true);
    expect(await isOnBattery(machine('darwin', "Now drawing from 'AC Power'\n"))).toBe(false);
  });

  it('understands what Windows prints', async () => {
    expect(await isOnBattery(machine('win32', '1\r\n'))).toBe(true);
    expect(await isOnBattery(machine('win32', '2\r\n'))).toBe(false);
    expect(await isOnBattery(machine('win32', '\r\n'))).toBe(false);
  });

  it('is false where nothing can be found out', async () => {
    rmSync(supplies, { recursive: true });
    expect(await isOnBattery(machine('linux'))).toBe(false);
    const failing = { ...machine('darwin'), run: () => Promise.reject(new Error('no such program')) };
    expect(await isOnBattery(failing)).toBe(false);
    expect(await isOnBattery(machine('aix'))).toBe(false);
  });
});
