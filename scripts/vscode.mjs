// A real VS Code from the npm registry alone: code-server is the VS Code workbench with its Node extension
// host. Its own install compiles a Kerberos module that nothing here needs and few machines can build, so it
// is put together piece by piece.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, findOnPath, installDebianPackages, run, SetupError, step } from './run.mjs';

const codeServerVersion = '4.139.1';
const nodeVersion = '24.21.0';
const nativeModules = [
  '@vscode/spdlog',
  'node-pty',
  '@vscode/sqlite3',
  '@vscode/native-watchdog',
  '@parcel/watcher',
];

/** Has the Node binary, and its headers: compiling the native modules downloads nothing. */
const nodePackage = `node-${process.platform === 'darwin' && process.arch === 'arm64' ? 'bin-' : ''}${process.platform}-${process.arch}`;

const home = join(cacheFolder, `code-server-${codeServerVersion}-node-${nodeVersion}`);
const node = join(home, 'node_modules', nodePackage, 'bin/node');
const codeServer = join(home, 'node_modules/code-server/out/node/entry.js');

/** Puts VS Code into the cache folder unless it is there. */
export async function provisionVSCode() {
  if (existsSync(home)) return;
  if (process.platform === 'win32') {
    throw new SetupError('Visual Studio Code is needed: please install it, with its "code" command on PATH.');
  }
  const missing = ['g++', 'make', 'python3'].filter((tool) => !findOnPath(tool));
  if (missing.length > 0) await installDebianPackages(missing, 'Compiling the native modules of VS Code');

  mkdirSync(cacheFolder, { recursive: true });
  removeAbandonedAttempts();
  // Renamed when complete: an interrupted attempt is never taken for a good one.
  const attempt = `${home}.attempt-${process.pid}`;
  const nodeHome = join(attempt, 'node_modules', nodePackage);
  const vscode = join(attempt, 'node_modules/code-server/lib/vscode');
  mkdirSync(attempt);
  const dependencies = { 'code-server': codeServerVersion, [nodePackage]: nodeVersion };
  writeFileSync(join(attempt, 'package.json'), JSON.stringify({ private: true, dependencies }));

  const options = { bin: join(nodeHome, 'bin'), env: { npm_config_nodedir: nodeHome } };
  /** @type {(title: string, cwd: string, ...args: string[]) => Promise<unknown>} */
  const npm = (title, cwd, ...args) => step(title, () => run('npm', args, { ...options, cwd }));
  console.log(`Setting up VS Code in ${home}: once, about two minutes, 800 MB.`);
  await npm(`[1/4] code-server ${codeServerVersion}`, attempt, 'install', '--ignore-scripts');
  const install = ['install', '--omit=dev', '--ignore-scripts'];
  await npm('[2/4] packages of the workbench', vscode, ...install);
  await npm('[3/4] compiling native modules (takes longest)', vscode, 'rebuild', ...nativeModules);
  await npm('[4/4] built-in extensions', join(vscode, 'extensions'), ...install);

  try {
    renameSync(attempt, home);
  } catch (error) {
    if (!existsSync(home)) throw error;
    rmSync(attempt, { recursive: true }); // another process was first
  }
}

function removeAbandonedAttempts() {
  for (const name of readdirSync(cacheFolder)) {
    const pid = /\.attempt-(\d+)$/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) rmSync(join(cacheFolder, name), { recursive: true });
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * Where an instance of VS Code keeps its state.
 * @typedef {{ userData: string, extensions: string }} Profile
 */

/** @param {Profile} profile */
function profileArguments({ userData, extensions }) {
  mkdirSync(userData, { recursive: true });
  mkdirSync(extensions, { recursive: true });
  const config = join(userData, 'code-server.yaml'); // else one is written to the home folder
  return [codeServer, '--config', config, '--user-data-dir', userData, '--extensions-dir', extensions];
}

/**
 * @param {Profile} profile
 * @param {string} vsix
 */
export async function installExtension(profile, vsix) {
  await run(node, [...profileArguments(profile), '--install-extension', vsix, '--force'], {});
}

/** Servers, to be stopped with this process. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.once('exit', () => {
  for (const server of running) signalGroup(server, 'SIGTERM');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));

/**
 * @param {import('node:child_process').ChildProcess} server
 * @param {NodeJS.Signals} signal
 */
function signalGroup({ pid }, signal) {
  try {
    process.kill(-Number(pid), signal);
  } catch {
    // it has ended
  }
}

/**
 * Starts the server and resolves when it listens.
 * @param {Profile} profile
 * @param {{ port?: number, args?: string[], env?: Record<string, string> }} [options] port 0: any that is free
 */
export async function startServer(profile, { port = 0, args = [], env = {} } = {}) {
  const server = spawn(
    node,
    [
      ...profileArguments(profile),
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override', ...args],
    ],
    // Its own process group, so that stopping it stops the extension hosts too.
    { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...outsideEnvironment(), ...env } },
  );
  running.add(server);
  const exited = new Promise((resolve) => server.once('exit', resolve)).then(() => running.delete(server));

  const url = await addressOf(server);
  return {
    url,
    pid: Number(server.pid),
    /** @param {NodeJS.Signals} signal */
    stop: (signal) => signalGroup(server, signal),
    exited,
  };
}

/**
 * What the server prints when it listens.
 * @param {import('node:child_process').ChildProcess} server
 * @returns {Promise<string>}
 */
function addressOf(server) {
  return new Promise((resolve, reject) => {
    let output = '';
    /** @param {string} text */
    const read = (text) => {
      output += text;
      const address = /listening on (http:\/\/[^/\s]+)\/?\s/.exec(output)?.[1];
      if (address === undefined) return;
      for (const stream of [server.stdout, server.stderr]) stream?.off('data', read).resume();
      resolve(address);
    };
    for (const stream of [server.stdout, server.stderr]) stream?.setEncoding('utf8').on('data', read);
    server.once('error', reject);
    server.once('exit', () => reject(new SetupError(`VS Code did not start:\n${output}`)));
  });
}

/** Without the variables that make a VS Code started from a terminal of VS Code talk to that one. */
function outsideEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VSCODE_|PORT$|PASSWORD$)/.test(name)),
  );
}
