/** The words of a program that only looks, told apart as the program does. */
import type { Reader } from './readers';
import type { Word } from './shellScript';

export interface ReadWords {
  readonly operands: readonly Word[];
  /** Names of the options: letters, and long ones without their dashes. */
  readonly options: readonly string[];
  /** Values by option. */
  readonly values: readonly { readonly option: string; readonly value: string }[];
}

/** @returns undefined when there is an option that is not known, or a value that is not one */
export function readWords(args: readonly Word[], reader: Reader): ReadWords | undefined {
  const operands: Word[] = [];
  const options: string[] = [];
  const values: { option: string; value: string }[] = [];
  let rest = [...args];
  const take = (option: string, pattern: RegExp | undefined, attached: string | undefined): boolean => {
    const next = attached === undefined ? rest.shift() : undefined;
    const value = attached ?? (next?.glob ? undefined : next?.text);
    // Programs that take no letters behind operands would read it as a path.
    const letter = attached === undefined && option.length === 1;
    const misread = letter && operands.length > 0 && !/^\d+$/.test(value ?? '');
    if (value === undefined || misread || !pattern?.test(value)) return false;
    options.push(option);
    values.push({ option, value });
    return true;
  };
  const cluster = (letters: string): boolean => {
    for (const [index, letter] of [...letters].entries()) {
      if (reader.flags.includes(letter)) {
        options.push(letter);
        continue;
      }
      if (!reader.values || !Object.hasOwn(reader.values, letter)) return false;
      return take(letter, reader.values[letter], letters.slice(index + 1) || undefined);
    }
    return true;
  };
  const long = (name: string, attached: string | undefined): boolean => {
    if (attached === undefined && reader.long?.includes(name)) {
      options.push(name);
      return true;
    }
    if (!reader.longValues || !Object.hasOwn(reader.longValues, name)) return false;
    return take(name, reader.longValues[name], attached);
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const { text = '' } = word;
    if (text === '--') {
      operands.push(...rest);
      rest = [];
    } else if (!/^-./.test(text)) operands.push(word);
    // What a pattern stands for may be another option.
    else if (word.glob && !/^--[\w-]+=/.test(text)) return undefined;
    else if (text.startsWith('--')) {
      const [, name = '', , attached] = /^--([^=]*)(=(.*))?$/s.exec(text) ?? [];
      if (!long(name, attached)) return undefined;
    } else if (!cluster(text.slice(1))) return undefined;
  }
  return { operands, options, values };
}
