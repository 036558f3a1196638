import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** They have the machine to themselves: one measures, one waits for what a language server says in time. */
const alone = ['test/e2e/wholeLoop.test.ts', 'test/e2e/realProject.test.ts'];

const e2e = {
  globalSetup: ['test/support/startBrowser.ts', 'test/support/vscode/installed.ts'],
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 30_000, interval: 100 } },
} satisfies TestProjectInlineConfiguration['test'];

export default defineConfig({
  test: {
    // Two on two cores as well: most tests wait for other processes most of the time. Each VS Code takes its gigabyte.
    maxWorkers: Math.min(4, Math.max(2, availableParallelism() - 1)),
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: 'test/support/buildDist.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      { test: { ...e2e, name: 'e2e alone', include: alone, fileParallelism: false } },
      {
        test: {
          ...e2e,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: alone,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
