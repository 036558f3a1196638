/** A workspace of one folder, `app`, on the disk, with a folder `outside` beside it: made for each test of the file that asks. */
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { NodeWorkspaceFiles } from '../../src/tools/workspaceFiles';

/** What lies around the workspace. */
export let dir: string;
export let files: NodeWorkspaceFiles;

export function diskWorkspace(): void {
  beforeEach(async () => {
    dir = await realpath(await mkdtemp(join(tmpdir(), 'vc-files-')));
    await mkdir(inside('src'), { recursive: true });
    await mkdir(join(dir, 'outside'));
    files = new NodeWorkspaceFiles({ roots: () => [{ name: 'app', path: join(dir, 'app') }] });
  });
  afterEach(() => rm(dir, { recursive: true }));
}

export const inside = (path: string): string => join(dir, 'app', path);
