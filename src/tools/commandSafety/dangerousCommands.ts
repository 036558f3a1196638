/** Commands that the person is asked about each time, whatever was allowed: one rule a program, by name. */
import { has, isUnknown, operands, optionValues } from './commandOptions';
import type { CommandPaths } from './commandPaths';
import { gitDanger } from './gitDanger';
import { programName } from './programName';
import type { SimpleCommand } from './shellScript';
import { moves, type Rule, unwritablePath, writes, writesAll, writesLast } from './writtenPaths';

const always =
  (reason: string): Rule =>
  () =>
    reason;

const AS_ROOT = always('runs as another user');
const DEVICES = always('changes disks');
const POWER = always('stops the machine');
const PUBLISHES = 'publishes a package';

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

/** PowerShell's names of options may be shortened. */
const savesTo: Rule = (args, paths) =>
  unwritablePath(
    args.filter((_, index) => /^-o(u|ut\w*)?$/i.test(args[index - 1]?.text ?? '')),
    paths,
  );

const kill: Rule = (args) => {
  if (isUnknown(args)) return 'ends a process that only the shell knows';
  const targets = args.slice(/^-/.test(args[0]?.text ?? '') ? 1 : 0);
  return targets.some(({ text = '' }) => /^(-1|0|1)$/.test(text)) ? 'ends all processes' : undefined;
};

const find: Rule = (args, paths) => {
  if (args.some(({ text = '' }) => text === '-delete')) return 'removes recursively';
  const files = args.filter((_, index) => /^-f(print0?|printf|ls)$/.test(args[index - 1]?.text ?? ''));
  return unwritablePath(files, paths);
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

/** Managers of packages. */
const packages: Rule = (args, paths) => {
  if (args.some(({ text = '' }) => /^(publish|unpublish|yank|upload|push|deploy|nuget)$/.test(text)))
    return PUBLISHES;
  if (has(args, 'g', '--global') || args.some(({ text = '' }) => text === 'global'))
    return 'changes what is installed for all projects';
  return writes('C', 'prefix', 'dir', 'cwd', 'target-dir', 'root', 'out-dir')(args, paths);
};

/** Names in archives are taken as they are, with `P`. */
const tar: Rule = (args, paths) => {
  const [first, ...rest] = args;
  const bundled = /^[A-Za-z]+$/.test(first?.text ?? '') ? (first?.text ?? '') : '';
  if (bundled.includes('P') || has(args, 'P', '--absolute-names')) return 'writes wherever the archive says';
  // Without a dash, the values stand behind all of the letters, in their order.
  const valued = [...bundled].filter((letter) => /[fCbXTLNVgHIKF]/.test(letter));
  const targets = rest.filter((_, index) => /[fC]/.test(valued[index] ?? ''));
  return unwritablePath(targets, paths) ?? writes('Cf', 'directory', 'file', 'one-top-level')(args, paths);
};

/** What it leads to can be written through it. */
const link: Rule = (args, paths) => {
  const written = writesLast(args, paths);
  if (written !== undefined) return written;
  if (!has(args, 's', '--symbolic')) return writesAll(args, paths);
  const all = operands(args);
  const given = optionValues(args, 't', 'target-directory')[0];
  const last = given ?? all.at(-1);
  const targets = given || all.length === 1 ? all : all.slice(0, -1);
  const folder = last?.text === undefined || all.length === 1 ? '.' : last.text;
  const leads = targets.flatMap(({ text = '' }) =>
    /^[~/]/.test(text) ? [text] : [`${folder}/../${text}`, ...(given ? [`${folder}/${text}`] : [])],
  );
  return leads.some((path) => paths.kindOf(path) === 'outside')
    ? 'links to what is outside the workspace'
    : undefined;
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
  git: gitDanger,
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
  run0: AS_ROOT,
  sg: AS_ROOT,
  machinectl: AS_ROOT,
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
  'format-volume': DEVICES,
  'clear-disk': DEVICES,
  'initialize-disk': DEVICES,
  'remove-partition': DEVICES,
  format: (args) => (args.some(({ text = '' }) => /^[a-z]:/i.test(text)) ? 'changes disks' : undefined),
  shutdown: POWER,
  reboot: POWER,
  halt: POWER,
  poweroff: POWER,
  'stop-computer': POWER,
  'restart-computer': POWER,
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
  'rename-item': moves,
  'clear-content': writesAll,
  ni: writesAll,
  ac: writesAll,
  sc: writesAll,
  clc: writesAll,
  mi: moves,
  move: moves,
  ren: moves,
  cpi: writesLast,
  copy: writesLast,
  iwr: savesTo,
  irm: savesTo,
  'invoke-webrequest': savesTo,
  'invoke-restmethod': savesTo,
  'start-bitstransfer': writesLast,
  'start-process': (args) =>
    args.some(({ text = '' }) => /^runas$/i.test(text)) ? 'runs as another user' : undefined,
  cp: writesLast,
  install: writesLast,
  ln: link,
  link,
  rsync: writesLast,
  scp: writesLast,
  mv: moves,
  touch: writesAll,
  mkdir: writesAll,
  mkfifo: writesAll,
  truncate: writesAll,
  sed: inPlace,
  gsed: inPlace,
  perl: inPlace,
  curl: writes(
    'oDc',
    'output',
    'output-dir',
    'dump-header',
    'cookie-jar',
    'trace',
    'trace-ascii',
    'stderr',
    'etag-save',
    'libcurl',
    'hsts',
    'alt-svc',
  ),
  wget: writes(
    'OPoa',
    'output-document',
    'directory-prefix',
    'output-file',
    'append-output',
    'save-cookies',
    'hsts-file',
    'warc-file',
  ),
  tar,
  bsdtar: tar,
  gtar: tar,
  unzip: writes('d'),
  '7z': writes('o'),
  '7za': writes('o'),
  '7zz': writes('o'),
  cpio: writes('D', 'directory'),
  sort: writes('oT', 'output', 'temporary-directory'),
  patch: writes('dor', 'directory', 'output', 'reject-file'),
  go: writes('o'),
  gcc: writes('o'),
  'g++': writes('o'),
  cc: writes('o'),
  clang: writes('o'),
  rustc: writes('o', 'out-dir'),
  ld: writes('o', 'output'),
  openssl: (args, paths) =>
    unwritablePath(
      args.filter((_, index) => /^-{1,2}(out|keyout)$/.test(args[index - 1]?.text ?? '')),
      paths,
    ),
  split: (args, paths) => (operands(args).length > 1 ? writesLast(args, paths) : undefined),
  csplit: writes('f', 'prefix'),
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
