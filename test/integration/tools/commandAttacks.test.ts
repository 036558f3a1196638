/** Lines that were made to get past the classifier, on real folders; and that no wrapping makes a command look softer. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandClassifier } from '../../../src/tools/commandClassifier';
import { openClassifier } from '../../../src/tools/commandSafety/classifyCommand';
import { grammarFolder } from '../../support/grammarFolder';
import { ACTING } from './actingAttacks';
import { commandForms, HARMFUL, HARMLESS, isPlain, quoted } from './commandForms';
import { READING } from './readingAttacks';

const ATTACKS = [...READING, ...ACTING];

let grammars: string;
let folder: string;
let classifier: CommandClassifier;

beforeAll(async () => {
  grammars = grammarFolder();
  folder = mkdtempSync(join(tmpdir(), 'attacks-'));
  const files = [
    'src/a.ts',
    'src/b.ts',
    '-n',
    'pages/[id]/page.ts',
    '.env',
    'keys/prod.pem',
    '.vscode/settings.json',
    '.git/config',
    'bare/HEAD',
    'bare/objects/x',
    'bare/config',
    'linked/a.ts',
    'packages/node_modules/x/a.ts',
    'hidden/.env',
    'shown/.npmrc',
    'shown/in/.config/deploy.pem',
    'deep/.ignore',
    'deep/in/.env',
    '.kube/config',
  ];
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), 'a\n');
  }
  symlinkSync(tmpdir(), join(folder, 'link-out'));
  symlinkSync('src', join(folder, 'link-in'));
  symlinkSync('../.env', join(folder, 'linked/notes.txt'));
  writeFileSync(join(folder, 'hidden/.gitignore'), '# !.env\n.env*\n!.env.example\n!src/*.ts\n');
  writeFileSync(join(folder, 'shown/.rgignore'), '*.log\r\n!.npmrc\r\n');
  writeFileSync(join(folder, 'shown/in/.gitignore'), '!/.config/**\n');
  writeFileSync(join(folder, 'deep/.ignore'), '!.*\n');
  classifier = await openClassifier(grammars);
});

afterAll(() => {
  for (const made of [grammars, folder]) rmSync(made, { recursive: true, force: true });
});

const verdict = (command: string, shell = '/bin/bash') =>
  classifier.classify(command, { shell, folder, roots: [folder], allowed: ['npm test'] });

describe.each(ATTACKS)('$about', ({ rows }) => {
  const lines = Object.entries(rows).flatMap(([level, commands]) =>
    commands.map((command) => ({ level, command })),
  );

  it.each(lines)('$level: $command', async ({ level, command }) => {
    expect(await verdict(command)).toMatchObject({ level });
  });
});

const RANK = ['allowed', 'knownSafe', 'ask', 'danger'];

it('is never judged softer than what it runs, however that is written', async () => {
  await fc.assert(
    fc.asyncProperty(commandForms(HARMFUL, false), async ({ core, known, line }) => {
      const own = await verdict(core.map((word) => (isPlain(word) ? word : quoted(word))).join(' '));
      const { level } = await verdict(line);
      expect(RANK.indexOf(level), line).toBeGreaterThanOrEqual(RANK.indexOf(known ? own.level : 'ask'));
      expect(own.level).toMatch(/^(ask|danger)$/);
    }),
    { numRuns: 2000 },
  );
});

it('is not dangerous for how harmless words are written', async () => {
  await fc.assert(
    fc.asyncProperty(commandForms(HARMLESS, true), async ({ line }) => {
      const { level, reason } = await verdict(line);
      expect(level, `${line}\n${reason}`).not.toBe('danger');
    }),
    { numRuns: 2000 },
  );
});

it('is judged within milliseconds', async () => {
  const all = ATTACKS.flatMap(({ rows }) => Object.values(rows).flat());
  for (const line of all) await verdict(line);
  const start = performance.now();
  for (const line of all) await verdict(line);
  expect((performance.now() - start) / all.length).toBeLessThan(5);
});
