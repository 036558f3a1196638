import * as z from 'zod';
import { fileCounts } from '../engine/digest';
import type { EngineFunction } from '../engine/EngineFunction';
import { isSecretPath } from '../engine/secretFiles';
import { defineFunction, positiveInteger } from './defineFunction';
import { globMatcher } from './globMatcher';
import { counted, pageLabel, showPage } from './resultPages';
import { ripgrep } from './ripgrep';
import type { WorkspaceRoot } from './workspaceFiles';

/** Matches that can be paged through; more than that is a pattern to narrow down. */
const MAX_SHOWN = 2000;
/** Files whose matches are counted one by one. */
const MOST_FILES = 10;
/** Counting ends here: a pattern that matches nearly every line must not read the whole disk. */
const MAX_COUNTED = 200_000;

/**
 * @param ripgrepPath the binary of `@vscode/ripgrep`
 * @param roots the workspace folders now open
 */
export function createGrep(ripgrepPath: string, roots: () => readonly WorkspaceRoot[]): EngineFunction {
  return defineFunction({
    name: 'grep',
    description:
      'Find the lines that match a regular expression in the workspace files (ripgrep syntax; ignored files are left out).',
    readOnly: true,
    arguments: z.object({
      pattern: z.string().describe('(?i) ignores case'),
      glob: z.string().optional().describe('e.g. *.ts or src/**'),
      page: positiveInteger.optional(),
    }),
    async run({ pattern, glob, page = 1 }, context) {
      const folders = roots();
      if (folders.length === 0) {
        return { text: 'No folder is open. Ask the person to open one.', isError: true };
      }
      const wanted = glob === undefined ? () => true : globMatcher(glob);
      const lines: string[] = [];
      /** Path of each match. */
      const paths: string[] = [];
      let total = 0;
      for (const folder of folders) {
        const prefix = folders.length > 1 ? `${folder.name}/` : '';
        await ripgrep(
          ripgrepPath,
          folder.path,
          pattern,
          (match) => {
            const path = prefix + match.path;
            // Matches in secret files are not even counted: counts would tell, pattern by pattern, what they hold.
            if (isSecretPath(match.path) || !wanted([match.path, path])) return true;
            total += 1;
            paths.push(path);
            if (lines.length < MAX_SHOWN) lines.push(`${path}:${match.line}: ${match.text}`);
            return total < MAX_COUNTED;
          },
          context.signal,
        );
      }
      if (total === 0) {
        const where = glob === undefined ? '' : ` in ${glob}`;
        return {
          text: `No matches for ${pattern}${where}. Ignored, binary and secret files are not searched.`,
        };
      }
      const header = (pages: number) => {
        const many = total >= MAX_COUNTED ? 'at least ' : '';
        const only =
          total > lines.length ? `, the first ${lines.length} shown: narrow the pattern or the glob` : '';
        const counts = fileCounts(paths);
        const found = `${many}${counted(total, 'match', 'matches')} in ${counted(counts.length, 'file')}`;
        // Who sees one page of several should know where the others are.
        const most =
          pages > 1 && page === 1 && counts.length > 1
            ? `\nmost in: ${counts.slice(0, MOST_FILES).join(', ')}`
            : '';
        return `${found}${pageLabel(page, pages)}${only}${most}`;
      };
      return showPage(lines, page, header, context);
    },
  });
}
