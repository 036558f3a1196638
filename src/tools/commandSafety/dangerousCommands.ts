/** Commands that the person is asked about each time, whatever was allowed: one rule a program, by name. */
import { has, isUnknown, operands, valuesBehind } from './commandOptions';
import type { CommandPaths } from './commandPaths';
import { gitDanger } from './gitDanger';
import { programName } from './programName';
import { READERS } from './readers';
import type { SimpleCommand } from './shellScript';
import { savesSomewhere, WRITERS } from './writingCommands';
import { type Rule, unwritablePath, writes, writesAll } from './writtenPaths';

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

const kill: Rule = (args) => {
  if (isUnknown(args)) return 'ends a process that only the shell knows';
  const targets = args.slice(/^-/.test(args[0]?.text ?? '') ? 1 : 0);
  return targets.some(({ text = '' }) => /^(-1|0|1)$/.test(text)) ? 'ends all processes' : undefined;
};

const find: Rule = (args, paths) => {
  if (args.some(({ text = '' }) => text === '-delete')) return 'removes recursively';
  return unwritablePath(valuesBehind(args, /^-f(print0?|printf|ls)$/), paths);
};

/** Managers of packages. */
const packages: Rule = (args, paths) => {
  if (args.some(({ text = '' }) => /^(publish|unpublish|yank|upload|push|deploy|nuget)$/.test(text)))
    return PUBLISHES;
  if (has(args, 'g', '--global') || args.some(({ text = '' }) => text === 'global'))
    return 'changes what is installed for all projects';
  return writes('C', 'prefix', 'dir', 'cwd', 'target-dir', 'root', 'out-dir')(args, paths);
};

const java: Rule = (args) =>
  args.some(({ text = '' }) => /(^|:)(publish\w*|deploy)$/.test(text)) ? PUBLISHES : undefined;

const publisher: Rule = (args) =>
  args.some(({ text = '' }) => /^(publish|upload|push)$/.test(text)) ? PUBLISHES : undefined;

const RULES: Readonly<Record<string, Rule>> = {
  ...WRITERS,
  rm: remove,
  'remove-item': remove,
  ri: remove,
  del: remove,
  erase: remove,
  rd: remove,
  rmdir: remove,
  rimraf: always('removes recursively or by force'),
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
  sudoedit: AS_ROOT,
  visudo: AS_ROOT,
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
  'start-process': (args) =>
    args.some(({ text = '' }) => /^runas$/i.test(text)) ? 'runs as another user' : undefined,
  env: (args, paths) =>
    writes('C', 'chdir')(args, paths) === undefined ? undefined : 'runs outside the workspace',
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
  if (rule) return rule(args, paths);
  return Object.hasOwn(READERS, program) ? undefined : savesSomewhere(args, paths);
}
