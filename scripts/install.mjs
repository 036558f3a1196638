import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, step } from './run.mjs';

/** Installs the locked packages, unless they are what node_modules has. */
export async function installDependencies() {
  if (!isInstalled()) {
    await step('installing packages: npm ci', () => run('npm', ['ci', '--include=dev']));
  }
}

function isInstalled() {
  if (!existsSync(join(root, 'node_modules/.bin/node'))) return false;
  const wanted = lockedPackages('package-lock.json');
  const present = lockedPackages('node_modules/.package-lock.json');
  return Object.entries(wanted).every(([path, { version, optional }]) =>
    present[path] ? present[path].version === version : optional || path === '',
  );
}

/**
 * npm keeps a lock file of what it has installed in node_modules.
 * @param {string} file
 * @returns {Record<string, { version: string, optional?: boolean }>}
 */
function lockedPackages(file) {
  const path = join(root, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {};
}
