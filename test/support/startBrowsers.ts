/** Global set-up of the end-to-end tests: starts one Chromium for each worker; a clipboard is not shared. */
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { chromiumPath } from '../../scripts/chromium.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Addresses of the browsers. */
    readonly browsers: readonly string[];
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

export default async function startBrowsers(project: TestProject): Promise<() => Promise<void>> {
  const options = { executablePath: chromiumPath(), args: ARGUMENTS, host: '127.0.0.1' };
  const workers = Array.from({ length: project.vitest.config.maxWorkers });
  const servers = await Promise.all(workers.map(() => chromium.launchServer(options)));
  project.provide(
    'browsers',
    servers.map((server) => server.wsEndpoint()),
  );
  return async () => {
    await Promise.all(servers.map((server) => server.close()));
  };
}
