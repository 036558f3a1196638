/** Command lines classified with the real grammars, on real folders. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandClassifier } from '../../../src/tools/commandClassifier';
import { openClassifier } from '../../../src/tools/commandSafety/classifyCommand';
import { grammarFolder } from '../../support/grammarFolder';
import { COMMANDS, POWERSHELL } from './commandTable';

const allowed = ['npm test', 'npm run build', 'npx vitest'];
let grammars: string;
let folder: string;
let classifier: CommandClassifier;

beforeAll(async () => {
  grammars = grammarFolder();
  folder = mkdtempSync(join(tmpdir(), 'safety-'));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/a.ts'), 'a\n');
  symlinkSync(tmpdir(), join(folder, 'link-out'));
  classifier = await openClassifier(grammars);
});

afterAll(() => {
  for (const made of [grammars, folder]) rmSync(made, { recursive: true, force: true });
});

const verdict = (command: string, shell = '/bin/bash') =>
  classifier.classify(command, { shell, folder, roots: [folder], allowed });

describe('a command line', () => {
  it.each(COMMANDS)('is $level: $command', async ({ level, command }) => {
    expect(await verdict(command)).toMatchObject({ level });
  });

  it.each(POWERSHELL)('of PowerShell is $level: $command', async ({ level, command }) => {
    expect(await verdict(command, 'C:\\Program Files\\PowerShell\\7\\pwsh.exe')).toMatchObject({ level });
  });

  it('of a shell that is not understood always asks', async () => {
    expect(await verdict('npm test', 'cmd.exe')).toMatchObject({ level: 'danger', prefixes: [] });
  });

  it.each([
    ['npm install left-pad', ['npm install']],
    ['npm run lint -- --fix', ['npm run lint']],
    ['git add . && git commit -m x', ['git add', 'git commit']],
    ['npm test && tsc -p .', ['tsc']],
    ['node script.js --x', ['node script.js --x']],
    ["bash -c 'npm run lint'", []],
    ['tsc > out.txt', []],
    ['tsc $FLAGS', []],
    ['rm -rf dist', []],
  ])('offers what would allow it: %s', async (command, prefixes) => {
    expect((await verdict(command)).prefixes).toEqual(prefixes);
  });
});

/** Each keeps what it wraps a command that is run, or may be. */
const WRAPPERS: readonly ((command: string) => string)[] = [
  (command) => `npm test && ${command}`,
  (command) => `${command} && npm test`,
  (command) => `false || ${command}`,
  (command) => `ls; ${command}`,
  (command) => `ls\n${command}`,
  (command) => `npm test | ${command}`,
  (command) => `(${command})`,
  (command) => `{ ${command}; }`,
  (command) => `if true; then ${command}; fi`,
  (command) => `for x in a b; do ${command}; done`,
  (command) => `npm test "$(${command})"`,
  (command) => `echo <(${command})`,
  (command) => `f() { ${command}; }; f`,
  (command) => `bash -c ${quoted(command)}`,
  (command) => `bash -lc ${quoted(command)}`,
  (command) => `env A=b sh -c ${quoted(command)}`,
  (command) => `eval ${quoted(command)}`,
  (command) => `timeout 5 bash -c ${quoted(command)}`,
  (command) => `find . -exec sh -c ${quoted(command)} ';'`,
  (command) => `ls | xargs -I% sh -c ${quoted(command)}`,
  (command) => `trap ${quoted(command)} EXIT`,
];

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

it('is as dangerous as its worst part, however that is wrapped', async () => {
  const dangerous = COMMANDS.filter(
    ({ level, command }) => level === 'danger' && !/[\n#)"^!&\p{Cc}]/u.test(command),
  );
  expect(dangerous.length).toBeGreaterThan(50);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...dangerous.map(({ command }) => command)),
      fc.array(fc.constantFrom(...WRAPPERS), { minLength: 1, maxLength: 3 }),
      async (command, wrappers) => {
        const wrapped = wrappers.reduce((inner, wrap) => wrap(inner), command);
        expect(await verdict(wrapped), wrapped).toMatchObject({ level: 'danger' });
      },
    ),
    { numRuns: 1500 },
  );
});

it('is never allowed by a list that allows only another part of it', async () => {
  const asked = COMMANDS.filter(({ level, command }) => level === 'ask' && !/[\n#&]/.test(command));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...asked.map(({ command }) => command)),
      fc.constantFrom(...WRAPPERS),
      async (command, wrap) => {
        expect((await verdict(wrap(command))).level, wrap(command)).toMatch(/^(ask|danger)$/);
      },
    ),
    { numRuns: 500 },
  );
});

it('is read whatever it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 60 }), async (command) => {
      const { level } = await verdict(`rm -rf dist; ${command}`);
      expect(level).toBe('danger');
    }),
    { numRuns: 500 },
  );
});
