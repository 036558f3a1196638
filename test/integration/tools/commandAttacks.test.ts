/** Lines that were made to get past the classifier, on real folders; and that no wrapping makes a command look softer. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
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
  ];
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
  const lines = Object.entries(rows).flatMap(([level, commands]) =>
    commands.map((command) => ({ level, command })),
  );

  it.each(lines)('$level: $command', async ({ level, command }) => {
    expect(await verdict(command)).toMatchObject({ level });
  });
});

/** Command lines put together from a core of plain words, so that the shell still runs the core. */
type Words = readonly string[];

const HARMLESS: readonly Words[] = [
  ['ls', 'src'],
  ['cat', 'src/a.ts'],
  ['git', 'status', '--short'],
  ['echo', 'done'],
  ['grep', '-n', 'a', 'src/a.ts'],
  ['npm', 'test'],
  ['node', '--version'],
  ['make', 'docs'],
  ['cp', 'src/a.ts', 'src/c.ts'],
  ['curl', 'https://example.com'],
];
const HARMFUL: readonly Words[] = [
  ['rm', '-rf', 'src'],
  ['git', 'push', '--force'],
  ['tee', '/etc/x'],
  ['sudo', 'ls'],
  ['cp', '-at', '/etc', 'src/a.ts'],
  ['find', '.', '-delete'],
  ['sort', 'src/a.ts', '-o', '.git/config'],
  ['touch', 'link-out/x'],
  ['tar', 'xzfC', 'a.tgz', '/'],
  ['git', 'reset', '--hard'],
  ['env', '-S', 'rm -rf src'],
  ['dd', 'if=a', 'of=/dev/sda'],
  ['cat', '.env'],
  ['cat', 'link-out/../.env'],
  ['grep', '-vexx', '/etc/passwd'],
  ['rg', '--pre', './evil', 'x', 'src'],
  ['npx', 'version'],
  ['diff', '-r', 'keys', 'src'],
];

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const split = (text: string) => Math.ceil(text.length / 2);
const safe = (text: string) => /^[\w./:=-]+$/.test(text);
const QUOTINGS: readonly ((word: string) => string)[] = [
  (word) => (safe(word) ? word : quoted(word)),
  quoted,
  (word) => `"${word}"`,
  (word) => `${quoted(word.slice(0, split(word)))}"${word.slice(split(word))}"`,
  (word) => (safe(word) ? `${word.slice(0, 1)}""${word.slice(1)}` : quoted(word)),
  (word) => (safe(word) ? `\\${word}` : quoted(word)),
];
const BLANKS = [' ', '  ', ' \\\n ', '\\\n  ', '  \\\n'];
const REDIRECTS = [
  '2>/dev/null',
  '>/dev/null',
  '2>&1',
  '</dev/null',
  '<src/a.ts',
  '> /dev/null',
  '>&-',
  '&>/dev/null',
];
const AROUND: readonly ((line: string) => string)[] = [
  (line) => `npm test && ${line}`,
  (line) => `${line} || ls`,
  (line) => `ls; ${line}`,
  (line) => `ls\n${line}`,
  (line) => `${line} | head -5`,
  (line) => (/^[!{(]/.test(line) ? line : `! ${line}`),
  (line) => `( ${line} )`,
  (line) => `{ ${line}; }`,
  (line) => `if true; then ${line}; fi`,
  (line) => `for x in a b; do ${line}; done`,
  (line) => `env A=b ${line}`,
  (line) => `timeout 5 ${line}`,
  (line) => `nohup ${line}`,
  (line) => `command ${line}`,
  (line) => `nice -n 5 ${line}`,
  (line) => `echo "$( ${line} )"`,
  (line) => `cat <( ${line} )`,
  (line) => `bash -c ${quoted(line)}`,
  (line) => `env A=b sh -c ${quoted(line)}`,
  (line) => `eval ${quoted(line)}`,
];
/** These take a simple command only. */
const SIMPLE = /^(env|timeout|nohup|command|nice) /;

/** @param plain without what the grammar stumbles over: names and numbers behind the end of a line, closed files */
const lines = (cores: readonly Words[], plain: boolean) =>
  fc
    .record({
      core: fc.constantFrom(...cores),
      quotings: fc.array(fc.constantFrom(...QUOTINGS), { minLength: 6, maxLength: 6 }),
      blanks: fc.array(fc.constantFrom(...BLANKS), { minLength: 8, maxLength: 8 }),
      redirects: fc.array(fc.record({ text: fc.constantFrom(...REDIRECTS), at: fc.nat(6) }), {
        maxLength: 2,
      }),
      around: fc.array(fc.constantFrom(...AROUND), { maxLength: 3 }),
      note: fc.constantFrom('', ' # a note', '; # a note'),
    })
    .map(({ core, quotings, blanks, redirects, around, note }) => {
      const words = core.map((word, index) =>
        plain && index === 0 ? word : (quotings[index]?.(word) ?? word),
      );
      const used = redirects.filter(({ text }) => !plain || text !== '>&-');
      for (const { text, at } of used) words.splice(Math.min(at, words.length), 0, text);
      const line = words.reduce((before, word, index) => {
        const blank = plain && /[<>]/.test(word) ? ' ' : blanks[index % 8];
        return `${before}${blank}${word}`;
      });
      // The grammar takes `for` and `if` behind `!` for the names of commands.
      const fits = (wrap: (line: string) => string) =>
        !SIMPLE.test(wrap('')) && !(plain && wrap('') === '! ');
      const all = around.filter((wrap, index) => index === 0 || fits(wrap));
      return { core, line: all.reduce((inner, wrap) => wrap(inner), line) + note };
    });

const RANK = ['allowed', 'knownSafe', 'ask', 'danger'];

it('is never judged softer than what it runs, however that is written', async () => {
  await fc.assert(
    fc.asyncProperty(lines(HARMFUL, false), async ({ core, line }) => {
      const own = await verdict(core.map((word) => (safe(word) ? word : quoted(word))).join(' '));
      expect(RANK.indexOf((await verdict(line)).level), line).toBeGreaterThanOrEqual(RANK.indexOf(own.level));
      expect(own.level).toMatch(/^(ask|danger)$/);
    }),
    { numRuns: 2000 },
  );
});

it('is not dangerous for how harmless words are written', async () => {
  await fc.assert(
    fc.asyncProperty(lines(HARMLESS, true), async ({ line }) => {
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
