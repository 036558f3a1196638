/** Commands that only look: inside the workspace, at no secrets, with options that are known to write and run nothing. */
import type { CommandPaths } from './commandPaths';
import type { SimpleCommand } from './shellScript';

interface Reader {
  /** Every option must match. */
  readonly options: RegExp;
  /** Whether the first operand is no path. */
  readonly pattern?: boolean;
  /** Operands are no paths at all. */
  readonly words?: boolean;
  readonly most?: number;
  /** Patterns of file names may lead to secrets: only where no content is shown. */
  readonly globs?: boolean;
}

const NUMBERED = /^-(\d+|[nc]\d*|q|v)$|^--(lines|bytes)=\d+$/;

const READERS: Readonly<Record<string, Reader>> = {
  pwd: { options: /^-[LP]$/, most: 0 },
  whoami: { options: /^$/, most: 0 },
  true: { options: /^$/, most: 0 },
  false: { options: /^$/, most: 0 },
  date: { options: /^-u$/, most: 0 },
  uname: { options: /^-[a-z]+$/, most: 0 },
  echo: { options: /^-[neE]+$|^-/, words: true },
  printf: { options: /^$/, words: true },
  which: { options: /^-a$/, words: true },
  type: { options: /^-[a-z]+$/ },
  basename: { options: /^-a$/, words: true },
  dirname: { options: /^$/, words: true },
  sleep: { options: /^$/, words: true },
  ls: { options: /^-[A-Za-z1]+$|^--(all|almost-all|human-readable|recursive|color=\w+)$/, globs: true },
  tree: { options: /^-([adfsDhL\d]+)$/, globs: true },
  stat: { options: /^-[cf]$/, globs: true },
  du: { options: /^-[shack\d]+$|^--max-depth=\d+$/, globs: true },
  file: { options: /^-b$/, globs: true },
  realpath: { options: /^$/, globs: true },
  readlink: { options: /^-f$/, globs: true },
  cat: { options: /^-[AbEnsTuv]+$/ },
  nl: { options: /^-ba$/ },
  head: { options: NUMBERED },
  tail: { options: NUMBERED },
  wc: { options: /^-[clmwL]+$/ },
  cut: { options: /^-([dfc].*|s)$/ },
  sort: { options: /^-([nrufhbdV]+|k[\d,nr]+|t.)$/ },
  uniq: { options: /^-[cdiu]+$/, most: 1 },
  tr: { options: /^-[cdst]+$/, words: true },
  diff: { options: /^-([uNrqbwBy]+|U\d+)$|^--(brief|unified=\d+)$/ },
  cmp: { options: /^-[ls]$/ },
  md5sum: { options: /^$/ },
  sha256sum: { options: /^$/ },
  grep: {
    options: /^-([nilcvwxoshHrEFPqe]+|[ABCm]\d+)$|^--(include|exclude|exclude-dir|color)=.*$/,
    pattern: true,
  },
  egrep: { options: /^-([nilcvwxoshHrqe]+|[ABCm]\d+)$|^--(include|exclude|exclude-dir)=.*$/, pattern: true },
  fgrep: { options: /^-([nilcvwxoshHrqe]+|[ABCm]\d+)$|^--(include|exclude|exclude-dir)=.*$/, pattern: true },
  rg: {
    options:
      /^-([nilcvwxoshHFPSNUe]+|[ABCm]\d+|[tTg].*)$|^--(files|type|glob|json|stats|count|sort|color)(=.*)?$/,
    pattern: true,
  },
};

/** Programs whose version may be asked for. */
const VERSIONED =
  /^(node|npm|npx|pnpm|yarn|bun|deno|python3?|pip3?|uv|poetry|ruby|gem|bundle|go|cargo|rustc|rustup|java|javac|mvn|gradle|gcc|g\+\+|clang|make|cmake|git|docker|tsc|php|composer|dotnet|swift|kubectl|gh|code|rg|bash|zsh)$/;

const GIT_READS =
  /^(status|diff|log|show|blame|shortlog|describe|rev-parse|rev-list|ls-files|ls-tree|cat-file|merge-base|name-rev|count-objects)$/;
/** Options with which a look writes a file, runs a program or leaves the repository. */
const GIT_ACTS = /^(-O|--(ext|textc|no-i|exec|upl|cont|open|out|o$|ou$|filters|batch|stdin))/;

/** @returns whether a program (with its second word) is there to show what it is told to */
export function isReader(name: string, second: string): boolean {
  return name === 'git' ? GIT_READS.test(second) : Object.hasOwn(READERS, name) || name === 'find';
}

/** @returns whether the command looks at the workspace, and does nothing else */
export function isKnownSafe({ words, assignments }: SimpleCommand, paths: CommandPaths): boolean {
  if (assignments.length > 0 || words.some((word) => word.text === undefined)) return false;
  const texts = words.map((word) => word.text ?? '');
  const [name = '', ...args] = texts;
  const globbed = words.some((word) => word.glob);
  if (args.length === 1 && VERSIONED.test(name) && /^(--version|-v|-V|version|-version)$/.test(args[0] ?? ''))
    return !(args[0] === 'version' && /^(npm|yarn|pnpm)$/.test(name));
  if (name === 'git') return !globbed && isSafeGit(args, paths);
  if (name === 'find') return isSafeFind(args, paths);
  if (name === 'sed') return !globbed && isSafeSed(args, paths);
  if (name === 'npm' && /^(ls|list)$/.test(args[0] ?? ''))
    return args
      .slice(1)
      .every((arg) => /^(--all|-a|--depth=\d+|[\w@/-]+)$/.test(arg) && !arg.startsWith('-g'));
  if (name === 'command') return args[0] === '-v' && args.length === 2;
  const reader = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  if (!reader) return false;
  const operands = args.filter((arg) => arg === '-' || !arg.startsWith('-'));
  if (args.some((arg) => arg.startsWith('-') && arg !== '-' && !reader.options.test(arg))) return false;
  if (operands.length > (reader.most ?? Number.POSITIVE_INFINITY)) return false;
  if (reader.words) return true;
  if (globbed && !reader.globs && !isPatternOnly(words, reader)) return false;
  const read = reader.pattern ? operands.slice(1) : operands;
  if (/grep$/.test(name) && args.some((arg) => /^-[a-zA-Z]*r/.test(arg))) {
    // At the top of the workspace it would go through files with secrets as well.
    if (read.length === 0 || read.some((path) => paths.isRoot(path))) return false;
  }
  return read.every((path) => paths.isReadable(path));
}

/** Only what is searched for looks like a pattern of file names. */
function isPatternOnly(words: SimpleCommand['words'], reader: Reader): boolean {
  if (!reader.pattern) return false;
  const [, ...operands] = words.filter((word, index) => index > 0 && !(word.text ?? '').startsWith('-'));
  return operands.every((word) => !word.glob);
}

function isSafeGit([sub = '', ...args]: readonly string[], paths: CommandPaths): boolean {
  if (args.some((arg) => GIT_ACTS.test(arg))) return false;
  const operands = args.filter((arg) => !arg.startsWith('-'));
  if (sub === 'branch')
    return (
      operands.length === 0 && args.every((arg) => /^(-[avr]+|--(list|all|show-current|remotes))$/.test(arg))
    );
  if (sub === 'remote') return args.length === 0 || (args.length === 1 && args[0] === '-v');
  if (sub === 'tag') return args.length === 0 || (args.length === 1 && /^(-l|--list)$/.test(args[0] ?? ''));
  if (sub === 'stash') return args[0] === 'list' && args.length === 1;
  if (!GIT_READS.test(sub)) return false;
  // `HEAD:.env` names a file as well.
  return operands.every((arg) => arg.split(':').every((path) => path === '' || paths.isReadable(path)));
}

function isSafeFind(args: readonly string[], paths: CommandPaths): boolean {
  const first = args.findIndex((arg) => /^[-(!]/.test(arg));
  const starts = first < 0 ? args : args.slice(0, first);
  const tests = first < 0 ? [] : args.slice(first);
  const known =
    /^-(name|iname|path|ipath|type|maxdepth|mindepth|size|mtime|mmin|newer|empty|not|and|or|a|o|print|print0|prune)$/;
  return (
    starts.every((path) => paths.isReadable(path)) &&
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
