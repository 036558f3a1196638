/** Lines that were made to get past the classifier, on real folders; and that no wrapping makes a command look softer. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandClassifier } from '../../../src/tools/commandClassifier';
import { openClassifier } from '../../../src/tools/commandSafety/classifyCommand';
import { grammarFolder } from '../../support/grammarFolder';
import { ATTACKS } from './commandAttacks';

let grammars: string;
let folder: string;
let classifier: CommandClassifier;

beforeAll(async () => {
  grammars = grammarFolder();
  folder = mkdtempSync(join(tmpdir(), 'attacks-'));
  const files = ['src/a.ts', 'src/b.ts', '-n', 'pages/[id]/page.ts', '.env', 'keys/prod.pem', '.vscode/settings.json', '.git/config'];
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), 'a\n');
  }
  symlinkSync(tmpdir(), join(folder, 'link-out'));
  symlinkSync('src', join(folder, 'link-in'));
  classifier = await openClassifier(grammars);
});

afterAll(() => {
  for (const made of [grammars, folder]) rmSync(made, { recursive: true, force: true });
});

const verdict = (command: string, shell = '/bin/bash') =>
  classifier.classify(command, { shell, folder, roots: [folder], allowed: ['npm test'] });

describe.each(ATTACKS)('$about', ({ rows }) => {
  const lines = Object.entries(rows).flatMap(([level, commands]) => commands.map((command) => ({ level, command })));

  it.each(lines)('$level: $command', async ({ level, command }) => {
    expect(await verdict(command)).toMatchObject({ level });
  });
});
