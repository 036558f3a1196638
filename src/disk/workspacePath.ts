/** Canonical workspace paths: relative to the only folder, or `<folder name>/…` when there are several. */
import { join } from 'node:path';
import type { WorkspaceRoot } from './protocol';

interface RootedFile {
  readonly root: string;
  readonly rel: string;
}

export function workspacePath(file: RootedFile, roots: readonly WorkspaceRoot[]): string {
  if (roots.length <= 1) return file.rel;
  const name = roots.find((root) => root.path === file.root)?.name;
  return name === undefined ? file.rel : `${name}/${file.rel}`;
}

/** @returns undefined when the folder is not open */
export function absolutePathOf(path: string, roots: readonly WorkspaceRoot[]): string | undefined {
  const [only] = roots;
  if (only && roots.length === 1) return join(only.path, path);
  const slash = path.indexOf('/');
  const root = slash < 0 ? undefined : roots.find(({ name }) => name === path.slice(0, slash));
  return root && join(root.path, path.slice(slash + 1));
}
