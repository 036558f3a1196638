import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** They have the machine to themselves: two measure, one waits for what a language server says in time. */
const alone = [
  'test/integration/engine/checkpoints.test.ts',
  'test/e2e/wholeLoop.test.ts',
  'test/e2e/realProject.test.ts',
];
/** Comes after what runs alone. */
const sequence = { groupOrder: 1 };

const integration = {
  globalSetup: 'test/support/buildDist.ts',
  testTimeout: 60_000,
  hookTimeout: 60_000,
} satisfies TestProjectInlineConfiguration['test'];

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
      ...suites('integration', integration),
      ...suites('e2e', e2e),
    ],
  },
});

function suites(name: string, common: TestProjectInlineConfiguration['test']) {
  return [
    {
      test: {
        ...common,
        name: `${name} alone`,
        include: alone.filter((file) => file.startsWith(`test/${name}/`)),
        fileParallelism: false,
      },
    },
    { test: { ...common, name, include: [`test/${name}/**/*.test.ts`], exclude: alone, sequence } },
  ];
}
