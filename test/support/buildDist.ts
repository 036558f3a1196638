/** Global set-up of the integration tests: builds all programs once, into a folder of their own: never yesterday's build. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** What `npm run build` makes: disk.js, vctx.js, workers, grammars/, bin/. */
    readonly dist: string;
  }
}

const buildScript = resolve(import.meta.dirname, '../../esbuild.js');

export default async function buildDist(project: TestProject): Promise<() => void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'vctx-dist-')));
  await promisify(execFile)(process.execPath, [buildScript, '--outdir', folder]);
  project.provide('dist', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** A copy of the build that lacks LanceDB's library, to be removed by whoever asks for it. */
export function withoutLance(dist: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'vctx-dist-'));
  const filter = (file: string) => !/^lancedb\..*\.node$/.test(basename(file));
  cpSync(dist, folder, { recursive: true, filter });
  return folder;
}
