import * as z from 'zod';
import type { EngineFunction } from '../engine/EngineFunction';
import { describeProblem, type Problem, SEVERITIES } from '../engine/languageFeatures';
import { isSecretPath } from '../engine/secretFiles';
import type { LanguageDependencies } from './aimedSymbol';
import { CodePlaces } from './codePlaces';
import { defineFunction, positiveInteger } from './defineFunction';
import { refusedSecret } from './refusedSecret';
import { counted, pageLabel, showPage } from './resultPages';
import { absolutePath } from './workspacePaths';

export function createDiagnostics({ language, roots }: LanguageDependencies): EngineFunction {
  return defineFunction({
    name: 'diagnostics',
    description: 'Errors and warnings that the editor shows for a file, or for all it has looked at.',
    readOnly: true,
    arguments: z.object({ path: z.string().optional(), page: positiveInteger.optional() }),
    async run({ path: written, page = 1 }, context) {
      const path = written === undefined ? undefined : context.files.canonical(written);
      if (path !== undefined) {
        const refused = await refusedSecret(path, context);
        if (refused) return refused;
        // Throws where it is outside, no text, or not there.
        await context.files.read(path, context.signal);
      }
      const absolute = path === undefined ? undefined : absolutePath(roots(), path);
      const problems = await language.problems(absolute, context.signal);
      const places = new CodePlaces(context);
      const lines = [...problems].sort(byGravity).flatMap((problem) => {
        const known = places.pathOf(problem.path);
        // A message may quote the line it is about; a file that was named has been asked about.
        if (known === undefined || (path === undefined && isSecretPath(known))) return [];
        return [describeProblem(known, problem)];
      });
      const where = path ?? 'the files the editor has looked at (name a path to have another looked at)';
      if (lines.length === 0) return { text: `No problems in ${where}.` };
      const header = (pages: number) =>
        `${counted(lines.length, 'problem')} in ${where}${pageLabel(page, pages)}`;
      return showPage(lines, page, header, context);
    },
  });
}

function byGravity(a: Problem, b: Problem): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    (a.path < b.path ? -1 : a.path > b.path ? 1 : 0) ||
    a.startLine - b.startLine
  );
}
