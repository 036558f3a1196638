/** Which paths commands write: rules that most of those that write share. */
import { isUnknown, operands, optionValues } from './commandOptions';
import type { CommandPaths } from './commandPaths';
import type { Word } from './shellScript';

/** @returns why it is dangerous; undefined when it is not */
export type Rule = (args: readonly Word[], paths: CommandPaths) => string | undefined;

/** @returns why these may not be written */
export function unwritablePath(targets: readonly Word[], paths: CommandPaths): string | undefined {
  for (const word of targets) {
    const named = paths.namedBy(word);
    if (named === undefined) return 'writes where only the shell knows';
    for (const path of named) {
      const kind = paths.kindOf(path);
      if (kind === 'outside') return `writes outside the workspace (${path})`;
      if (kind === 'protected') return `changes what git, the shell or the editor obeys (${path})`;
    }
  }
  return undefined;
}

export const writesAll: Rule = (args, paths) => unwritablePath(operands(args), paths);

/** The last operand, or the folder given as an option, and what lands in it. */
export const writesLast: Rule = (args, paths) => {
  const targets = [...operands(args).slice(-1), ...optionValues(args, 't', 'target-directory')];
  if (isUnknown(args.slice(0, -1))) return 'has options that only the shell knows';
  return unwritablePath([...targets, ...landing(operands(args), targets, paths)], paths);
};

/** Every operand, and where they land when the last is a folder. */
export const moves: Rule = (args, paths) => writesLast(args, paths) ?? unwritablePath(operands(args), paths);

/** What follows these options is written. @param letters @param long as `optionValues` takes them */
export function writes(letters: string, ...long: readonly string[]): Rule {
  return (args, paths) => unwritablePath(optionValues(args, letters, ...long), paths);
}

/** Under which names files end up in folders. */
function landing(sources: readonly Word[], folders: readonly Word[], paths: CommandPaths): Word[] {
  const names = sources
    .flatMap((word) => paths.namedBy(word) ?? [])
    .flatMap(
      (path) =>
        path
          .replace(/[\\/]+$/, '')
          .split(/[\\/]/)
          .at(-1) ?? [],
    );
  return folders.flatMap(({ text }) =>
    text === undefined ? [] : [...new Set(names)].map((name) => ({ text: `${text}/${name}`, glob: false })),
  );
}
