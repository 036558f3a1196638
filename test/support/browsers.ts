import { type Browser, chromium } from 'playwright-core';
import { inject } from 'vitest';

/** The browser of this worker, with contexts of one's own; closing it ends these contexts only. */
export function connectBrowser(): Promise<Browser> {
  const browsers = inject('browsers');
  const worker = Number(process.env.VITEST_POOL_ID ?? 1);
  return chromium.connect(browsers[(worker - 1) % browsers.length] ?? '');
}
