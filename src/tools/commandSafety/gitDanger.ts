/** What git does that the person is asked about each time: one rule a subcommand. */
import { has, isUnknown, operands } from './commandOptions';
import type { CommandPaths } from './commandPaths';
import type { Word } from './shellScript';
import { moves, type Rule, unwritablePath, writes, writesAll } from './writtenPaths';

const DISCARDS = 'discards changes';
const CHANGES_GIT = 'changes how git works';
const RUNS_OTHERS = 'has git run other programs';
/** Some may be shortened. */
const RUNNING = /^(--(upl|rece|open|ext|textc)|--exec(=|$)|-O|ext::)/;

/** Options before the subcommand that change nothing but what is shown. */
const PLAIN_OPTIONS =
  /^(-p|-P|-v|-h|--(paginate|no-pager|bare|version|help|no-optional-locks|no-replace-objects|no-lazy-fetch|(literal|glob|noglob|icase)-pathspecs|html-path|man-path|info-path))$/;
const PLAIN_SETTINGS = /^(user\.(name|email)|color\.\w+|core\.quotepath|advice\.\w+)=/i;

const worksOn: Rule = (args, paths) =>
  unwritablePath(
    operands(args).filter(({ text = '' }) => !/:\/\/|^[\w.-]+@/.test(text)),
    paths,
  );

const checkout: Rule = (args) => {
  const makes = has(args, 'bBc', '--create', '--orphan', '--track');
  const takesFiles = args.some(({ text = '', glob }) => glob || /^(--|\.|\.\.|:.*|\.\/.*)$/.test(text));
  const discards = has(args, 'fBC', '--force', '--discard-changes', '--force-create');
  return isUnknown(args) || discards || takesFiles || (operands(args).length > 1 && !makes)
    ? 'may discard changes'
    : undefined;
};

const push: Rule = (args) => {
  if (isUnknown(args)) return 'pushes what only the shell knows';
  if (
    has(args, 'fd', '--force', '--force-with-lease', '--force-if-includes', '--mirror', '--delete', '--prune')
  )
    return 'overwrites or removes what was pushed';
  return operands(args).some(({ text = '' }) => /^[+:]/.test(text))
    ? 'overwrites what was pushed'
    : undefined;
};

const worktree: Rule = (args, paths) =>
  has(args, 'f', '--force') ? 'removes recursively or by force' : worksOn(args, paths);

/** What follows such a word is run. */
const runsBehind =
  (word: string): Rule =>
  (args) =>
    operands(args)[0]?.text === word ? RUNS_OTHERS : undefined;

const SUBCOMMANDS: Readonly<Record<string, Rule>> = {
  push,
  'send-pack': push,
  archive: writes('o', 'output'),
  'format-patch': writes('o', 'output-directory'),
  reset: (args) => (isUnknown(args) || has(args, '', '--hard', '--merge', '--keep') ? DISCARDS : undefined),
  // Of `-e n` the letter is a value.
  clean: (args) =>
    !isUnknown(args) &&
    args.some(({ text = '' }) => /^(-[dfqxX]*n[dfqxX]*|--dry-run)$/.test(text)) &&
    !has(args, 'e', '--exclude')
      ? undefined
      : 'removes files that git does not know',
  checkout,
  switch: checkout,
  restore: (args) =>
    has(args, 'S', '--staged') && !has(args, 'W', '--worktree') && !isUnknown(args) ? undefined : DISCARDS,
  branch: (args) =>
    isUnknown(args) || has(args, 'DMCf', '--force') ? 'overwrites or removes branches' : undefined,
  rm: (args, paths) =>
    isUnknown(args) || has(args, 'rf', '--force')
      ? 'removes recursively or by force'
      : writesAll(args, paths),
  mv: moves,
  config: (args) => (isConfigRead(args) ? undefined : CHANGES_GIT),
  'filter-branch': () => 'rewrites the history',
  'filter-repo': () => 'rewrites the history',
  'update-ref': () => 'changes references by hand',
  'symbolic-ref': (args) => (operands(args).length > 1 ? 'changes references by hand' : undefined),
  replace: () => 'changes references by hand',
  reflog: (args) =>
    /^(expire|delete)$/.test(args[0]?.text ?? '') ? 'removes what could be restored' : undefined,
  gc: (args) => (has(args, '', '--prune') ? 'removes what could be restored' : undefined),
  prune: () => 'removes what could be restored',
  stash: (args) => (/^(drop|clear)$/.test(args[0]?.text ?? '') ? DISCARDS : undefined),
  bisect: runsBehind('run'),
  submodule: runsBehind('foreach'),
  clone: worksOn,
  init: worksOn,
  worktree,
};

/** @param args without `git` itself */
export const gitDanger: Rule = (args, paths) => {
  const before = globalOptions(args, paths);
  if (typeof before === 'string') return before;
  const [subcommand, ...rest] = args.slice(before);
  if (subcommand === undefined) return undefined;
  if (subcommand.text === undefined) return 'is a git command that only the shell knows';
  if (rest.some(({ text = '' }) => RUNNING.test(text))) return RUNS_OTHERS;
  const output = writes('', 'output', 'output-directory')(rest.filter(isWritten), paths);
  if (output !== undefined) return output;
  const rule = Object.hasOwn(SUBCOMMANDS, subcommand.text) ? SUBCOMMANDS[subcommand.text] : undefined;
  return rule?.(rest, paths);
};

/** Shorter ones mean something else (`--oneline`). */
function isWritten({ text = '' }: Word, index: number, all: readonly Word[]): boolean {
  const previous = all[index - 1]?.text ?? '';
  return /^--output/.test(text) || /^--output(-directory)?$/.test(previous);
}

/** @returns how many words stand before the subcommand, or why they are dangerous */
function globalOptions(args: readonly Word[], paths: CommandPaths): number | string {
  let index = 0;
  for (let option = args[0]; option !== undefined; option = args[index]) {
    const { text } = option;
    if (text === undefined) return 'is a git command that only the shell knows';
    if (!text.startsWith('-')) break;
    const next = args[index + 1];
    if (/^--(exec-path|config-env)/.test(text)) return RUNS_OTHERS;
    if (/^--(git-dir|work-tree)=/.test(text)) return 'works on another repository';
    if (text === '-c') {
      if (!PLAIN_SETTINGS.test(next?.text ?? '')) return CHANGES_GIT;
      index += 2;
    } else if (/^(-C|--git-dir|--work-tree|--namespace|--super-prefix)$/.test(text)) {
      if (next && next.text !== '.git' && unwritablePath([next], paths) !== undefined)
        return 'works on another repository';
      index += 2;
    } else if (PLAIN_OPTIONS.test(text)) index++;
    else return CHANGES_GIT;
  }
  return index;
}

/** What is read comes first: behind a value, `--list` is not looked at. */
function isConfigRead(args: readonly Word[]): boolean {
  if (isUnknown(args)) return false;
  const texts = args
    .map(({ text = '' }) => text)
    .filter((text) => !/^--(global|local|system|show-\w+|name-only|null)$/.test(text));
  const [first = '', ...rest] = texts;
  if (/^(--get(-all|-regexp|-urlmatch)?|--list|-l)$/.test(first))
    return !rest.some((text) => /^-/.test(text));
  if (/^(get|list)$/.test(first)) return rest.length <= 1 && !rest.some((text) => /^-/.test(text));
  // A key alone.
  return rest.length === 0 && /^\w[\w-]*\./.test(first);
}
