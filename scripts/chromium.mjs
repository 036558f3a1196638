import { existsSync } from 'node:fs';
import { findOnPath, installDebianPackages, SetupError } from './run.mjs';

const macOS = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** The browser that the end-to-end tests drive; installed if it is missing and we can. */
export async function provideChromium() {
  if (findChromium() === undefined) {
    await installDebianPackages(
      ['chromium'],
      'The end-to-end tests (set CHROME_PATH to a Chromium or Chrome to use it)',
    );
  }
  return chromiumPath();
}

export function chromiumPath() {
  const path = findChromium();
  if (path === undefined)
    throw new SetupError('Chromium was not found. Set CHROME_PATH to a Chromium or Chrome.');
  return path;
}

function findChromium() {
  const chosen = process.env.CHROME_PATH;
  if (chosen !== undefined) {
    if (!existsSync(chosen)) throw new SetupError(`CHROME_PATH: there is no ${chosen}`);
    return chosen;
  }
  return (
    findOnPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable') ??
    (existsSync(macOS) ? macOS : undefined)
  );
}
