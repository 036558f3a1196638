import * as z from 'zod';
import type { EngineFunction, FunctionContext } from '../engine/EngineFunction';
import { isSecretPath } from '../engine/secretFiles';
import { defineFunction } from './defineFunction';
import { type GitOutput, git, withoutFilters } from './git';
import { askEach, commitHash, type GitPlace, gitPlaces, pathspec } from './gitPlaces';
import { refusedSecret } from './refusedSecret';
import type { WorkspaceRoot } from './workspacePaths';

/** Options of every diff: only what is in the folder, and nothing of what the repository's settings would have run. */
const SHAPE = ['--relative', '--no-ext-diff', '--no-textconv', '--no-color', '--ignore-submodules=dirty'];
/** New files that are named. */
const MAX_NEW_FILES = 30;

/** What is compared: arguments of `git diff`, and a heading. */
interface Comparison {
  readonly args: readonly string[];
  readonly title: string;
  /** Whether files that git does not know belong to it. */
  readonly untracked: boolean;
}

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
      const answers = await askEach(places, (place) => diffOf(place, { staged, commit }, context));
      return { text: answers.join('\n') };
    },
  });
}

async function diffOf(
  place: GitPlace,
  wanted: { readonly staged: boolean; readonly commit: string | undefined },
  context: FunctionContext,
): Promise<string> {
  const folder = place.root.path;
  const { signal } = context;
  const { args, title, untracked } = await comparison(folder, wanted, context);
  const spec = pathspec(place);
  const unfiltered = await withoutFilters(folder, signal);
  const compare = (...options: string[]) =>
    git(folder, [...unfiltered, 'diff', ...SHAPE, ...options], signal);
  const names = await compare('--name-only', '-z', ...args, '--', spec);
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
  { staged, commit }: { readonly staged: boolean; readonly commit: string | undefined },
  context: FunctionContext,
): Promise<Comparison> {
  if (commit === undefined) {
    const head = (await hasCommit(folder, context.signal)) ? 'HEAD' : await emptyTree(folder, context.signal);
    if (staged) return { args: ['--cached', head], title: 'Staged changes', untracked: false };
    return { args: [head], title: 'Changes not committed', untracked: true };
  }
  const range = /^(.*?)(\.{2,3})(.*)$/s.exec(commit);
  if (range) {
    const [, from = '', dots = '..', to = ''] = range;
    const [before, after] = [
      await commitHash(folder, from || 'HEAD', context),
      await commitHash(folder, to || 'HEAD', context),
    ];
    return { args: [`${before}${dots}${after}`], title: `Changes of ${commit}`, untracked: false };
  }
  const hash = await commitHash(folder, commit, context);
  const format = ['show', '--no-patch', '--no-show-signature', '--date=short', '--format=%h %ad %an: %s%n%P'];
  const about = (await git(folder, [...format, hash], context.signal)).text.split('\n');
  // Of a merge what it brought to the branch it was made on.
  const parent = about[1]?.split(' ')[0] || (await emptyTree(folder, context.signal));
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
