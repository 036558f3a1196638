/** Where a workspace's sessions and index live: one folder, however many windows show the workspace. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * VS Code gives a second window on the same workspace (and a window that is reloaded before its predecessor has ended)
 * a folder of its own, `<workspace>-1` to `<workspace>-9`. Logs, blobs and the disk process are made to be shared.
 * @param storage `ExtensionContext.storageUri` as a path: `<workspace>/<extension id>`
 * @returns the folder of the first window
 */
export function workspaceStore(storage: string): string {
  const parts = /^(.+[\\/])([^\\/]+)-[1-9]([\\/][^\\/]+)$/.exec(storage);
  if (!parts) return storage;
  const [, parent = '', workspace = '', extension = ''] = parts;
  // The file that the first window holds tells a second window from a workspace with such a name.
  return existsSync(join(parent, workspace, 'vscode.lock')) ? `${parent}${workspace}${extension}` : storage;
}
