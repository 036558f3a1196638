// npm start [-- FOLDER]: opens FOLDER, by default this repository, in VS Code with the extension installed.
// What is missing is installed first.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installDependencies } from './install.mjs';
import { packageExtension, vsixPath } from './package.mjs';
import { cacheFolder, findOnPath, main, root, run, SetupError, show, step } from './run.mjs';
import { installExtension, provisionVSCode, startServer } from './vscode.mjs';

// npm runs this in the repository; INIT_CWD is where the person is.
const folder = process.argv[2] ? resolve(process.env.INIT_CWD ?? '', process.argv[2]) : root;

async function start() {
  if (!existsSync(folder)) throw new SetupError(`there is no folder ${folder}`);
  await installDependencies();
  await packageExtension();
  if (findOnPath('code')) {
    await step('installing the extension in VS Code', () =>
      run('code', ['--install-extension', vsixPath, '--force']),
    );
    await show('code', [folder]);
  } else {
    await provisionVSCode();
    await serve();
  }
}

async function serve() {
  const home = join(cacheFolder, 'start');
  const profile = { userData: join(home, 'data'), extensions: join(home, 'extensions') };
  await step('installing the extension in VS Code', () => installExtension(profile, vsixPath));
  // The browser keeps API keys and the layout by address: the same port each time, if it is free.
  const server = await startServer(profile, { port: 8139 }).catch(() => startServer(profile));
  console.log(
    `\nVS Code is running. Open ${server.url}/?folder=${encodeURIComponent(folder)}\nThere, Ctrl+Alt+V opens the chat. Here, Ctrl-C stops it.`,
  );
  await server.exited;
}

await main(start);
