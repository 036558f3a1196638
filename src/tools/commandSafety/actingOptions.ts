/** Options with which a program that does something harmless runs others: nobody who allowed the program meant them. */
import { programName } from './programName';
import type { SimpleCommand } from './shellScript';

const BY_PROGRAM: readonly (readonly [program: RegExp, option: RegExp])[] = [
  [/^rg$/, /^--(pre|hostname-bin)(=|$)/],
  [/^g?sort$/, /^--compress-p/],
  [/^(bsd|g)?tar$/, /^(--(checkpoint-a|to-c|use-c|rsh-c|info-s|new-volume-s)|-[a-zA-Z]*[IF])/],
  [/^rsync$/, /^(--rsh|--rsync-path|-[a-zA-Z]*e)/],
  [/^(ssh|scp|sftp)$/, /^(-S|-o?.*(ProxyCommand|LocalCommand|KnownHostsCommand))/i],
  [/^(npm|npx|pnpm|pnpx|yarn|bunx)$/, /^--(script-shell|node-options|shell|require|import)(=|$)/],
  [/^go$/, /^--?(exec|toolexec|overlay)(=|$)/],
  [/^(g?make|gnumake)$/, /^(--eval|-E|(SHELL|MAKEFLAGS|MAKE)[:+?]?=)/],
  [/^cargo$/, /^--config(=|$)/],
  [/^(docker|podman|nerdctl)$/, /^--(privileged|pid=host|net(work)?=host|ipc=host|cap-add|device)/],
  [/^(mvn|mvnw|gradle|gradlew)$/, /^(-I|--init-script|-Dexec\.|-Djvm|-javaagent)/],
  [/^(pip3?|uv|poetry)$/, /^--(index-url|extra-index-url|trusted-host|script)(=|$)/],
  [/^(vi|vim|nvim|less|man)$/, /^(-c|\+|--cmd)/],
];

/** @returns why a command is dangerous whatever was allowed; undefined when none of its options says so */
export function actsByOption({ words }: SimpleCommand): string | undefined {
  const [name = '', ...args] = words.map(({ text = '' }) => text);
  const program = programName(name);
  for (const [programs, option] of BY_PROGRAM) {
    const found = programs.test(program) ? args.find((arg) => option.test(arg)) : undefined;
    if (found !== undefined) return `has ${program} run other programs (${found})`;
  }
  return undefined;
}
