/** What has changed, as git tells it: files that look secret are named and left out. */
import { isSecretPath } from '../engine/secretFiles';
import { type GitOutput, git, withoutFilters } from './git';
import { askEach, commitHash, type GitPlace, gitPlaces, pathspec } from './gitPlaces';
import { canonicalPath, locate, type WorkspaceRoot } from './workspacePaths';

/** Options of every diff: only what is in the folder, and nothing of what the repository's settings would have run. */
const SHAPE = ['--relative', '--no-ext-diff', '--no-textconv', '--no-color', '--ignore-submodules=dirty'];
/** New files that are named. */
const MAX_NEW_FILES = 30;

export interface WantedChanges {
  /** What is staged only. */
  readonly staged: boolean;
  /** A commit or a range, in place of what is not committed. */
  readonly commit: string | undefined;
}

/** What is compared: arguments of `git diff`, and a heading. */
interface Comparison {
  readonly args: readonly string[];
  readonly title: string;
  /** Whether files that git does not know belong to it. */
  readonly untracked: boolean;
}

/**
 * What is not committed, of all workspace folders, each repository under its own heading.
 * @param repositories absolute folders of repositories that may lie below the workspace folders
 * @throws GitError | UnreadableFileError | the signal's reason
 */
export async function uncommittedChanges(
  roots: readonly WorkspaceRoot[],
  repositories: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const places = [...gitPlaces(roots, undefined), ...repositories.flatMap((path) => below(roots, path))];
  const wanted = { staged: false, commit: undefined };
  const answers = await askEach(places, (place) => changesAt(place, wanted, signal));
  return answers.join('\n\n');
}

/** A repository that is none of the workspace folders, and in one of them. */
function below(roots: readonly WorkspaceRoot[], path: string): GitPlace[] {
  try {
    const place = locate(roots, path);
    if (!place || place.relative === '') return [];
    const shown = canonicalPath(roots, place);
    return [{ root: { name: shown, path }, relative: '', shown }];
  } catch {
    return [];
  }
}

/** @throws GitError | the signal's reason */
export async function changesAt(
  place: GitPlace,
  wanted: WantedChanges,
  signal: AbortSignal,
): Promise<string> {
  const folder = place.root.path;
  const { args, title, untracked } = await comparison(folder, wanted, signal);
  const spec = pathspec(place);
  const unfiltered = await withoutFilters(folder, signal);
  const compare = (...options: string[]) =>
    git(folder, [...unfiltered, 'diff', ...SHAPE, ...options], signal);
  // Without renames: a secret file that is moved shows what it held under its new name.
  const names = await compare('--name-only', '--no-renames', '-z', ...args, '--', spec);
  const changed = names.text.split('\0').filter((name) => name !== '');
  // A secret file that was named has been asked about.
  const left = changed.filter((name) => name !== place.relative && isSecretPath(name));
  const without = left.map((name) => `:(exclude,literal)${name}`);
  const diff: GitOutput =
    changed.length > left.length ? await compare(...args, '--', spec, ...without) : { text: '', cut: false };
  const news = untracked ? await newFiles(folder, spec, signal) : [];
  const lines = [`${title}${place.shown === '.' ? '' : ` in ${place.shown}`}:`];
  if (diff.text !== '') lines.push(diff.text.trimEnd());
  if (diff.cut) lines.push('[The rest is left out: it is too long. Name a path.]');
  if (left.length > 0) lines.push(`Not shown, for they look like they hold secrets: ${left.join(', ')}`);
  if (news.length > 0) lines.push(`New files that git does not know: ${news.join(', ')}`);
  return lines.length === 1 ? `${lines[0]} none.` : lines.join('\n');
}

async function comparison(
  folder: string,
  { staged, commit }: WantedChanges,
  signal: AbortSignal,
): Promise<Comparison> {
  if (commit === undefined) {
    const head = (await hasCommit(folder, signal)) ? 'HEAD' : await emptyTree(folder, signal);
    if (staged) return { args: ['--cached', head], title: 'Staged changes', untracked: false };
    return { args: [head], title: 'Changes not committed', untracked: true };
  }
  const range = /^(.*?)(\.{2,3})(.*)$/s.exec(commit);
  if (range) {
    const [, from = '', dots = '..', to = ''] = range;
    const [before, after] = [
      await commitHash(folder, from || 'HEAD', signal),
      await commitHash(folder, to || 'HEAD', signal),
    ];
    return { args: [`${before}${dots}${after}`], title: `Changes of ${commit}`, untracked: false };
  }
  const hash = await commitHash(folder, commit, signal);
  const format = ['show', '--no-patch', '--no-show-signature', '--date=short', '--format=%h %ad %an: %s%n%P'];
  const about = (await git(folder, [...format, hash], signal)).text.split('\n');
  // Of a merge what it brought to the branch it was made on.
  const parent = about[1]?.split(' ')[0] || (await emptyTree(folder, signal));
  return { args: [parent, hash], title: `Changes of ${about[0]}`, untracked: false };
}

/** The tree of no files: what a first commit, or a repository without one, is compared with. */
async function emptyTree(folder: string, signal: AbortSignal): Promise<string> {
  return (await git(folder, ['hash-object', '-t', 'tree', '--stdin'], signal)).text.trim();
}

async function hasCommit(folder: string, signal: AbortSignal): Promise<boolean> {
  // Throws where there is no repository, which is to be told.
  await git(folder, ['rev-parse', '--git-dir'], signal);
  return git(folder, ['rev-parse', '--verify', '--quiet', 'HEAD'], signal).then(
    () => true,
    () => false,
  );
}

async function newFiles(folder: string, spec: string, signal: AbortSignal): Promise<readonly string[]> {
  const listed = await git(folder, ['ls-files', '-z', '--others', '--exclude-standard', '--', spec], signal);
  const names = listed.text.split('\0').filter((name) => name !== '');
  const more = names.length - MAX_NEW_FILES;
  return more > 0 ? [...names.slice(0, MAX_NEW_FILES), `and ${more} more`] : names;
}
