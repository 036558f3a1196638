/** Programs that run what they are fed: which of their words say what to run instead. */
import { valuesBehind } from './commandOptions';
import type { Word } from './shellScript';

/** What a program reads from it is its own input. */
export const INPUT = /^(-|\/dev\/(stdin|fd\/\d+)|\/proc\/(self|thread-self|\d+)\/fd\/\d+)$/;

export const INTERPRETERS =
  /^(node|nodejs|deno|bun|tsx|ts-node|(python|pypy|perl|ruby|php|lua|guile)[\d.]*|luajit|jruby|osascript|rscript|r|tclsh[\d.]*|expect|raku|irb|ghci|julia|jshell|scala|swift|groovy|elixir|racket|sbcl|clojure|ed|ex|dc|gdb|lldb|gawk|mawk|nawk|awk)$/i;

/** Options whose value stands in the next word and is not what is run. */
const WITH_VALUE: readonly (readonly [program: RegExp, option: RegExp])[] = [
  [/^(python|pypy)/i, /^-[WX]$/],
  [
    /^(node|nodejs|tsx|ts-node|bun)$/,
    /^(-[rC]|--(require|import|loader|experimental-loader|conditions|env-file))$/,
  ],
  [/^(perl|ruby|jruby)/, /^-[ICr]$/],
  [/^php/, /^-[dcz]$/],
  [/sh(-?[\d.]+)?$/, /^([-+][a-zA-Z]*[oO]|--(rc|init-)file)$/],
  [/^osascript$/, /^-l$/],
  [/^ssh$/, /^-[bcDEeFIiJLlmOopQRSWw]$/],
];
/** They read a program with an option only, as makefiles and scripts of their own. */
const BY_FILE = /^(g?make|gnumake|g?sed|[gmn]?awk)$/;
const EDITORS = /^(vi|vim|nvim|view)$/;

/** @returns the words that are neither options nor values of those that are known */
export function plainWords(program: string, args: readonly Word[]): Word[] {
  const valued = WITH_VALUE.filter(([programs]) => programs.test(program));
  return args.filter(({ text }, index) => {
    const before = args[index - 1]?.text ?? '';
    if (valued.some(([, option]) => option.test(before))) return false;
    return text === undefined || INPUT.test(text) || !/^[-+]/.test(text);
  });
}

/** @returns whether a program runs its input when it has such words */
export function runsInput(program: string, args: readonly Word[]): boolean {
  if (BY_FILE.test(program)) {
    const [file] = valuesBehind(args, /^(-[a-zA-Z]*f|--file|--makefile)$/);
    const attached = args.some(({ text = '' }) => /^(-f|--(make)?file=)(-|\/dev\/stdin)$/.test(text));
    return attached || INPUT.test(file?.text ?? '');
  }
  if (EDITORS.test(program)) return args.some(({ text = '' }) => /^-(e|es|E|Es|s)$/.test(text));
  if (!INTERPRETERS.test(program)) return false;
  const [first] = plainWords(program, args).filter(({ text }) => text !== 'run');
  if (first !== undefined) return first.text === undefined || INPUT.test(first.text);
  // `-c`, `-e` and `-m` with their value attached say what to run.
  return !args.some(({ text = '' }) => /^(-[a-zA-Z]*[cemEp].|--(eval|print)=)/.test(text));
}
