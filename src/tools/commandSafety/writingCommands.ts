/** Commands that write files: where, by the operands and options that say it. */
import { has, isUnknown, operands, optionValues, valuesBehind } from './commandOptions';
import { moves, type Rule, unwritablePath, writes, writesAll, writesLast } from './writtenPaths';

/** By the names that most programs have for it. */
export const savesSomewhere: Rule = (args, paths) => {
  const given = optionValues(
    args,
    'o',
    'output',
    'outfile',
    'out',
    'outdir',
    'out-dir',
    'outDir',
    'declarationDir',
    'output-dir',
    'output-file',
    'dest',
  );
  const known = given.filter(({ text }) => text !== undefined && paths.kindOf(text) === 'outside');
  return unwritablePath(known, paths);
};

/** PowerShell's names of options may be shortened. */
const savesTo: Rule = (args, paths) => unwritablePath(valuesBehind(args, /^-o(u|ut\w*)?$/i), paths);

const dd: Rule = (args, paths) => {
  if (isUnknown(args)) return 'writes where only the shell knows';
  const out = args.flatMap(({ text = '' }) =>
    text.startsWith('of=') ? [{ text: text.slice(3), glob: false }] : [],
  );
  return unwritablePath(out, paths);
};

const inPlace: Rule = (args, paths) => {
  if (args.some(({ text }, index) => text === 'inplace' && args[index - 1]?.text === '-i'))
    return writesAll(args, paths);
  if (!args.some(({ text = '' }) => /^(-[a-zA-Z0-9]*i|--in-place)/.test(text))) return undefined;
  const scripted = args.some(({ text = '' }) => /^(-[a-zA-Z]*[ef]|--expression|--file)/.test(text));
  return unwritablePath(operands(args).slice(scripted ? 0 : 1), paths);
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
  // What it leads to counts from where it lies.
  const from = given?.text ?? (all.length === 1 ? '.' : `${last?.text ?? '.'}/..`);
  const leads = targets.map(({ text = '' }) => (/^[~/]/.test(text) ? text : `${from}/${text}`));
  return leads.some((path) => paths.kindOf(path) === 'outside')
    ? 'links to what is outside the workspace'
    : undefined;
};

export const WRITERS: Readonly<Record<string, Rule>> = {
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
  cp: writesLast,
  install: writesLast,
  ln: link,
  link,
  rsync: (args, paths) =>
    args.some(({ text = '' }) => /^--(del|remove-s)/.test(text))
      ? 'removes recursively or by force'
      : writesLast(args, paths),
  zip: (args, paths) => unwritablePath(operands(args).slice(0, 1), paths),
  gzip: writesAll,
  gunzip: writesAll,
  bzip2: writesAll,
  xz: writesAll,
  zstd: writesAll,
  make: writes('C', 'directory'),
  pip: writes('td', 'target', 'prefix', 'root', 'dest'),
  pip3: writes('td', 'target', 'prefix', 'root', 'dest'),
  'ssh-keygen': writes('f'),
  scp: writesLast,
  mv: moves,
  touch: writesAll,
  mkdir: writesAll,
  mkfifo: writesAll,
  truncate: writesAll,
  sed: inPlace,
  gsed: inPlace,
  awk: inPlace,
  gawk: inPlace,
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
  patch: (args, paths) =>
    writes('dor', 'directory', 'output', 'reject-file')(args, paths) ??
    unwritablePath(operands(args).slice(0, 1), paths),
  go: writes('o'),
  gcc: writes('o'),
  'g++': writes('o'),
  cc: writes('o'),
  clang: writes('o'),
  rustc: writes('o', 'out-dir'),
  ld: writes('o', 'output'),
  openssl: (args, paths) => unwritablePath(valuesBehind(args, /^-{1,2}(out|keyout)$/), paths),
  split: (args, paths) => (operands(args).length > 1 ? writesLast(args, paths) : undefined),
  csplit: writes('f', 'prefix'),
  javac: writes('d'),
  uniq: (args, paths) => unwritablePath(operands(args).slice(1), paths),
  xxd: (args, paths) => unwritablePath(operands(args).slice(1), paths),
  ffmpeg: writesLast,
  convert: writesLast,
  magick: writesLast,
};
