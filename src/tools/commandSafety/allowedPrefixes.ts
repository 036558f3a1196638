/** What the person has allowed: the words that a simple command begins with. */
import type { CommandPaths } from './commandPaths';
import { isReader } from './knownSafeCommands';
import { programName } from './programName';
import type { SimpleCommand } from './shellScript';

/** By their second word they test, build or check the project, or record it, whatever follows. */
const PROJECT_ACTS: readonly RegExp[] = [
  /^(npm|pnpm|yarn) (test|t|ci|build|lint|check|typecheck|type-check|format|fmt|start|dev|watch)(:[\w:-]+)?$/,
  /^cargo (test|t|build|b|check|c|clippy|fmt|bench|doc|tree)$/,
  /^go (test|build|vet|fmt)$/,
  /^(dotnet (test|build|restore|format)|swift (test|build)|flutter (test|analyze)|dart (test|analyze|format))$/,
  /^(bazel (test|build)|composer test|git (add|commit|fetch|pull))$/,
];
/** The third word names a script of the project. */
const RUNS_SCRIPT = /^(npm|pnpm|yarn|composer) (run|run-script) [\w][\w:./-]*$/;
/** What follows runs as if it stood alone. */
const RUNS_PROGRAM = /^(npx|pnpx|bunx|(npm|pnpm|yarn|bundle) exec|(uv|poetry) run)$/;
/** They look over the project, test it, or make folders and empty files in it, whatever follows. */
const CHECKERS =
  /^(tsc|vue-tsc|eslint|prettier|biome|stylelint|markdownlint|knip|depcruise|vitest|jest|mocha|ava|karma|pytest|tox|nox|ruff|mypy|pyright|black|isort|flake8|pylint|rustfmt|gofmt|golangci-lint|rubocop|rspec|phpunit|phpstan|ktlint|swiftlint|shellcheck|mkdir|touch)$/;
/** What they do is in all of their words. */
const ACTS_BY_WORD =
  /^(rm|mv|cp|sed|gsed|curl|wget|ssh|scp|rsync|tar|docker|podman|kubectl|make|gmake|just)$/;
/** Ends an entry that allows a command with nothing behind it. */
const END = '$';
/** Variables that change how a program prints, not what it does. */
const HARMLESS =
  /^(CI|NODE_ENV|FORCE_COLOR|NO_COLOR|TERM|LANG|LC_ALL|TZ|DEBUG|RUST_BACKTRACE|RUST_LOG|COLUMNS|VERBOSE)$/;

/** An entry of the list: words that a command begins with, or with a `$` behind them all of its words. */
function entryOf(prefix: string): { readonly words: readonly string[]; readonly all: boolean } {
  const words = prefix
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  const all = words.length > 1 && words.at(-1) === END;
  return { words: all ? words.slice(0, -1) : words, all };
}

/**
 * @param whole whether an entry must be the whole command: of those that run others
 * @returns whether one of the entries allows it, and what follows its words stays within the workspace
 */
export function isAllowed(
  command: SimpleCommand,
  prefixes: readonly string[],
  whole: boolean,
  paths: CommandPaths,
): boolean {
  const words = wordsOf(command);
  if (words === undefined) return false;
  return prefixes.some((prefix) => {
    const { words: allowed, all } = entryOf(prefix);
    if (allowed.length === 0 || allowed.length > words.length) return false;
    const needsAll = whole || all || looksOrActs(allowed);
    if (needsAll && allowed.length !== words.length) return false;
    if (!allowed.every((word, index) => word === words[index])) return false;
    return words.slice(allowed.length).every((word) => staysInside(word, paths));
  });
}

/** Entries of programs that show whatever they are told to, and do what all of their words say. */
function looksOrActs([name = '', second = '']: readonly string[]): boolean {
  if (isReader(name, second)) return true;
  // Who allows such a program by its name alone has said so.
  return second !== '' && ACTS_BY_WORD.test(programName(name));
}

/** Whether a word behind what was allowed names nothing outside of the workspace, and no secret. */
function staysInside(word: string, paths: CommandPaths): boolean {
  const named = [word, word.slice(word.indexOf('=') + 1), ...(/^-[^-]/.test(word) ? [word.slice(2)] : [])];
  return named.every((path) => path === '' || /^-/.test(path) || paths.isReadable(path));
}

/**
 * @returns the entry to offer for such commands: the first words where what follows them changes nothing that matters, else
 * all of them; undefined when none says what it would allow
 */
export function prefixOf(command: SimpleCommand, whole: boolean): string | undefined {
  const words = wordsOf(command);
  if (words === undefined || words.length === 0) return undefined;
  const first = whole ? undefined : plainBeginning(words);
  const offered = first === undefined ? words : words.slice(0, first);
  // The list is of words with spaces between them.
  if (offered.some((word) => word === '' || /\s/.test(word))) return undefined;
  return [...offered, ...(first === undefined ? [END] : [])].join(' ');
}

/** @returns how many of the first words say what it does; undefined when all of them do */
function plainBeginning(words: readonly string[]): number | undefined {
  const [first = ''] = words;
  if (CHECKERS.test(first)) return 1;
  const two = words.slice(0, 2).join(' ');
  for (const [count, runner] of [first, two].entries()) {
    if (RUNS_PROGRAM.test(runner)) return CHECKERS.test(words[count + 1] ?? '') ? count + 2 : undefined;
  }
  if (PROJECT_ACTS.some((act) => act.test(two))) return 2;
  return RUNS_SCRIPT.test(words.slice(0, 3).join(' ')) ? 3 : undefined;
}

function wordsOf({ words, assignments }: SimpleCommand): readonly string[] | undefined {
  if (assignments.some(({ name, value }) => !HARMLESS.test(name) || value.text === undefined))
    return undefined;
  const texts = words.map(({ text }) => text);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}
