/**
 * What is behind the input box and the code blocks of answers: mentions, slash commands, applying code. A bundle of its
 * own, loaded when the person first uses one of them; nothing but the composition root imports it, by dynamic import.
 */
import { join } from 'node:path';
import { Composer, type ComposerParts } from './host/Composer';
import { gitRepositories } from './host/mentions/gitRepositories';
import { unsavedText } from './host/workspaceRoots';
import { uncommittedChanges } from './tools/gitChanges';
import { listFiles } from './tools/listFiles';
import { NodeWorkspaceFiles } from './tools/workspaceFiles';
import { canonicalPath, locate, type WorkspaceRoot } from './tools/workspacePaths';

interface ComposerOptions extends Omit<ComposerParts, 'files' | 'absolute' | 'list' | 'changes'> {
  readonly roots: () => readonly WorkspaceRoot[];
  readonly ripgrepPath: string;
}

const LIST_MS = 30_000;

export function createComposer({ roots, ripgrepPath, ...parts }: ComposerOptions): Composer {
  const list = async (root: WorkspaceRoot) => {
    const files = await listFiles(ripgrepPath, root.path, AbortSignal.timeout(LIST_MS));
    return files.map((relative) => canonicalPath(roots(), { root, relative }));
  };
  return new Composer({
    ...parts,
    files: new NodeWorkspaceFiles({ roots, openText: unsavedText }),
    absolute: (path) => {
      const place = locate(roots(), path);
      return place ? join(place.root.path, place.relative) : (roots()[0]?.path ?? '');
    },
    changes: (signal) => uncommittedChanges(roots(), gitRepositories(), signal),
    list: async () => (await Promise.all(roots().map(list))).flat(),
  });
}
