import * as z from 'zod';
import type { EngineFunction, FunctionContext } from '../engine/EngineFunction';
import { isSecretPath } from '../engine/secretFiles';
import { defineFunction, positiveInteger } from './defineFunction';
import { git } from './git';
import { askEach, type GitPlace, gitPlaces, pathspec } from './gitPlaces';
import { refusedSecret } from './refusedSecret';
import type { WorkspaceRoot } from './workspacePaths';

/** Commits of a page. */
const PAGE_SIZE = 20;
const SHAPE = ['--no-show-signature', '--no-ext-diff', '--no-textconv', '--date=short', '-z', '--relative'];
const RECORD = '\x1e';
const FIELD = '\x1f';
const FORMAT = `--format=%x1e%h %ad %an: %s%x1f`;

/** @param roots the workspace folders now open */
export function createGitLog(roots: () => readonly WorkspaceRoot[]): EngineFunction {
  return defineFunction({
    name: 'git_log',
    description: 'Commits, newest first: whose message, or else whose changed lines, have the query.',
    readOnly: true,
    arguments: z.object({
      path: z.string().optional(),
      query: z.string().optional(),
      page: positiveInteger.optional(),
    }),
    async run({ path, query, page = 1 }, context) {
      const places = gitPlaces(roots(), path);
      const [first] = places;
      // Which words its lines have had tells what is in it.
      const asked = query !== undefined && path !== undefined && first;
      const refused = asked && (await refusedSecret(first.shown, context));
      if (refused) return refused;
      const answers = await askEach(places, (place) => logOf(place, query, page, context));
      return { text: answers.join('\n') };
    },
  });
}

async function logOf(
  place: GitPlace,
  query: string | undefined,
  page: number,
  context: FunctionContext,
): Promise<string> {
  const where = place.shown === '.' ? '' : ` in ${place.shown}`;
  if (query === undefined) {
    return listing(await commits(place, [], page, context), page, `Commits${where}`);
  }
  // The first page decides which of the two is meant.
  const words = ['--fixed-strings', '--regexp-ignore-case', `--grep=${query}`];
  const found = await commits(place, words, page, context);
  if (found.length > 0 || (page > 1 && (await commits(place, words, 1, context)).length > 0)) {
    return listing(found, page, `Commits${where} whose message has ${JSON.stringify(query)}`);
  }
  const changed = await commits(place, [`-S${query}`, '--name-only'], page, context);
  return listing(changed, page, `Commits${where} that add or take away ${JSON.stringify(query)}`);
}

/** One more than a page has, when there are more. */
async function commits(
  place: GitPlace,
  filter: readonly string[],
  page: number,
  { files, signal }: FunctionContext,
): Promise<readonly string[]> {
  const range = [`--skip=${(page - 1) * PAGE_SIZE}`, `--max-count=${PAGE_SIZE + 1}`];
  // Of a file also what it was called before.
  const isFile = place.relative !== '' && (await files.version(place.shown)) !== undefined;
  const follow = isFile ? ['--follow', '--', place.relative] : ['--', ...(await wholeOrPart(place, signal))];
  const args = ['log', ...SHAPE, FORMAT, ...range, ...filter, ...follow];
  const { text } = await git(place.root.path, args, signal);
  return text
    .split(RECORD)
    .slice(1)
    .flatMap((record) => {
      const [about = '', names = ''] = record.split(FIELD);
      const touched = names.split(/[\0\n]/).filter((name) => name !== '');
      // Where only secret files have the words, the commit is not even counted.
      const isOpen = touched.some((name) => name === place.relative || !isSecretPath(name));
      return touched.length === 0 || isOpen ? [about] : [];
    });
}

/** Of a whole repository also commits that touch no file, and merges: naming a path leaves them out. */
async function wholeOrPart(place: GitPlace, signal: AbortSignal): Promise<readonly string[]> {
  if (place.relative !== '') return [pathspec(place)];
  const { text } = await git(place.root.path, ['rev-parse', '--show-prefix'], signal);
  return text.trim() === '' ? [] : [pathspec(place)];
}

function listing(found: readonly string[], page: number, title: string): string {
  const lines = found.slice(0, PAGE_SIZE).map((line) => line.replace(/\s+/g, ' '));
  if (lines.length === 0) return `${title}: none${page > 1 ? ` on page ${page}` : ''}.`;
  const more = found.length > PAGE_SIZE ? `; page ${page + 1} goes on` : '';
  const label = page > 1 || more !== '' ? `, page ${page}` : '';
  return [`${title}${label}${more}; git_diff shows one:`, ...lines].join('\n');
}
