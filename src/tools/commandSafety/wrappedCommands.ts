/** Commands that run others: what they run is looked at as if it stood alone. */
import { optionValues } from './commandOptions';
import { INPUT, INTERPRETERS, plainWords, runsInput } from './fedPrograms';
import { programName } from './programName';
import { literal, type SimpleCommand, UNKNOWN_WORD, type Word } from './shellScript';

const SHELLS =
  /^((ba|rba|z|da|k|mk|pdk|ok|lok|r|rk|ya|po|a|fi|tc|c)?sh(-?[\d.]+)?|pwsh|powershell|cmd|busybox|toybox|nu|elvish|xonsh)$/;
/** Their other words begin a command, somewhere. */
const WRAPPERS =
  /^(env|nohup|time|nice|ionice|timeout|gtimeout|stdbuf|systemd-run|unshare|setpriv|repeat|-|setsid|command|builtin|exec|xargs|parallel|find|fd|flock|strace|ltrace|caffeinate|chrt|taskset|watch|unbuffer|script|entr|chronic|then|do|else|coproc|noglob|nocorrect|\.|start|start-process|saps)$/;
/** They add words of their own to what they run. */
const FEEDING = /^(xargs|parallel|find|fd)$/;
/** Behind these, those that find files run a command. */
const FIND_RUNS = /^(-exec|-execdir|-ok|-okdir|-x|-X|--exec|--exec-batch)$/;
/** Names that are hardly anything else wherever they stand: what follows them is looked at also behind an unknown program. */
const DISTINCTIVE =
  /^(rm|rimraf|git|chmod|chown|chgrp|sudo|doas|pkexec|dd|shred|kill|mv|cp|tee|curl|wget|truncate|eval|xargs|(ba|rba|z|da|k|mk|a|fi|tc|c)?sh|busybox|toybox|pwsh|powershell|mkfs.*|crontab|invoke-expression|iex|remove-item|find|env)$/;
/** Their words are what they print or look for, never run. */
const DATA =
  /^(echo|printf|e?grep|fgrep|rg|ag|cat|ls|wc|head|tail|cut|sort|uniq|tr|which|type|basename|dirname|pwd|cd|test|\[|true|false|jq|touch|mkdir|rm|cp|mv|chmod|chown|tee)$/;
const GIT_DATA =
  /^(commit|tag|log|show|diff|status|add|stash|notes|blame|push|pull|fetch|checkout|switch|branch|merge)$/;

/** Text to be read as a script; undefined: only the shell knows it. */
export interface Wrapped {
  /** Commands that are run, beginning at some word. */
  readonly commands: readonly SimpleCommand[];
  readonly scripts: readonly (string | undefined)[];
  /** Words that may be scripts: only what is dangerous in them counts. */
  readonly suspects: readonly string[];
  /** Whether it is there to run others: what a list allows says nothing of those. */
  readonly wraps: boolean;
  /** Why it is dangerous whatever it runs. */
  readonly danger?: string;
}

const NONE: Wrapped = { commands: [], scripts: [], suspects: [], wraps: false };

/** @returns what else a command runs, or may run */
export function wrappedIn(command: SimpleCommand): Wrapped {
  const [name, ...args] = command.words;
  if (name?.text === undefined) return NONE;
  const program = programName(name.text);
  if (args.length === 1 && args[0]?.text === '--version') return { ...NONE, wraps: true };
  if (SHELLS.test(program)) return ofShell(program, command, args);
  if (program === 'eval' || program === 'invoke-expression' || program === 'iex')
    return { ...NONE, scripts: [joined(args)], wraps: true };
  if (program === 'source' || program === '.') {
    const read = args[0]?.text;
    return read === undefined || INPUT.test(read) || read.startsWith('/dev/')
      ? { ...NONE, wraps: true, danger: 'runs what only the shell knows' }
      : { ...NONE, wraps: true };
  }
  if (program === 'trap') {
    const [action, ...rest] = args.filter(({ text }) => text !== '--');
    return { ...NONE, scripts: action ? [action.text] : [], suspects: textsOf(rest), wraps: true };
  }
  if (program === 'ssh' && command.fed && plainWords(program, args).length < 2)
    return { ...NONE, wraps: true, danger: 'runs what it is fed as commands' };
  if (program === 'ssh')
    return {
      ...NONE,
      commands: runBy(command),
      suspects: [textOf(args), ...textsOf(args)],
      wraps: true,
    };
  if (command.fed && runsInput(program, args))
    return { ...NONE, wraps: true, danger: 'runs what it is fed as a program' };
  if (isData(program, args)) return NONE;
  const suspects = suspectsOf(command);
  if (WRAPPERS.test(program)) return ofWrapper(program, command, suspects);
  if (INTERPRETERS.test(program) && plainWords(program, args)[0]?.made)
    return { ...NONE, suspects, wraps: true, danger: 'runs what only the shell knows' };
  return { ...NONE, commands: runBy(command), suspects, wraps: INTERPRETERS.test(program) };
}

/** What hardly stands among words but to be run. */
function runBy({ words, fed }: SimpleCommand): SimpleCommand[] {
  return words.flatMap(({ text }, index) =>
    index > 0 && text !== undefined && DISTINCTIVE.test(programName(text))
      ? [commandAt(words, index, fed)]
      : [],
  );
}

function isData(program: string, args: readonly Word[]): boolean {
  return DATA.test(program) || (program === 'git' && GIT_DATA.test(args[0]?.text ?? ''));
}

function ofShell(program: string, command: SimpleCommand, args: readonly Word[]): Wrapped {
  if (/^(busy|toy)box$/.test(program))
    return { ...NONE, commands: args.length > 0 ? [commandAt(args, 0, command.fed)] : [], wraps: true };
  const flag = args.findIndex(({ text = '' }) => scriptFlag(program).test(text));
  if (/^(pwsh|powershell)$/.test(program) && args.some(({ text = '' }) => /^[-/–—―]e(c|n\w*)?$/i.test(text)))
    return { ...NONE, wraps: true, danger: 'runs an encoded command' };
  if (flag >= 0) {
    const rest = args.slice(flag + 1).filter(({ text }) => text === undefined || !/^[-+]/.test(text));
    // `bash -c 'script' name args`; PowerShell and cmd take all the words.
    const script = /^(pwsh|powershell|cmd)$/.test(program) ? joined(rest) : rest[0]?.text;
    // The other words are the script's parameters, and may end up as commands.
    return { ...NONE, scripts: [script], suspects: textsOf(rest.slice(1)), wraps: true };
  }
  if (args.some((word) => word.text === undefined))
    return { ...NONE, wraps: true, danger: 'runs what only the shell knows' };
  const file = plainWords(program, args)[0]?.text;
  const reads =
    file === undefined ||
    INPUT.test(file) ||
    file.startsWith('/dev/') ||
    args.some(({ text }) => text === '-s' || text === '-');
  if (command.fed && reads) return { ...NONE, wraps: true, danger: 'runs what it is fed as commands' };
  return { ...NONE, suspects: textsOf(args), wraps: true };
}

/** Behind which word a shell takes its script. */
function scriptFlag(program: string): RegExp {
  if (program === 'cmd') return /^\/[ck]/i;
  return /^(pwsh|powershell)$/.test(program) ? /^[-/]c\w*$/i : /^(-[a-zA-Z]*c[a-zA-Z]*|--command)$/;
}

function ofWrapper(program: string, command: SimpleCommand, suspects: readonly string[]): Wrapped {
  const args = command.words.slice(1);
  const feeding = FEEDING.test(program);
  const open = feeding ? args.map(placeholder) : args;
  const commands = open.flatMap((word, index) => {
    const before = open.slice(0, index);
    if (word.text !== undefined && (/^-/.test(word.text) || /=/.test(word.text))) return [];
    if (/^(find|fd)$/.test(program)) {
      if (!FIND_RUNS.test(open[index - 1]?.text ?? '')) return [];
    }
    // A word that only the shell knows may be the command, unless one has begun.
    else if (word.text === undefined && before.some(begins)) return [];
    const inner = commandAt(open, index, command.fed && !feeding);
    // More words come from the input.
    return [
      feeding
        ? {
            ...inner,
            words: [...inner.words.filter(({ text }) => text !== ';' && text !== '+'), UNKNOWN_WORD],
          }
        : inner,
    ];
  });
  const danger =
    (/^(\.|watch|script|parallel|entr)$/.test(program) && args.some(({ text }) => text === undefined)) ||
    // Without a command of its own, it takes each line for one.
    (program === 'parallel' && command.fed && args.every(({ text = '' }) => text.startsWith('-')));
  return {
    commands,
    // `env -S` splits a word into a command.
    scripts: program === 'env' ? optionValues(args, 'S', 'split-string').map(({ text }) => text) : [],
    suspects,
    wraps: true,
    ...(danger ? { danger: 'runs what only the shell knows' } : {}),
  };
}

/** Whether a command begins with it, and not another word of the wrapper's own. */
function begins({ text = '' }: Word, index: number, all: readonly Word[]): boolean {
  return /^[a-z][^=]*$/i.test(text) && !/^(-[suIk]|--(signal|unset))$/.test(all[index - 1]?.text ?? '');
}

/** `{}` stands for what is found or read. */
function placeholder(word: Word): Word {
  return word.text?.includes('{}') ? UNKNOWN_WORD : word;
}

function commandAt(words: readonly Word[], index: number, fed: boolean): SimpleCommand {
  return { words: words.slice(index), assignments: [], fed };
}

/** Words and values that look like more than a word. */
function suspectsOf({ words, assignments }: SimpleCommand): string[] {
  const args = withoutTitles(words.slice(1));
  const texts = [...args, ...assignments.map(({ value }) => value)].flatMap(({ text }) => text ?? []);
  const whole = args.map(({ text = '' }) => quoted(text)).join(' ');
  return [...texts.filter((text) => /[\s;|&`$(]/.test(text)), whole];
}

/** Read again, it is still one word. */
function quoted(text: string): string {
  return /^[\w./:=@%+,~*?-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** What tests are chosen by is said in words, behind the `--` that ends what the runner of scripts looks at. */
function withoutTitles(args: readonly Word[]): readonly Word[] {
  const end = args.findIndex(({ text }) => text === '--');
  return args.filter(({ text = '' }, index) => {
    const titled = /^(-t|-g|--grep|--testNamePattern|--filter|--title)$/.test(args[index - 1]?.text ?? '');
    return !(end >= 0 && index > end + 1 && titled && /^[\w\s.,:()/'-]*$/.test(text));
  });
}

function joined(words: readonly Word[]): string | undefined {
  return words.some((word) => word.text === undefined) ? undefined : textOf(words);
}

function textsOf(words: readonly Word[]): string[] {
  return words.map(({ text }) => text ?? '');
}

function textOf(words: readonly Word[]): string {
  return words.map(({ text }) => text ?? literal('').text).join(' ');
}
