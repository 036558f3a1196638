/** Commands that only look: inside the workspace, at no secrets, with options that are known to write and run nothing. */
import { isSecretPath } from '../../engine/secretFiles';
import type { CommandPaths } from './commandPaths';
import { isPattern, partPattern } from './globPattern';
import { type ReadWords, readWords } from './readerOptions';
import { READERS, type Reader } from './readers';
import type { SimpleCommand, Word } from './shellScript';

/**
 * Programs whose version may be asked for, by the words that nothing else follows from. Of others (yarn, cargo, mvn) the project
 * says which one runs.
 */
const VERSIONS: readonly (readonly [programs: RegExp, words: RegExp])[] = [
  [
    /^(node|npm|npx|pnpm|bun|deno|python3?|pip3?|uv|poetry|ruby|gem|go|rustup|java|javac|gcc|g\+\+|clang|make|cmake|git|docker|tsc|php|swift|kubectl|gh|code|rg|bash|zsh)$/,
    /^--version$/,
  ],
  [/^(node|npm|npx|pnpm|bun|git|docker|tsc|php|gem|make|code)$/, /^-v$/],
  [/^(python3?|pip3?|rustup|uv|rg|deno)$/, /^-V$/],
  [/^(java|javac)$/, /^-version$/],
  [/^(go|docker|kubectl)$/, /^version$/],
];

const GIT_READS =
  /^(status|diff|log|show|blame|shortlog|describe|rev-parse|rev-list|ls-files|ls-tree|cat-file|merge-base|name-rev|count-objects)$/;
/** Options with which a look writes a file, runs a program or leaves the repository. */
const GIT_ACTS = /^(-O|--(ext|textc|no-i|exec|upl|cont|open|out|o$|ou$|filters|batch|stdin|ignore-revs))/;
/** Settings that say nothing secret. */
const GIT_SETTINGS =
  /^(user\.(name|email)|core\.[\w]+|init\.defaultbranch|(pull|push|merge)\.\w+|branch\.[\w./-]+)$/i;
/** What files with secrets are called before their suffix. */
const SECRET_STEMS = ['x', 'secrets', 'credentials', 'client_secret', 'service-account'];

/** @returns whether a program (with its second word) is there to show what it is told to */
export function isReader(name: string, second: string): boolean {
  return name === 'git' ? GIT_READS.test(second) : Object.hasOwn(READERS, name) || name === 'find';
}

/** @returns whether the command looks at the workspace, and does nothing else */
export function isKnownSafe({ words, assignments }: SimpleCommand, paths: CommandPaths): boolean {
  const [name, ...args] = words;
  if (assignments.length > 0 || name?.text === undefined || name.glob) return false;
  if (name.text === 'echo') return args.every((word) => isPrintable(word, paths));
  if (args.some(({ text }) => text === undefined)) return false;
  const texts = args.map(({ text = '' }) => text);
  const [first = ''] = texts;
  if (
    texts.length === 1 &&
    VERSIONS.some(([program, word]) => program.test(name.text ?? '') && word.test(first))
  )
    return true;
  const globbed = args.some(({ glob }) => glob);
  switch (name.text) {
    case 'git':
      return !globbed && isSafeGit(texts, paths);
    case 'find':
      return !globbed && isSafeFind(texts, paths);
    case 'sed':
      return !globbed && isSafeSed(texts, paths);
    case 'npm':
      return !globbed && isSafeNpm(texts);
    case 'command':
      return first === '-v' && texts.length === 2;
  }
  const reader = Object.hasOwn(READERS, name.text) ? READERS[name.text] : undefined;
  const read = reader && readWords(args, reader);
  return reader !== undefined && read !== undefined && isSafeReader(reader, read, paths);
}

function isSafeReader(reader: Reader, read: ReadWords, paths: CommandPaths): boolean {
  const { operands, options } = read;
  if (operands.length > (reader.most ?? Number.POSITIVE_INFINITY)) return false;
  if (reader.words) return operands.every(({ text = '', glob }) => !glob && reader.words?.test(text));
  const named = operands.map((word) => namedBy(word, paths));
  if (named.includes(undefined)) return false;
  const patterned = reader.pattern === true && !options.some((option) => /^(e|files)$/.test(option));
  // A pattern of names where the text to look for should stand may put a path there.
  if (patterned && operands[0]?.glob && (named[0]?.length ?? 0) > 1) return false;
  const places = named.slice(patterned ? 1 : 0).flatMap((each) => each ?? []);
  if (reader.names) return places.every((path) => paths.kindOf(path) !== 'outside');
  if (!places.every((path) => paths.isReadable(path))) return false;
  const { folders } = reader;
  const deep = folders === 'always' || options.some((option) => folders?.includes(option));
  return !deep || isSafeSearch(reader, places, read, paths);
}

function isPrintable(word: Word, paths: CommandPaths): boolean {
  if (!word.glob) return word.text !== undefined || word.shown === true;
  return paths.namedBy(word)?.every((path) => paths.kindOf(path) !== 'outside') ?? false;
}

/** A pattern of names, when none of what it may stand for is taken for an option. */
function namedBy(word: Word, paths: CommandPaths): readonly string[] | undefined {
  const named = paths.namedBy(word);
  return word.glob && named?.some((path) => path.startsWith('-')) ? undefined : named;
}

/** Whether none of the files in the folders that are gone through looks secret. */
function isSafeSearch(
  reader: Reader,
  operands: readonly string[],
  { values }: ReadWords,
  paths: CommandPaths,
): boolean {
  const always = reader.folders === 'always';
  // At the top of the workspace grep would go through what git keeps and what is installed as well.
  if (!always && (operands.length === 0 || operands.some((path) => paths.isRoot(path)))) return false;
  const globs = values.flatMap(({ option, value }) =>
    /^(g|i?glob|include)$/.test(option) ? alternatives(value) : [],
  );
  const taken = globs
    .filter((glob) => !glob.startsWith('!'))
    .map((glob) => partPattern(glob.replace(/^.*\//, '')));
  if (taken.includes(undefined)) return false;
  const folders = operands.length === 0 && reader.pattern ? ['.'] : operands;
  return folders.every((folder) =>
    paths.secretsIn(folder)?.every(({ secrets, leadsOn }) => {
      if (reader.followsLinks && leadsOn) return false;
      return secrets.every(({ path, hidden }) => {
        if (taken.length > 0) return !taken.some((glob) => path.split('/').some((part) => glob?.test(part)));
        // Hidden files are passed over by the one program that has patterns and goes through folders unasked.
        return always && reader.pattern === true && hidden;
      });
    }),
  );
}

/** @returns what `*.{ts,tsx}` stands for */
function alternatives(glob: string): string[] {
  const [, before, inner, after] = /^(.*)\{([^{}]*)\}(.*)$/.exec(glob) ?? [];
  return inner?.split(',').flatMap((each) => alternatives(`${before}${each}${after}`)) ?? [glob];
}

function isSafeGit([sub = '', ...args]: readonly string[], paths: CommandPaths): boolean {
  if (args.some((arg) => GIT_ACTS.test(arg)) || paths.inPlainRepository()) return false;
  const operands = args.filter((arg) => !arg.startsWith('-'));
  if (sub === 'branch')
    return (
      operands.length === 0 && args.every((arg) => /^(-[avr]+|--(list|all|show-current|remotes))$/.test(arg))
    );
  if (sub === 'remote') return args.length === 0 || (args.length === 1 && args[0] === '-v');
  if (sub === 'tag') return args.length === 0 || (args.length === 1 && /^(-l|--list)$/.test(args[0] ?? ''));
  if (sub === 'stash') return args[0] === 'list' && args.length === 1;
  if (sub === 'config') {
    const [key = '', ...rest] = args[0] === '--get' ? args.slice(1) : args;
    return rest.length === 0 && GIT_SETTINGS.test(key);
  }
  if (!GIT_READS.test(sub)) return false;
  const lines = args.flatMap((arg) => /^-L(.+)/s.exec(arg)?.[1] ?? []);
  if (operands.some((arg) => /[()]/.test(arg) || (sub !== 'ls-files' && mayBeSecret(arg)))) return false;
  // `HEAD:.env` and `-L1,5:.env` name a file as well.
  return [...operands, ...lines].every((arg) =>
    arg.split(':').every((path) => path === '' || paths.isReadable(path)),
  );
}

/** Whether a pattern that git itself fills in may match what holds secrets: all but those of one kind of source. */
function mayBeSecret(pattern: string): boolean {
  if (!isPattern(pattern)) return false;
  const suffix = /^[\w./*-]*\*(\.\w+)$/.exec(pattern)?.[1];
  return suffix === undefined || SECRET_STEMS.some((stem) => isSecretPath(stem + suffix));
}

function isSafeFind(args: readonly string[], paths: CommandPaths): boolean {
  const first = args.findIndex((arg) => /^[-(!]/.test(arg));
  const starts = first < 0 ? args : args.slice(0, first);
  const tests = first < 0 ? [] : args.slice(first);
  const known =
    /^-(name|iname|path|ipath|type|maxdepth|mindepth|size|mtime|mmin|newer|empty|not|and|or|a|o|print|print0|prune)$/;
  return (
    starts.every((path) => paths.kindOf(path) !== 'outside') &&
    tests.every((arg) => !arg.startsWith('-') || known.test(arg) || /^-\d+$/.test(arg))
  );
}

/** Only printing lines. */
function isSafeSed(args: readonly string[], paths: CommandPaths): boolean {
  const [option, script = '', ...files] = args;
  return (
    option === '-n' &&
    /^\d+(,(\d+|\$))?p$/.test(script) &&
    files.every((path) => !path.startsWith('-') && paths.isReadable(path))
  );
}

/** What is installed, and which scripts there are. */
function isSafeNpm([sub = '', ...args]: readonly string[]): boolean {
  if (/^(run|run-script)$/.test(sub)) return args.length === 0;
  return /^(ls|list)$/.test(sub) && args.every((arg) => /^(--all|-a|--depth=\d+|[\w@/][\w@/-]*)$/.test(arg));
}
