import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RulesSource } from '../../../src/engine/ports';
import { NodeWorkspaceFiles } from '../../../src/tools/workspaceFiles';
import { workspaceRules } from '../../../src/tools/workspaceRules';

const signal = new AbortController().signal;
let dir: string;
let trusted: boolean;
let source: RulesSource;

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'vc-rules-')));
  for (const name of ['app', 'lib', 'outside']) await mkdir(join(dir, name));
  trusted = true;
  const roots = () => ['app', 'lib'].map((name) => ({ name, path: join(dir, name) }));
  source = workspaceRules(new NodeWorkspaceFiles({ roots }), roots, () => trusted);
});
afterEach(() => rm(dir, { recursive: true }));

const texts = async () => (await source.rules(signal)).map(({ path, text }) => `${path}: ${text}`);

it('finds AGENTS.md at the top of each folder, as it is now', async () => {
  expect(await texts()).toEqual([]);
  await writeFile(join(dir, 'lib/AGENTS.md'), 'lib\n');
  await writeFile(join(dir, 'app/AGENTS.md'), 'app\n');
  expect(await texts()).toEqual(['app/AGENTS.md: app\n', 'lib/AGENTS.md: lib\n']);
  await writeFile(join(dir, 'app/AGENTS.md'), 'changed\n');
  await rm(join(dir, 'lib/AGENTS.md'));
  expect(await texts()).toEqual(['app/AGENTS.md: changed\n']);
});

it('obeys nothing that the person does not trust, from the moment they do', async () => {
  await writeFile(join(dir, 'app/AGENTS.md'), 'app\n');
  trusted = false;
  expect(await texts()).toEqual([]);
  trusted = true;
  expect(await texts()).toHaveLength(1);
});

it('leaves out what is outside the workspace, a folder, or no text', async () => {
  await writeFile(join(dir, 'outside/rules.md'), 'theirs\n');
  await symlink(join(dir, 'outside/rules.md'), join(dir, 'app/AGENTS.md'));
  await mkdir(join(dir, 'lib/AGENTS.md'));
  expect(await texts()).toEqual([]);
  await rm(join(dir, 'lib/AGENTS.md'), { recursive: true });
  await writeFile(join(dir, 'lib/AGENTS.md'), Buffer.from([1, 0, 2]));
  expect(await texts()).toEqual([]);
});

it('says nothing of the rules when it was stopped', async () => {
  await writeFile(join(dir, 'app/AGENTS.md'), 'app\n');
  await expect(source.rules(AbortSignal.abort())).rejects.toThrow();
});
