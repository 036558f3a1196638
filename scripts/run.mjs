// What every script here needs: where things are, how to run a command, how to report a failure.
// Only Node built-ins: this file runs before anything is installed.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Holds what is costly to make and belongs to no working tree: the provisioned VS Code. */
export const cacheFolder =
  process.env.VIRTUAL_CONTEXT_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'virtual-context');

/** A failure that is the person's to mend: reported as its message, without a stack. */
export class SetupError extends Error {}

const windows = process.platform === 'win32';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] default: the repository
 * @property {Record<string, string>} [env] on top of this process's environment
 * @property {string} [bin] folder put before PATH; default: node_modules/.bin, which has the Node to run on
 */

/**
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} options
 * @param {'inherit' | 'pipe'} output
 */
function start(command, args, { cwd = root, env, bin = join(root, 'node_modules/.bin') }, output) {
  // npm and the tools in node_modules/.bin are .cmd files on Windows: only a shell starts those, and it
  // wants quotes around what holds spaces.
  return spawn(command, windows ? args.map((arg) => (/\s/.test(arg) ? `"${arg}"` : arg)) : args, {
    cwd,
    env: { ...process.env, ...env, PATH: `${bin}${delimiter}${process.env.PATH}` },
    stdio: ['ignore', output, output],
    shell: windows,
  });
}

/**
 * Runs a command in view; resolves to whether it succeeded.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<boolean>}
 */
export function show(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    start(command, args, options, 'inherit')
      .on('error', reject)
      .on('close', (code) => resolve(code === 0));
  });
}

/**
 * Runs a command out of view; resolves to its output, or rejects with it.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = start(command, args, options, 'pipe');
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', reject).on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new SetupError(`${output}\n"${command} ${args.join(' ')}" failed with exit code ${code}.`));
    });
  });
}

/**
 * Says what is being done, and how long it took.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 */
export async function step(title, work) {
  console.log(`› ${title}`);
  const start = Date.now();
  const result = await work();
  console.log(`  done in ${seconds(start)}`);
  return result;
}

/** @param {number} start */
export function seconds(start) {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}

/**
 * The first of these commands that is on PATH, as a full path.
 * @param {...string} commands
 */
export function findOnPath(...commands) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const endings = windows ? ['.exe', '.cmd'] : [''];
  return commands
    .flatMap((command) =>
      folders.flatMap((folder) => endings.map((ending) => join(folder, command + ending))),
    )
    .find((file) => existsSync(file));
}

/**
 * Installs Debian packages if this is a Debian machine and we are root; says what is missing otherwise.
 * @param {string[]} packages
 * @param {string} purpose
 */
export async function installDebianPackages(packages, purpose) {
  const names = packages.join(', ');
  if (process.getuid?.() !== 0 || !findOnPath('apt-get')) {
    throw new SetupError(`${purpose} needs ${names}. Please install and try again.`);
  }
  await step(`installing ${names} with apt-get`, async () => {
    const options = { env: { DEBIAN_FRONTEND: 'noninteractive' } };
    await run('apt-get', ['update'], options);
    await run('apt-get', ['install', '--yes', '--no-install-recommends', ...packages], options);
  });
}

/**
 * Runs a script's main function, which may resolve to an exit code.
 * @param {() => Promise<number | void>} work
 */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    console.error(error instanceof SetupError ? `error: ${error.message}` : error);
    process.exitCode = 1;
  }
}
