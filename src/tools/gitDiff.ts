import * as z from 'zod';
import type { EngineFunction } from '../engine/EngineFunction';
import { defineFunction } from './defineFunction';
import { changesAt } from './gitChanges';
import { askEach, gitPlaces } from './gitPlaces';
import { refusedSecret } from './refusedSecret';
import type { WorkspaceRoot } from './workspacePaths';

/** @param roots the workspace folders now open */
export function createGitDiff(roots: () => readonly WorkspaceRoot[]): EngineFunction {
  return defineFunction({
    name: 'git_diff',
    description: 'Changes not committed yet, or those of a commit or range (a..b).',
    readOnly: true,
    arguments: z.object({
      path: z.string().optional(),
      staged: z.boolean().optional(),
      commit: z.string().optional(),
    }),
    async run({ path, staged = false, commit }, context) {
      if (staged && commit !== undefined) {
        return { text: 'staged and commit do not go together: leave one out.', isError: true };
      }
      const places = gitPlaces(roots(), path);
      const [first] = places;
      const refused = path !== undefined && first && (await refusedSecret(first.shown, context));
      if (refused) return refused;
      const answers = await askEach(places, (place) => changesAt(place, { staged, commit }, context.signal));
      return { text: answers.join('\n') };
    },
  });
}
