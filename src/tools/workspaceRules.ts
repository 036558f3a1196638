import type { FileSnapshot, RulesSource, WorkspaceFiles } from '../engine/ports';
import { addressPath, type WorkspaceRoot } from './workspacePaths';

/** Where the repository says how to work in it: https://agents.md */
const RULES_FILE = 'AGENTS.md';

/**
 * @param files as they are on disk: rules hold once they are saved
 * @param trusted whether the person trusts the workspace; nothing is obeyed otherwise
 */
export function workspaceRules(
  files: WorkspaceFiles,
  roots: () => readonly WorkspaceRoot[],
  trusted: () => boolean,
): RulesSource {
  /** As last read, by path. */
  const read = new Map<string, FileSnapshot>();
  return {
    async rules(signal) {
      if (!trusted()) return [];
      const found: FileSnapshot[] = [];
      for (const root of roots()) {
        const file = await current(root, signal);
        if (file) found.push(file);
      }
      return found;
    },
  };

  async function current(root: WorkspaceRoot, signal: AbortSignal): Promise<FileSnapshot | undefined> {
    try {
      const path = files.fromAddress(addressPath({ root, relative: RULES_FILE }));
      const version = await files.version(path);
      if (version === undefined) return undefined;
      const known = read.get(path);
      if (known?.version === version) return known;
      const file = await files.read(path, signal);
      read.set(path, file);
      return file;
    } catch (error) {
      if (signal.aborted) throw error;
      // No text, or outside the workspace through a link: what cannot be read cannot be obeyed.
      return undefined;
    }
  }
}
