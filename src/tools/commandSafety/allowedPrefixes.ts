/** What the person has allowed: the words that a simple command begins with. */
import { programName } from './dangerousCommands';
import type { SimpleCommand } from './shellScript';

/** They do different things by their next word. */
const WITH_SUBCOMMANDS =
  /^(npm|pnpm|yarn|bun|npx|pnpx|bunx|git|cargo|go|docker|kubectl|make|dotnet|mvn|gradle|gradlew|pip3?|uv|poetry|gem|bundle|rails|rake|composer|php|deno|gh|brew|apt|apt-get|terraform|helm|systemctl|nx|turbo|just|task|mix|swift|flutter|dart|bazel|cmake|ninja|\.\/gradlew|\.\/mvnw)$/;
const RUNS_SCRIPTS = /^(run|run-script|exec|x|dlx|compose|mod|stash|remote|workspace)$/;
/** What they run is in all of their words. */
const INTERPRETERS =
  /^(node|deno|python[\d.]*|ruby|perl|php|lua|awk|gawk|sed|tsx|ts-node|osascript|sh|bash|zsh|curl|wget|ssh|rm|mv|cp)$/;
/** Variables that change how a program prints, not what it does. */
const HARMLESS =
  /^(CI|NODE_ENV|FORCE_COLOR|NO_COLOR|TERM|LANG|LC_ALL|TZ|DEBUG|RUST_BACKTRACE|RUST_LOG|COLUMNS|VERBOSE)$/;

/** @returns the words of a prefix as it is set or stored; none for an empty one */
function prefixWords(prefix: string): readonly string[] {
  return prefix
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/**
 * @param whole whether the prefix must be the whole command: of those that run others
 * @returns whether one of the prefixes allows it
 */
export function isAllowed(command: SimpleCommand, prefixes: readonly string[], whole: boolean): boolean {
  const words = wordsOf(command);
  if (words === undefined) return false;
  return prefixes.some((prefix) => {
    const allowed = prefixWords(prefix);
    if (allowed.length === 0 || allowed.length > words.length) return false;
    if (whole && allowed.length !== words.length) return false;
    return allowed.every((word, index) => word === words[index]);
  });
}

/** @returns the prefix to offer for such commands; undefined when none says what it would allow */
export function prefixOf(command: SimpleCommand, whole: boolean): string | undefined {
  const words = wordsOf(command);
  const [name, second] = words ?? [];
  if (words === undefined || name === undefined || words.some((word) => /\s/.test(word))) return undefined;
  if (whole || INTERPRETERS.test(programName(name))) return words.join(' ');
  if (!WITH_SUBCOMMANDS.test(name) || second === undefined) return name;
  if (second.startsWith('-')) return words.join(' ');
  const count = RUNS_SCRIPTS.test(second) ? 3 : 2;
  return words.slice(0, count).join(' ');
}

function wordsOf({ words, assignments }: SimpleCommand): readonly string[] | undefined {
  if (assignments.some(({ name, value }) => !HARMLESS.test(name) || value.text === undefined))
    return undefined;
  const texts = words.map(({ text }) => text);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}
