/** Set-up of a run of the end-to-end tests: the package is unpacked once, when the first VS Code wants it. */
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { TestProject } from 'vitest/node';
import { vsixPath } from '../../../scripts/package.mjs';
import { installExtension } from '../../../scripts/vscode.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Holds `extensions`, once they are installed. */
    readonly installed: string;
  }
}

export default function provideFolder(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'vscode-installed-'));
  project.provide('installed', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

/**
 * Fills a folder of extensions with the installed package: hard links, which may be removed but not be written to.
 * @param home what the tests are provided with as `installed`
 */
export async function linkExtensions(home: string, folder: string): Promise<void> {
  const installed = await install(home);
  for (const entry of readdirSync(installed, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const to = join(folder, relative(installed, from));
    mkdirSync(dirname(to), { recursive: true });
    // VS Code's own list is written to. It names where each is, too, relative to itself.
    if (entry.name === 'extensions.json') copyFileSync(from, to);
    else linkSync(from, to);
  }
}

async function install(home: string): Promise<string> {
  const done = join(home, 'extensions');
  if (existsSync(done)) return done;
  const attempt = mkdtempSync(join(home, 'attempt-'));
  const extensions = join(attempt, 'extensions');
  await installExtension({ userData: join(attempt, 'data'), extensions }, vsixPath);
  try {
    renameSync(extensions, done);
  } catch (error) {
    if (!existsSync(done)) throw error; // else another worker was first
  }
  return done;
}
