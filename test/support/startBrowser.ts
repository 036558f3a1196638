/** Set-up of a run of the end-to-end tests: one Chromium for all of them. Its clipboard is one, too. */
import { type Browser, chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { chromiumPath } from '../../scripts/chromium.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the browser, for `connectBrowser`. */
    readonly browser: string;
  }
}

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export default async function startBrowser(project: TestProject): Promise<() => Promise<void>> {
  const server = await chromium.launchServer({
    executablePath: chromiumPath(),
    args: ARGUMENTS,
    host: '127.0.0.1',
  });
  project.provide('browser', server.wsEndpoint());
  return () => server.close();
}

/** @param address what the tests are provided with as `browser`; to close what it returns closes the pages of its own only */
export function connectBrowser(address: string): Promise<Browser> {
  return chromium.connect(address);
}
