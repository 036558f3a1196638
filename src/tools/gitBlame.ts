import * as z from 'zod';
import type { EngineFunction } from '../engine/EngineFunction';
import { defineFunction, positiveInteger } from './defineFunction';
import { git, withoutFilters } from './git';
import { gitPlaces } from './gitPlaces';
import { refusedSecret } from './refusedSecret';
import type { WorkspaceRoot } from './workspacePaths';

/** Lines that one commit has put there. */
interface Blamed {
  readonly commit: string;
  readonly startLine: number;
  endLine: number;
}

interface About {
  author?: string;
  time?: number;
  summary?: string;
}

/** @param roots the workspace folders now open */
export function createGitBlame(roots: () => readonly WorkspaceRoot[]): EngineFunction {
  return defineFunction({
    name: 'git_blame',
    description: 'Which commit wrote each line of a file as it was last saved.',
    readOnly: true,
    arguments: z.object({
      path: z.string(),
      startLine: positiveInteger.optional(),
      endLine: positiveInteger.optional(),
    }),
    async run({ path, startLine = 1, endLine }, context) {
      if (endLine !== undefined && endLine < startLine) {
        return { text: `endLine ${endLine} is before startLine ${startLine}.`, isError: true };
      }
      const [place] = gitPlaces(roots(), path);
      if (!place) return { text: `${path} is a folder.`, isError: true };
      const refused = await refusedSecret(place.shown, context);
      if (refused) return refused;
      // Throws where it is a folder, no text, or not there.
      await context.files.read(place.shown, context.signal);
      const range = `${startLine},${endLine ?? ''}`;
      const unfiltered = await withoutFilters(place.root.path, context.signal);
      const args = [
        ...unfiltered,
        'blame',
        '--porcelain',
        '--no-textconv',
        '-L',
        range,
        '--',
        place.relative,
      ];
      const { text } = await git(place.root.path, args, context.signal);
      const lines = blamed(text);
      return {
        text: [`${place.shown}, lines and who wrote them; git_diff shows a commit:`, ...lines].join('\n'),
      };
    },
  });
}

/** Reads `git blame --porcelain`: what it says of a commit it says once. */
function blamed(porcelain: string): readonly string[] {
  const about = new Map<string, About>();
  const runs: Blamed[] = [];
  let commit = '';
  for (const line of porcelain.split('\n')) {
    const [, hash, number] = /^([0-9a-f]{40,64}) \d+ (\d+)/.exec(line) ?? [];
    // The text of a line follows a tab.
    if (line.startsWith('\t')) continue;
    if (hash !== undefined) {
      commit = hash;
      const at = Number(number);
      const last = runs.at(-1);
      if (last?.commit === hash && last.endLine === at - 1) last.endLine = at;
      else runs.push({ commit, startLine: at, endLine: at });
      if (!about.has(hash)) about.set(hash, {});
      continue;
    }
    const known = about.get(commit);
    const [, key, value = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (!known) continue;
    if (key === 'author') known.author = value;
    else if (key === 'author-time') known.time = Number(value);
    else if (key === 'summary') known.summary = value;
  }
  return runs.map(({ commit: hash, startLine, endLine }) => {
    const lines = startLine === endLine ? `${startLine}` : `${startLine}-${endLine}`;
    if (/^0+$/.test(hash)) return `${lines} not committed yet`;
    const { author = '', time = 0, summary = '' } = about.get(hash) ?? {};
    return `${lines} ${hash.slice(0, 9)} ${new Date(time * 1000).toISOString().slice(0, 10)} ${author}: ${summary}`;
  });
}
