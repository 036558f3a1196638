// npm test [-- STAGE…]: installs what is missing and runs everything, or only the named stages.
// The last line is "N passed, N failed", over all of them; each check counts as one.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideChromium } from './chromium.mjs';
import { installDependencies } from './install.mjs';
import { packageExtension, vsixPath } from './package.mjs';
import { main, SetupError, seconds, show } from './run.mjs';
import { provisionVSCode } from './vscode.mjs';

/**
 * @typedef {{ passed: number, failed: number }} Result
 * @typedef {{ title: string, work: () => Promise<Result> }} Task
 */

// Biome has its own opinion under CI.
const colors = process.stdout.isTTY ? '--colors=force' : '--colors=off';
if (!process.stdout.isTTY) process.env.NO_COLOR = '1';

/** @type {Record<string, Task[]>} */
const stages = {
  checks: [
    check('format and lint', 'biome', 'ci', '--error-on-warnings', colors),
    check('types', 'tsc'),
    check('layers', 'depcruise', 'src', '--config'),
    check('unused code', 'knip'),
  ],
  unit: [suite('unit')],
  integration: [suite('integration')],
  e2e: [{ title: 'build and package', work: buildPackage }, suite('e2e', provideEditor)],
};

async function testAll() {
  const names = process.argv.slice(2);
  const unknown = names.find((name) => !Object.hasOwn(stages, name));
  if (unknown) throw new SetupError(`"${unknown}" is none of ${Object.keys(stages).join(', ')}`);
  await installDependencies();

  const selected = Object.entries(stages).filter(([name]) => names.length === 0 || names.includes(name));
  const sum = { passed: 0, failed: 0 };
  for (const { title, work } of selected.flatMap(([, tasks]) => tasks)) {
    console.log(`\n── ${title} ──`);
    const start = Date.now();
    const { passed, failed } = await work().catch(failure);
    sum.passed += passed;
    sum.failed += failed;
    console.log(`── ${title}: ${passed} passed, ${failed} failed, ${seconds(start)}`);
  }
  console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
  return sum.failed === 0 ? 0 : 1;
}

/** @param {unknown} reason */
function failure(reason) {
  console.log(reason instanceof SetupError ? reason.message : reason);
  return { passed: 0, failed: 1 };
}

async function buildPackage() {
  rmSync(vsixPath, { force: true }); // the tests never run an older one
  await packageExtension();
  return { passed: 1, failed: 0 };
}

async function provideEditor() {
  if (!existsSync(vsixPath)) throw new SetupError('not run: there is no package');
  await provideChromium();
  await provisionVSCode();
}

/**
 * @param {string} title
 * @param {string} command
 * @param {...string} args
 */
function check(title, command, ...args) {
  const work = async () =>
    (await show(command, args)) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  return { title, work };
}

/**
 * @param {string} name what projects of vitest.config.mts begin with
 * @param {() => Promise<void>} [prepare]
 */
function suite(name, prepare) {
  const work = async () => {
    await prepare?.();
    const folder = mkdtempSync(join(tmpdir(), 'vitest-'));
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const succeeded = await show('vitest', ['run', '--project', `${name}*`, ...reporters]);
    const result = existsSync(report) ? readReport(report) : { passed: 0, failed: 0 };
    rmSync(folder, { recursive: true });
    // Vitest fails without a failing test too: no test found, an error outside of tests.
    if (!succeeded && result.failed === 0) result.failed = 1;
    return result;
  };
  return { title: `${name} tests`, work };
}

/**
 * @param {string} file
 * @returns {Result}
 */
function readReport(file) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const skipped = report.numPendingTests + report.numTodoTests;
  if (skipped > 0) console.log(`${skipped} skipped${process.env.CI ? ': failures under CI' : ''}`);
  return { passed: report.numPassedTests, failed: report.numFailedTests + (process.env.CI ? skipped : 0) };
}

await main(testAll);
