// Builds the extension and packs it for this platform: `npm run package`.

import { mkdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { main, root, run, step } from './run.mjs';

/** What the Marketplace calls this platform. */
const target = `${isMusl() ? 'alpine' : process.platform}-${process.arch}`;

export const vsixPath = join(root, 'dist-vsix', `virtual-context-${target}.vsix`);

export async function packageExtension() {
  await step('building', () => run('node', ['esbuild.js', '--production']));
  await step(`packaging ${basename(vsixPath)}`, async () => {
    checkContents(await run('vsce', ['ls', '--no-dependencies']));
    mkdirSync(join(root, 'dist-vsix'), { recursive: true });
    await run('vsce', ['package', '--no-dependencies', '--target', target, '--out', vsixPath]);
    console.log(`  ${(statSync(vsixPath).size / 1e6).toFixed(1)} MB`);
  });
}

/**
 * A package that lost its native library, or has one of another platform too, installs and then fails.
 * @param {string} listing
 */
function checkContents(listing) {
  const libraries = listing.split(/\r?\n/).filter((file) => /lancedb\..*\.node$/.test(file));
  if (libraries.length !== 1)
    throw new Error(`The package holds ${libraries.length} LanceDB libraries, not one.`);
}

function isMusl() {
  const report = /** @type {any} */ (process.report?.getReport());
  return process.platform === 'linux' && report.header.glibcVersionRuntime === undefined;
}

if (import.meta.url === pathToFileURL(String(process.argv[1])).href) await main(packageExtension);
