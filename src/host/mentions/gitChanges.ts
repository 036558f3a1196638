/** What is changed and not committed, as VS Code's git extension tells it. */
import { extensions, workspace } from 'vscode';
import { VirtualContextError } from '../../engine/errors';

interface Change {
  readonly uri: { readonly fsPath: string };
  readonly status: number;
}

interface Repository {
  readonly state: {
    readonly workingTreeChanges: readonly Change[];
    readonly untrackedChanges?: readonly Change[];
  };
  /** @param staged against HEAD; else the working tree against the index */
  diff(staged: boolean): Promise<string>;
}

interface GitExtension {
  getAPI(version: 1): { readonly repositories: readonly Repository[] };
}

/** `Status.UNTRACKED` of the extension's API. */
const UNTRACKED = 7;

/** @throws VirtualContextError where there is no repository, or git is not to be had */
export async function gitChanges(): Promise<string> {
  const git = extensions.getExtension<GitExtension>('vscode.git');
  if (!git) {
    throw new VirtualContextError(
      'The git extension of VS Code is not there.',
      workspace.isTrusted ? 'Enable it.' : 'It does not run in Restricted Mode.',
    );
  }
  const { repositories } = (git.isActive ? git.exports : await git.activate()).getAPI(1);
  if (repositories.length === 0)
    throw new VirtualContextError('The workspace is in no git repository.', 'Open one, or mention files.');
  const parts: string[] = [];
  for (const repository of repositories) {
    const [staged, unstaged] = [await repository.diff(true), await repository.diff(false)];
    const { workingTreeChanges, untrackedChanges = [] } = repository.state;
    const added = [...workingTreeChanges.filter(({ status }) => status === UNTRACKED), ...untrackedChanges];
    const names = added.map(({ uri }) => workspace.asRelativePath(uri.fsPath, undefined));
    if (staged !== '') parts.push(`Staged:\n${staged}`);
    if (unstaged !== '') parts.push(`Not staged:\n${unstaged}`);
    if (names.length > 0) parts.push(`Untracked:\n${names.join('\n')}`);
  }
  return parts.length === 0 ? 'Nothing is changed.' : parts.join('\n');
}
