/** The files of a folder as ripgrep lists them: without what .gitignore, .ignore and .virtualcontextignore leave out. */
import { execFile } from 'node:child_process';
import { sharedOptions } from './ripgrep';

/** Of paths, bytes: more than a million files. */
const MAX_OUTPUT = 128 * 1024 * 1024;

/**
 * @param folder absolute
 * @returns paths relative to the folder, `/`-separated, in order; nothing when the folder cannot be listed
 */
export async function listFiles(binary: string, folder: string, signal: AbortSignal): Promise<string[]> {
  const output = await new Promise<string>((resolve) => {
    const options = { cwd: folder, signal, maxBuffer: MAX_OUTPUT, windowsHide: true };
    // Some folder that cannot be read is no reason to show none of the others.
    execFile(binary, ['--files', ...sharedOptions(folder), '.'], options, (_error, stdout) =>
      resolve(stdout),
    );
  });
  signal.throwIfAborted();
  return output
    .split('\0')
    .filter((path) => path !== '')
    .map((path) => path.replace(/^\.\//, ''))
    .sort();
}
