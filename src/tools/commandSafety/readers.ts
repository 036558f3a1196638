/** Programs that only look, with the options that keep them at it. */

export interface Reader {
  /** Letters of options without a value; of digits, `-20` as well. */
  readonly flags: string;
  /** Letters of options with a value, attached or in the next word, and what it may be. */
  readonly values?: Readonly<Record<string, RegExp>>;
  /** Long options: without a value, and with one. */
  readonly long?: readonly string[];
  readonly longValues?: Readonly<Record<string, RegExp>>;
  /** The first operand is what to look for, unless an option says it. */
  readonly pattern?: boolean;
  /** Operands are no paths, and match this. */
  readonly words?: RegExp;
  readonly most?: number;
  /** Shows names and sizes alone: also of files with secrets. */
  readonly names?: boolean;
  /** Goes through folders: always, or with one of these options. */
  readonly folders?: 'always' | readonly string[];
  /** There it reads what links lead to: also `grep -r`, where it is not GNU's. */
  readonly followsLinks?: true;
}

const ANY = /^/;
const NUMBER = /^[-+]?\d+$/;
const COUNT = /^\d+$/;
const DIGITS = '0123456789';
const NONE: Reader = { flags: '', most: 0 };
const WORD = /^[\w-]*$/;

const grep: Reader = {
  flags: `nilLcvwxosbahHrEFPqI${DIGITS}`,
  values: { e: ANY, A: COUNT, B: COUNT, C: COUNT, m: COUNT },
  long: [
    'count',
    'color',
    'colour',
    'ignore-case',
    'line-number',
    'recursive',
    'files-with-matches',
    'no-filename',
  ],
  longValues: {
    include: ANY,
    exclude: ANY,
    'exclude-dir': ANY,
    color: WORD,
    'max-count': COUNT,
    context: COUNT,
  },
  pattern: true,
  folders: ['r', 'recursive'],
  followsLinks: true,
};

const some: Reader = {
  flags: `qv${DIGITS}`,
  values: { n: NUMBER, c: NUMBER },
  longValues: { lines: NUMBER, bytes: NUMBER },
};

export const READERS: Readonly<Record<string, Reader>> = {
  pwd: { ...NONE, flags: 'LP' },
  whoami: NONE,
  true: NONE,
  false: NONE,
  date: { flags: 'u', words: /^\+/, most: 1 },
  uname: { flags: 'asnrmpio', most: 0 },
  echo: { flags: 'neE', words: ANY },
  // Shells that know arithmetic do the sums of its operands.
  printf: { flags: '', words: /^[^$`[\]]*$/ },
  which: { flags: 'a', words: ANY },
  type: { flags: 'atpfP', words: ANY },
  basename: { flags: 'a', words: ANY },
  dirname: { flags: '', words: ANY },
  sleep: { flags: '', words: /^[\d.]+[smh]?$/ },
  test: { flags: 'defhLnorswxz', words: /^(|!|==?|!=|[\w./@:][\w./@:-]*)$/ },
  ls: {
    flags: 'AaBbCcdFfGghHiklmnopqRrSstUuvXx1',
    long: ['all', 'almost-all', 'human-readable', 'recursive', 'reverse', 'directory', 'color'],
    longValues: { color: WORD, sort: WORD },
    names: true,
  },
  tree: { flags: 'adfshDCFipugr', values: { L: COUNT, I: /^[\w.*?|-]+$/, P: /^[\w.*?|-]+$/ }, names: true },
  stat: { flags: 'xt', values: { c: /^[%\w\s:.,-]*$/, f: /^[%\w\s:.,-]*$/ }, names: true },
  du: { flags: 'shackmbx', values: { d: COUNT }, longValues: { 'max-depth': COUNT }, names: true },
  file: { flags: 'bihk', names: true },
  realpath: { flags: 'eq', names: true },
  readlink: { flags: 'fen', names: true },
  cat: { flags: 'AbEnsTtuve' },
  nl: { flags: '', values: { b: /^[atn]$/ } },
  head: some,
  tail: some,
  wc: { flags: 'clmwL', long: ['lines', 'words', 'chars', 'bytes'] },
  cut: { flags: 's', values: { d: /^[^/]?$/, f: /^[\d,-]+$/, c: /^[\d,-]+$/, b: /^[\d,-]+$/ } },
  sort: { flags: 'nrufhbdVgMcCs', values: { k: /^[\d.,nrbfdVhgM]+$/, t: /^[^/]$/ } },
  uniq: { flags: 'cdiu', most: 1 },
  tr: { flags: 'cdst', words: ANY },
  diff: {
    flags: `uNrqbwBEyaisp${DIGITS}`,
    values: { U: COUNT },
    long: ['brief', 'side-by-side', 'recursive', 'color'],
    longValues: { unified: COUNT, color: WORD },
    folders: 'always',
    followsLinks: true,
  },
  cmp: { flags: 'lsb' },
  md5sum: { flags: '' },
  sha256sum: { flags: '' },
  shasum: { flags: '', values: { a: COUNT } },
  grep,
  egrep: grep,
  fgrep: grep,
  rg: {
    flags: 'nilcvwxosSHhIFPUNqab0p',
    values: { e: ANY, A: COUNT, B: COUNT, C: COUNT, m: COUNT, g: ANY, t: WORD, T: WORD, d: COUNT, M: COUNT },
    long: [
      'files',
      'json',
      'stats',
      'count',
      'ignore-case',
      'smart-case',
      'line-number',
      'no-heading',
      'heading',
      'files-with-matches',
      'fixed-strings',
      'multiline',
      'word-regexp',
      'no-filename',
      'with-filename',
    ],
    longValues: {
      glob: ANY,
      iglob: ANY,
      type: WORD,
      'type-not': WORD,
      sort: WORD,
      color: WORD,
      'max-count': COUNT,
      'max-depth': COUNT,
      context: COUNT,
      'after-context': COUNT,
      'before-context': COUNT,
    },
    pattern: true,
    folders: 'always',
  },
};
