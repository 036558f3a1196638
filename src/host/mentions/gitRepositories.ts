/** The repositories that VS Code's git extension has found, where it is there and runs. */
import { extensions } from 'vscode';

interface GitExtension {
  /** @throws when git is switched off in the settings */
  getAPI(version: 1): { readonly repositories: readonly { readonly rootUri: { readonly fsPath: string } }[] };
}

/** @returns absolute folders */
export function gitRepositories(): readonly string[] {
  const git = extensions.getExtension<GitExtension>('vscode.git');
  if (!git?.isActive) return [];
  try {
    return git.exports.getAPI(1).repositories.map(({ rootUri }) => rootUri.fsPath);
  } catch {
    return [];
  }
}
