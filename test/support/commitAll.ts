import { execFileSync } from 'node:child_process';

/** Makes a folder a git repository whose only commit has everything. */
export function commitAll(folder: string): void {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('-c', 'user.name=Sample', '-c', 'user.email=', 'commit', '--quiet', '--message=Sources');
}
