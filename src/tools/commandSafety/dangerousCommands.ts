/** Commands that the person is asked about each time, whatever was allowed: one rule a program, by name. */
import type { CommandPaths } from './commandPaths';
import { programName } from './programName';
import type { SimpleCommand, Word } from './shellScript';

/** @returns why it is dangerous; undefined when it is not */
type Rule = (args: readonly Word[], paths: CommandPaths) => string | undefined;

const always =
  (reason: string): Rule =>
  () =>
    reason;

const AS_ROOT = always('runs as another user');
const DEVICES = always('changes disks');
const POWER = always('stops the machine');
const PUBLISHES = 'publishes a package';

/** Whether an option is among the words: as a letter of a cluster (`-rf`), or a long one, shortened or not. */
function has(args: readonly Word[], letters: string, ...long: readonly string[]): boolean {
  const cluster = letters === '' ? undefined : new RegExp(`^-[A-Za-z0-9]*[${letters}]`);
  return args.some(({ text = '' }) => {
    if (cluster?.test(text)) return true;
    const name = text.split('=', 1)[0] ?? '';
    return name.length > 2 && long.some((option) => option.startsWith(name));
  });
}

function isUnknown(args: readonly Word[]): boolean {
  return args.some((word) => word.text === undefined);
}

/** Words that are no options; after `--` all of them. */
function operands(args: readonly Word[]): Word[] {
  const end = args.findIndex(({ text }) => text === '--');
  const before = end < 0 ? args : args.slice(0, end);
  const after = end < 0 ? [] : args.slice(end + 1);
  return [...before.filter(({ text }) => text === undefined || !/^-./.test(text)), ...after];
}

/** @returns why these may not be written */
export function unwritablePath(targets: readonly Word[], paths: CommandPaths): string | undefined {
  for (const { text } of targets) {
    if (text === undefined) return 'writes where only the shell knows';
    const kind = paths.kindOf(text);
    if (kind === 'outside') return `writes outside the workspace (${text})`;
    if (kind === 'protected') return `changes what git, the shell or the editor obeys (${text})`;
  }
  return undefined;
}

const writesAll: Rule = (args, paths) => unwritablePath(operands(args), paths);

/** The last operand, or the folder given as an option. */
const writesLast: Rule = (args, paths) => {
  const targets = operands(args).slice(-1);
  for (const [index, { text = '' }] of args.entries()) {
    const given = /^(?:-t|--target-directory=)(.+)$/.exec(text)?.[1];
    if (given !== undefined) targets.push({ text: given, glob: false });
    else if (/^(-t|--target-d.*)$/.test(text))
      targets.push(args[index + 1] ?? { text: undefined, glob: false });
  }
  if (isUnknown(args.slice(0, -1))) return 'has options that only the shell knows';
  return unwritablePath([...targets, ...landing(operands(args), targets)], paths);
};

/** Every operand, and where they land when the last is a folder. */
const moves: Rule = (args, paths) => {
  const all = operands(args);
  return writesLast(args, paths) ?? unwritablePath(all, paths);
};

/** Under which names files end up in folders. */
function landing(sources: readonly Word[], folders: readonly Word[]): Word[] {
  const names = sources.flatMap(
    ({ text }) =>
      text
        ?.replace(/[\\/]+$/, '')
        .split(/[\\/]/)
        .at(-1) ?? [],
  );
  return folders.flatMap(({ text }) =>
    text === undefined ? [] : names.map((name) => ({ text: `${text}/${name}`, glob: false })),
  );
}

/** What follows these options is written. */
function writesOption(pattern: RegExp): Rule {
  return (args, paths) => {
    for (const [index, { text = '' }] of args.entries()) {
      const match = pattern.exec(text);
      if (!match) continue;
      const target = match[1] ? { text: match[1], glob: false } : args[index + 1];
      const reason = unwritablePath(target ? [target] : [], paths);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

const remove: Rule = (args, paths) => {
  if (isUnknown(args)) return 'removes what only the shell knows';
  const forced = args.some(({ text = '' }) => /^\/[sqf]$/i.test(text));
  if (forced || has(args, 'rRfF', '--recursive', '--force')) return 'removes recursively or by force';
  if (operands(args).some(({ text = '' }) => paths.isRoot(text))) return 'removes the workspace';
  return unwritablePath(operands(args), paths);
};

const changeAccess: Rule = (args, paths) => {
  if (isUnknown(args)) return 'changes access of what only the shell knows';
  if (has(args, 'R', '--recursive')) return 'changes access recursively';
  return unwritablePath(operands(args).slice(1), paths);
};

const kill: Rule = (args) => {
  if (isUnknown(args)) return 'ends a process that only the shell knows';
  const targets = args.slice(/^-/.test(args[0]?.text ?? '') ? 1 : 0);
  return targets.some(({ text = '' }) => /^(-1|0|1)$/.test(text)) ? 'ends all processes' : undefined;
};

const find: Rule = (args, paths) => {
  if (args.some(({ text = '' }) => text === '-delete')) return 'removes recursively';
  return writesOption(/^-f(?:print0?|printf|ls)()$/)(args, paths);
};

const dd: Rule = (args, paths) => {
  if (isUnknown(args)) return 'writes where only the shell knows';
  const out = args.flatMap(({ text = '' }) =>
    text.startsWith('of=') ? [{ text: text.slice(3), glob: false }] : [],
  );
  return unwritablePath(out, paths);
};

const inPlace: Rule = (args, paths) => {
  if (!args.some(({ text = '' }) => /^(-[a-zA-Z0-9]*i|--in-place)/.test(text))) return undefined;
  const scripted = args.some(({ text = '' }) => /^(-[a-zA-Z]*[ef]|--expression|--file)/.test(text));
  return unwritablePath(operands(args).slice(scripted ? 0 : 1), paths);
};

const git: Rule = (args, paths) => {
  let index = 0;
  for (; index < args.length; index++) {
    const { text } = args[index] as Word;
    if (text === undefined) return 'is a git command that only the shell knows';
    if (!text.startsWith('-')) break;
    if (/^--(exec-path|config-env)/.test(text)) return 'has git run other programs';
    const next = args[index + 1];
    if (text === '-c') {
      const key = next?.text?.toLowerCase() ?? '';
      if (!/^(user\.(name|email)|color\.\w+|core\.quotepath|advice\.\w+)=/.test(key))
        return 'changes how git works';
      index++;
    } else if (/^(-C|--git-dir|--work-tree|--namespace|--super-prefix)$/.test(text)) {
      const reason = next
        ? unwritablePath(
            [next].filter(({ text: to }) => to !== '.git'),
            paths,
          )
        : undefined;
      if (reason !== undefined) return 'works on another repository';
      index++;
    } else if (/^--(git-dir|work-tree)=/.test(text)) return 'works on another repository';
  }
  const rest = args.slice(index + 1);
  const unknown = isUnknown(rest);
  // Options may be shortened.
  if (rest.some(({ text = '' }) => /^(--(upl|rece|open|ext|textc)|ext::)/.test(text)))
    return 'has git run other programs';
  const output = writesOption(/^--(?:output|output-directory)(?:=(.*))?$/)(rest, paths);
  if (output !== undefined) return output;
  switch (args[index]?.text) {
    case 'push':
      if (unknown) return 'pushes what only the shell knows';
      if (
        has(
          rest,
          'fd',
          '--force',
          '--force-with-lease',
          '--force-if-includes',
          '--mirror',
          '--delete',
          '--prune',
        )
      )
        return 'overwrites or removes what was pushed';
      return operands(rest).some(({ text = '' }) => /^[+:]/.test(text))
        ? 'overwrites what was pushed'
        : undefined;
    case 'reset':
      return unknown || has(rest, '', '--hard', '--merge', '--keep') ? 'discards changes' : undefined;
    case 'clean':
      return !unknown && has(rest, 'n', '--dry-run') ? undefined : 'removes files that git does not know';
    case 'checkout':
    case 'switch':
      return unknown || has(rest, 'f', '--force', '--discard-changes') || namesFiles(rest)
        ? 'may discard changes'
        : undefined;
    case 'restore':
      return has(rest, 'S', '--staged') && !has(rest, 'W', '--worktree') ? undefined : 'discards changes';
    case 'rm':
      return unknown || has(rest, 'rf', '--force')
        ? 'removes recursively or by force'
        : writesAll(rest, paths);
    case 'mv':
      return moves(rest, paths);
    case 'config':
      return isConfigRead(rest) ? undefined : 'changes how git works';
    case 'filter-branch':
    case 'filter-repo':
      return 'rewrites the history';
    case 'update-ref':
    case 'replace':
      return 'changes references by hand';
    case 'stash':
      return /^(drop|clear)$/.test(rest[0]?.text ?? '') ? 'discards changes' : undefined;
    case 'clone':
    case 'worktree':
    case 'init':
      return unwritablePath(
        operands(rest).filter(({ text = '' }) => !/:\/\/|^[\w.-]+@/.test(text)),
        paths,
      );
    default:
      return undefined;
  }
};

/** Whether a checkout takes files instead of a branch. */
function namesFiles(args: readonly Word[]): boolean {
  return args.some(({ text = '', glob }) => glob || /^(--|\.|\.\.|:.*|\.\/.*)$/.test(text));
}

function isConfigRead(args: readonly Word[]): boolean {
  if (isUnknown(args)) return false;
  if (args.some(({ text = '' }) => /^(--get(-all|-regexp|-urlmatch)?|--list|-l|get|list)$/.test(text)))
    return !args.some(({ text = '' }) =>
      /^(-f|--file|-e|--edit|set|unset|--unset|--add|--replace)/.test(text),
    );
  return false;
}

/** Managers of packages. */
const packages: Rule = (args, paths) => {
  if (args.some(({ text = '' }) => /^(publish|unpublish|yank|upload|push|deploy|nuget)$/.test(text)))
    return PUBLISHES;
  if (has(args, 'g', '--global') || args.some(({ text = '' }) => text === 'global'))
    return 'changes what is installed for all projects';
  return writesOption(/^(?:--(?:prefix|dir|cwd|target-dir|root)=?|-C)(.*)$/)(args, paths);
};

const java: Rule = (args) =>
  args.some(({ text = '' }) => /(^|:)(publish\w*|deploy)$/.test(text)) ? PUBLISHES : undefined;

const publisher: Rule = (args) =>
  args.some(({ text = '' }) => /^(publish|upload|push)$/.test(text)) ? PUBLISHES : undefined;

const RULES: Readonly<Record<string, Rule>> = {
  rm: remove,
  'remove-item': remove,
  ri: remove,
  del: remove,
  erase: remove,
  rd: remove,
  rmdir: remove,
  unlink: writesAll,
  shred: always('destroys files'),
  srm: always('destroys files'),
  wipe: always('destroys files'),
  find,
  fd: find,
  git,
  chmod: changeAccess,
  chown: changeAccess,
  chgrp: changeAccess,
  sudo: AS_ROOT,
  doas: AS_ROOT,
  su: AS_ROOT,
  pkexec: AS_ROOT,
  runuser: AS_ROOT,
  runas: AS_ROOT,
  gsudo: AS_ROOT,
  chroot: AS_ROOT,
  nsenter: AS_ROOT,
  fdisk: DEVICES,
  sfdisk: DEVICES,
  parted: DEVICES,
  wipefs: DEVICES,
  mkswap: DEVICES,
  mount: DEVICES,
  umount: DEVICES,
  diskutil: DEVICES,
  diskpart: DEVICES,
  format: (args) => (args.some(({ text = '' }) => /^[a-z]:/i.test(text)) ? 'changes disks' : undefined),
  shutdown: POWER,
  reboot: POWER,
  halt: POWER,
  poweroff: POWER,
  init: (args) => (/^[0-6s]$/i.test(args[0]?.text ?? '') ? 'stops the machine' : undefined),
  telinit: POWER,
  kill,
  killall5: always('ends all processes'),
  dd,
  tee: writesAll,
  'tee-object': writesAll,
  'set-content': writesAll,
  'add-content': writesAll,
  'out-file': writesAll,
  'new-item': writesAll,
  'move-item': moves,
  'copy-item': writesLast,
  'start-process': (args) =>
    args.some(({ text = '' }) => /^runas$/i.test(text)) ? 'runs as another user' : undefined,
  cp: writesLast,
  install: writesLast,
  ln: writesLast,
  rsync: writesLast,
  mv: moves,
  touch: writesAll,
  mkdir: writesAll,
  mkfifo: writesAll,
  truncate: writesAll,
  sed: inPlace,
  gsed: inPlace,
  perl: inPlace,
  curl: writesOption(/^(?:-[a-zA-Z#]*?[oDc]|--(?:output-dir|output|dump-header|cookie-jar)=?)(.*)$/),
  wget: writesOption(/^(?:-[a-zA-Z]*?[OPo]|--(?:output-document|directory-prefix|output-file)=?)(.*)$/),
  tar: writesOption(/^(?:-?[a-zA-Z]*?[Cf]|--(?:directory|file)=?)(.*)$/),
  unzip: writesOption(/^-d(.*)$/),
  sort: writesOption(/^(?:-[a-zA-Z]*?o|--output=?)(.*)$/),
  npm: packages,
  pnpm: packages,
  yarn: packages,
  bun: packages,
  lerna: packages,
  cargo: packages,
  poetry: packages,
  uv: packages,
  dotnet: packages,
  gem: publisher,
  twine: publisher,
  vsce: publisher,
  ovsx: publisher,
  hatch: publisher,
  flit: publisher,
  changeset: publisher,
  nuget: publisher,
  mvn: java,
  gradle: java,
  gradlew: java,
  crontab: always('runs commands later'),
  at: always('runs commands later'),
  batch: always('runs commands later'),
  alias: always('changes what later words mean'),
  fc: always('runs earlier commands'),
  bind: always('changes what keys do'),
  enable: always('changes what later words mean'),
  iex: always('runs a text as a command'),
  'invoke-expression': always('runs a text as a command'),
  'set-executionpolicy': always('changes what may run'),
};

/** @returns why the person is asked about this each time; undefined when there is no such reason */
export function dangerOf(command: SimpleCommand, paths: CommandPaths): string | undefined {
  const [name, ...args] = command.words;
  if (name === undefined) return undefined;
  if (name.text === undefined || name.glob) return 'runs what only the shell knows';
  const program = programName(name.text);
  if (/^mkfs(\.|$)/.test(program)) return 'changes disks';
  const rule = Object.hasOwn(RULES, program) ? RULES[program] : undefined;
  return rule?.(args, paths);
}
