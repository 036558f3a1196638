/** The options of commands whose options are not all known: rather too many are found than too few. */
import { literal, type Word } from './shellScript';

/** Whether an option is among the words: as a letter of a cluster (`-rf`), or a long one, shortened or not. */
export function has(args: readonly Word[], letters: string, ...long: readonly string[]): boolean {
  const cluster = letters === '' ? undefined : new RegExp(`^-[A-Za-z0-9]*[${letters}]`);
  return args.some(({ text = '' }) => {
    if (cluster?.test(text)) return true;
    const name = text.split('=', 1)[0] ?? '';
    return name.length > 2 && long.some((option) => option.startsWith(name));
  });
}

export function isUnknown(args: readonly Word[]): boolean {
  return args.some((word) => word.text === undefined);
}

/** Words that are no options; after `--` all of them. */
export function operands(args: readonly Word[]): Word[] {
  const end = args.findIndex(({ text }) => text === '--');
  const before = end < 0 ? args : args.slice(0, end);
  const after = end < 0 ? [] : args.slice(end + 1);
  return [...before.filter(({ text }) => text === undefined || !/^-./.test(text)), ...after];
}

/** @returns the words behind those that a pattern knows for options with a value */
export function valuesBehind(args: readonly Word[], option: RegExp): Word[] {
  return args.filter((_, index) => option.test(args[index - 1]?.text ?? ''));
}

/**
 * @param letters options with a value: `-t x`, `-tx`, `-at x`, `-atx`, `-t=x`
 * @param long the same, without their dashes: `--target x`, `--target=x`, shortened or not
 * @returns all that may be the value of one
 */
export function optionValues(args: readonly Word[], letters: string, ...long: readonly string[]): Word[] {
  return args.flatMap(({ text = '' }, index) => {
    const next = args[index + 1];
    const [, name, , attached] = /^--([^=]+)(=(.*))?$/s.exec(text) ?? [];
    if (name !== undefined) {
      if (!long.some((option) => option.startsWith(name))) return [];
      return attached === undefined ? (next ?? []) : literal(attached);
    }
    const [, cluster = ''] = /^-([A-Za-z0-9#]+)/.exec(text) ?? [];
    return [...cluster].flatMap((letter, at) => {
      if (!letters.includes(letter)) return [];
      const rest = text.slice(at + 2).replace(/^=/, '');
      return rest === '' ? (next ?? []) : literal(rest);
    });
  });
}
