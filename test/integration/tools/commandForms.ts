/** The many ways to write a command: lines put together from a core of plain words, so that the shell still runs the core. */
import fc from 'fast-check';

type Words = readonly string[];

/** Never dangerous, however they are written. */
export const HARMLESS: readonly Words[] = [
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
  ['mkdir', '-p', 'src/x'],
  ['git', 'commit', '-m', 'fix: remove old code'],
  ['sed', '-n', '1,5p', 'src/a.ts'],
  ['find', 'src', '-name', '*.ts'],
  ['docker', 'compose', 'up', '-d'],
  ['python3', '-m', 'pytest'],
  ['tar', 'czf', 'a.tgz', 'src'],
];

/** They ask, or ask each time, however they are written. */
export const HARMFUL: readonly Words[] = [
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
  ['diff', '-r', 'linked', 'src'],
  ['rg', 'KEY', 'shown'],
  ['chmod', '-R', '777', 'src'],
  ['git', 'clean', '-fdx'],
  ['git', 'checkout', '.'],
  ['git', '-c', 'core.pager=x', 'log'],
  ['npm', 'publish'],
  ['curl', '-o', '/etc/x', 'https://example.com'],
  ['sed', '-i', 's/a/b/', '.git/config'],
  ['mv', 'src/a.ts', '/etc/x'],
  ['ln', '-s', '/etc/passwd', 'src/x'],
  ['sh', '-c', 'rm -rf src'],
  ['rsync', '-a', '--delete', 'src/', 'keys/'],
  ['kill', '-9', '-1'],
  ['ls', '/etc'],
  ['base64', '.env'],
  ['xargs', 'rm', '-rf'],
  ['find', 'src', '-exec', 'rm', '{}', ';'],
  ['ssh', 'host', 'rm -rf x'],
];

export const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
/** Nothing in it is for the shell. */
export const isPlain = (text: string) => /^[\w./:=-]+$/.test(text);
const half = (text: string) => Math.ceil(text.length / 2);
const hex = (text: string) => [...text].map((char) => `\\x${char.charCodeAt(0).toString(16)}`).join('');

const QUOTINGS: readonly ((word: string) => string)[] = [
  (word) => (isPlain(word) ? word : quoted(word)),
  quoted,
  (word) => `"${word}"`,
  (word) => `${quoted(word.slice(0, half(word)))}"${word.slice(half(word))}"`,
  (word) => (isPlain(word) ? `${word.slice(0, 1)}""${word.slice(1)}` : quoted(word)),
  (word) => (isPlain(word) ? `\\${word}` : quoted(word)),
];
/** Over the end of a line. */
const ENDS: readonly ((word: string) => string)[] = [
  (word) => (isPlain(word) ? `${word.slice(0, half(word))}\\\n${word.slice(half(word))}` : quoted(word)),
  (word) => `"${word.slice(0, half(word))}\\\n${word.slice(half(word))}"`,
];
/** Words that only the shell knows. */
const HIDDEN_WORDS: readonly ((word: string) => string)[] = [
  (word) => `$${quoted(word)}`,
  (word) => `$'${hex(word)}'`,
  (word) => `$"${word}"`,
  (word) => (isPlain(word) ? `${word.slice(0, half(word))}$@${word.slice(half(word))}` : quoted(word)),
  (word) => (isPlain(word) ? `$u${word}` : quoted(word)),
  (word) => (isPlain(word) ? `${word.slice(0, 1)}$( : )${word.slice(1)}` : quoted(word)),
  (word) => (isPlain(word) ? `${word}\`:\`` : quoted(word)),
  (word) => `$(echo ${quoted(word)})`,
  (word) => `{${word},}`,
  (word) => (isPlain(word) ? `${word.slice(0, half(word))}$*${word.slice(half(word))}` : quoted(word)),
];

const BLANKS = [' ', '  ', '\t', ' \t', ' \\\n ', '\\\n  ', '  \\\n'];
const REDIRECTS = [
  '2>/dev/null',
  '>/dev/null',
  '2>&1',
  '</dev/null',
  '<src/a.ts',
  '> /dev/null',
  '&>/dev/null',
  '>|/dev/null',
  '2>>/dev/null',
  '&>>/dev/null',
];
const HIDDEN_REDIRECTS = [
  '<<<x',
  "<<< 'some words'",
  '>&-',
  '2>&-',
  '<&-',
  '3>&1',
  '0</dev/null',
  '{fd}>/dev/null',
  '<<<"$HOME"',
  '< <(ls)',
];

type Wrap = (line: string) => string;
/** The delimiter, and names, of what stands within others are their own. */
const unique = (line: string) => `E${line.length}`;
const document = (before: string, line: string, after = '') =>
  `${before.replaceAll('EOF', unique(line))}\n${line}\n${unique(line)}\n${after}true`;

/** Around a whole line. */
const AROUND: readonly Wrap[] = [
  (line) => `npm test && ${line}`,
  (line) => `${line} || ls`,
  (line) => `ls; ${line}`,
  (line) => `ls\n${line}`,
  (line) => `${line} | head -5`,
  (line) => `${line} |& head -5`,
  (line) => `( ${line} )`,
  (line) => `{ ${line}; }`,
  (line) => `{ ${line} & }`,
  (line) => `{ ls & ${line}; }`,
  (line) => `if true; then ${line}; fi`,
  (line) => `if ${line}; then ls; fi`,
  (line) => `for x in a b; do ${line}; done`,
  (line) => `while true; do ${line}; break; done`,
  (line) => `until ${line}; do ls; done`,
  (line) => `case x in x) ${line};; esac`,
  (line) => `if ls\nthen\n  ${line}\nelse\n  ls\nfi`,
  (line) => `if true; then ls; else ${line}; fi`,
  (line) => `for x in a b\ndo\n  ${line}\ndone`,
  (line) => `while ls\ndo\n  ${line}\n  break\ndone`,
  (line) => `case x in\n  a | b)\n    ls\n    ;;\n  *)\n    ${line}\n    ;;\nesac`,
  (line) => `{\n  ${line}\n}`,
  (line) => `(\n  ${line}\n)`,
  (line) => `ls &&\n  ${line}`,
  (line) => `ls |\n  ( ${line} )`,
  (line) => `# a note, isn't it\n${line}`,
  (line) => `ls # a note\n\n${line}`,
  (line) => `[ -f src/a.ts ] && ${line}`,
  (line) => `set -e; ${line}`,
  (line) => `${unique(line)}() { ${line}; }; ${unique(line)}`,
  (line) => `echo "$( ${line} )"`,
  (line) => `X="$( ${line} )"`,
  (line) => `cat <( ${line} )`,
  (line) => `while read x; do ${line}; done <<< 'some words'`,
  (line) => `bash -c ${quoted(line)}`,
  (line) => `env A=b sh -c ${quoted(line)}`,
  (line) => `eval ${quoted(line)}`,
  (line) => `cat <<'${unique(line)}'\nsome text\n${unique(line)}\n${line}`,
];
/** Around a command. */
const BEFORE: readonly Wrap[] = [
  'env A=b',
  'env -i A=b',
  'timeout 5',
  'timeout -s KILL 5',
  'nohup',
  'command',
  'nice -n 5',
  'stdbuf -oL',
  'setsid',
  'exec',
  'time',
].map((words) => (line) => `${words} ${line}`);
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: for the shell to fill in
/** Around a whole line, and nobody means well, or the grammar may stumble. */
const HIDING: readonly Wrap[] = [
  (line) => (/^[!{(]/.test(line) ? line : `! ${line}`),
  (line) => (/[`\\$]/.test(line) ? line : `echo \`${line}\``),
  (line) => `echo $(( $( ${line} ) ))`,
  (line) => `for ((;;)); do ${line}; break; done`,
  (line) => `select x in a; do ${line}; done`,
  (line) => `case $( ${line} ) in *) ls;; esac`,
  (line) => `function ${unique(line)} { ${line}; }; ${unique(line)}`,
  (line) => `[[ -n $( ${line} ) ]]`,
  (line) => `[ -n "$( ${line} )" ]`,
  (line) => `export X=$( ${line} )`,
  (line) => `x=( $( ${line} ) )`,
  (line) => ': ${x:=$( LINE )}'.replace('LINE', () => line),
  (line) => `X=$( ${line} ) ls`,
  (line) => `ls > >( ${line} )`,
  (line) => `ls | ( ${line} )`,
  (line) => `trap ${quoted(line)} EXIT`,
  (line) => `$( ${line} )`,
  (line) => 'echo "${x:-$( LINE )}"'.replace('LINE', () => line),
  (line) => 'ls "${x[$( LINE )]}"'.replace('LINE', () => line),
  (line) => `echo {a,$( ${line} )}`,
  (line) => `cat <<< "$( ${line} )"`,
  (line) => `cat < <( ${line} )`,
  (line) => `ls > "$( ${line} )"`,
  (line) => `let "x=$( ${line} )"`,
  (line) => `declare -r x="$( ${line} )"`,
  (line) => `read x < <( ${line} )`,
  (line) => `printf %d "x[$( ${line} )]"`,
  (line) => `case x in $( ${line} )) ls;; esac`,
  (line) => `for x in $( ${line} ); do ls; done`,
  (line) => `case x in (x) ${line} ;& y) ls; esac`,
  (line) => `${unique(line)}() ( ${line} ); ${unique(line)}`,
  (line) => `[[ a = b ]] || ${line}`,
  (line) => (line.includes('\n') ? line : `cat <<'D' && ${line}\nsome text\nD\ntrue`),
  (line) => (line.includes('\n') ? line : `cat <<-"D" | ( ${line} )\n\tsome text\n\tD\ntrue`),
  (line) => (line.includes('\n') ? line : `cat <<A <<B; ${line}\na\nA\nb\nB\ntrue`),
  (line) => `alias x=${quoted(line)}`,
  (line) => `bash -lc ${quoted(line)}`,
  (line) => `bash --norc -ec ${quoted(line)} x`,
  (line) => `bash -c 'eval "$0"' ${quoted(line)}`,
  (line) => `bash <<< ${quoted(line)}`,
  (line) => `echo ${quoted(line)} | sh`,
  (line) => `. <(echo ${quoted(line)})`,
  (line) => `source /dev/stdin <<< ${quoted(line)}`,
  (line) => `echo x | xargs -I{} sh -c ${quoted(line)}`,
  (line) => `find src -maxdepth 0 -exec sh -c ${quoted(line)} \\;`,
  (line) => `coproc { ${line}; }`,
  (line) => document("bash <<'EOF'", line),
  (line) => document("cat <<'EOF' | bash", line),
  (line) => document('bash -s <<-EOF 2>&1', line),
  (line) => document('cat <<EOF', `$( ${line} )`),
  (line) => document('cat <<EOF | (', `$( ${line} )`, 'cat )\n'),
  (line) => document('while read x; do ls; done <<EOF', `$( ${line} )`),
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above
/** Around a command, the same. */
const HIDING_BEFORE: readonly Wrap[] = [
  (line) => `echo x | xargs ${line}`,
  (line) => `echo x | xargs -n1 -I{} ${line}`,
  (line) => `find src -maxdepth 0 -exec ${line} \\;`,
  (line) => `find src -maxdepth 0 -ok ${line} \\;`,
  (line) => `busybox ${line}`,
  (line) => `coproc ${line}`,
  (line) => `A=b C= ${line}`,
  (line) => `builtin command ${line}`,
  (line) => `command -p -- ${line}`,
];

/**
 * @param plain without what hides, and what the grammar stumbles over: names and numbers behind the end of a line, closed files,
 *   here-strings beside other redirects
 * @returns lines that run a core; `known`: without words that only the shell knows
 */
export function commandForms(cores: readonly Words[], plain: boolean) {
  const quotings = plain ? QUOTINGS : [...QUOTINGS, ...QUOTINGS, ...ENDS, ...HIDDEN_WORDS];
  const used = plain ? REDIRECTS : [...REDIRECTS, ...HIDDEN_REDIRECTS];
  const arounds = plain ? AROUND : [...AROUND, ...HIDING];
  const before = plain ? BEFORE : [...BEFORE, ...HIDING_BEFORE];
  return fc
    .record({
      core: fc.constantFrom(...cores),
      quotings: fc.array(fc.constantFrom(...quotings), { minLength: 6, maxLength: 6 }),
      blanks: fc.array(fc.constantFrom(...BLANKS), { minLength: 8, maxLength: 8 }),
      redirects: fc.array(fc.record({ text: fc.constantFrom(...used), at: fc.nat(6) }), { maxLength: 2 }),
      before: fc.array(fc.constantFrom(...before), { maxLength: 1 }),
      around: fc.array(fc.constantFrom(...arounds), { maxLength: 3 }),
      note: fc.constantFrom('', ' # a note', '; # a note'),
      returns: fc.boolean(),
    })
    .map(({ core, redirects, blanks, note, returns, ...wraps }) => {
      const words = core.map((word, index) =>
        plain && index === 0 ? word : (wraps.quotings[index]?.(word) ?? word),
      );
      for (const { text, at } of redirects) words.splice(Math.min(at, words.length), 0, text);
      const command = words.reduce((start, word, index) => {
        const blank = plain && /[<>]/.test(word) ? ' ' : blanks[index % 8];
        return `${start}${blank}${word}`;
      });
      // Scripts deeper in scripts are not read.
      const around = [...wraps.before, ...wraps.around].slice(0, 3);
      const line = around.reduce((inner, wrap) => wrap(inner), command) + note;
      // Behind a return a document would not end.
      const returned = returns && !(plain && /\\\n|<</.test(line));
      const known = !core.some((_, index) => HIDDEN_WORDS.some((each) => each === wraps.quotings[index]));
      return { core, known, line: returned ? line.replaceAll('\n', '\r\n') : line };
    });
}
