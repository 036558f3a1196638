import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

const texts = async () => (await source.rules(signal, [])).map(({ path, text }) => `${path}: ${text}`);

/** Paths of the rules in force, and in brackets of those that are not. */
const paths = async (...touched: string[]) =>
  (await source.rules(signal, touched)).map(({ path, inactive }) => (inactive ? `(${path})` : path));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  await writeFile(join(dir, path), text);
}

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
  await expect(source.rules(AbortSignal.abort(), [])).rejects.toThrow();
});

it('puts what is nearer after what is farther, and the person’s own last', async () => {
  for (const path of ['AGENTS.local.md', '.github/copilot-instructions.md', 'CLAUDE.md', 'AGENTS.md'])
    await write(`app/${path}`, `rules of ${path}\n`);
  for (const path of ['src/AGENTS.md', 'src/deep/AGENTS.md', 'other/AGENTS.md'])
    await write(`app/${path}`, `rules of ${path}\n`);
  const top = ['app/AGENTS.md', 'app/CLAUDE.md', 'app/.github/copilot-instructions.md'];
  expect(await paths()).toEqual([...top, 'app/AGENTS.local.md']);
  const rules = await source.rules(signal, ['app/src/deep/new.ts', 'lib/other/x.ts', '../outside.ts']);
  expect(rules.map(({ path }) => path)).toEqual([
    ...top,
    'app/src/AGENTS.md',
    'app/src/deep/AGENTS.md',
    'app/AGENTS.local.md',
  ]);
  expect(rules.map(({ scope }) => scope)).toEqual([
    undefined,
    undefined,
    undefined,
    'files below app/src/',
    'files below app/src/deep/',
    undefined,
  ]);
});

it('obeys no rules of code that is others’', async () => {
  for (const folder of ['node_modules/x', 'vendor/y', '.cache/z'])
    await write(`app/${folder}/AGENTS.md`, 'obey\n');
  expect(await paths('app/node_modules/x/i.js', 'app/vendor/y/i.go', 'app/.cache/z/i.ts')).toEqual([]);
});

it('puts rules with patterns in force once a file of theirs is touched', async () => {
  await write('app/.virtual-context/rules/ts.md', '---\nglobs: src/**/*.ts, *.mts\n---\n\nUse const.\n');
  await write('app/.virtual-context/rules/every.md', '---\napplyTo: "**"\n---\nBe brief.\n');
  await write('app/.virtual-context/rules/asked.md', '---\nalwaysApply: false\n---\nHow to release.\n');
  await write('app/.virtual-context/rules/plain.md', 'Plain.\n');
  await write('app/.virtual-context/rules/empty.md', '---\nglobs: []\n---\n\n');
  await write('app/.virtual-context/rules/notes.txt', 'no rules\n');
  const [asked, every, plain, ts] = ['asked', 'every', 'plain', 'ts'].map(
    (name) => `app/.virtual-context/rules/${name}.md`,
  );
  expect(await paths()).toEqual([`(${asked})`, every, plain, `(${ts})`]);
  expect(await paths('app/src/a.js', 'lib/src/a.ts', 'app/test/a.ts')).toEqual([
    `(${asked})`,
    every,
    plain,
    `(${ts})`,
  ]);
  expect(await paths('app/src/deep/a.ts')).toEqual([`(${asked})`, every, plain, ts]);
  expect(await paths('app/x/a.mts', asked as string)).toEqual([asked, every, plain, ts]);
  const rules = await source.rules(signal, []);
  expect(rules[3]).toMatchObject({ firstLine: 4, scope: 'files matching src/**/*.ts, *.mts' });
});

it('does not obey what it cannot read, and says what is wrong', async () => {
  await write('app/.virtual-context/rules/bad.md', '---\nglobs: [a\nx: {\n---\nBad.\n');
  const [bad] = await source.rules(signal, ['app/a']);
  expect(bad).toMatchObject({
    inactive: true,
    problem: expect.stringMatching(/^Its front matter cannot be read \(.+\)\.$/),
  });
});

it('says nothing twice: copies, links, and files that are taken in', async () => {
  await write('app/AGENTS.md', 'Use tabs.\n');
  await symlink(join(dir, 'app/AGENTS.md'), join(dir, 'app/CLAUDE.md'));
  await write('app/.github/copilot-instructions.md', '\r\nUse tabs.\r\n');
  expect(await paths()).toEqual(['app/AGENTS.md']);
  await rm(join(dir, 'app/CLAUDE.md'));
  await write('app/CLAUDE.md', '@AGENTS.md\n\n@docs/style.md\n@../outside/rules.md\n@~/mine.md\n');
  await write('app/docs/style.md', 'No abbreviations.\n@more.md\n');
  await write('app/docs/more.md', 'Too deep.\n');
  await write('outside/rules.md', 'theirs\n');
  expect(await paths()).toEqual(['app/AGENTS.md', 'app/docs/style.md']);
});

it('sends no secrets that a link passes off as rules', async () => {
  await write('app/.env', 'KEY=1\n');
  await symlink(join(dir, 'app/.env'), join(dir, 'app/CLAUDE.md'));
  expect(await paths()).toEqual([]);
});
