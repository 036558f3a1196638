import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Two on two cores as well: most tests wait for other processes most of the time. Each VS Code takes its gigabyte.
    maxWorkers: Math.min(4, Math.max(2, availableParallelism() - 1)),
    projects: [
      // Properties try hundreds of cases: how long that takes is the machine's affair.
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: 'test/support/buildDist.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/startBrowser.ts', 'test/support/vscode/installed.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
