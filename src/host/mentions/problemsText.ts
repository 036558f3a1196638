/** Errors and warnings of the workspace's files as the editor shows them. */
import { type Diagnostic, DiagnosticSeverity, languages, type Uri, workspace } from 'vscode';
import { problemOf } from '../codeProblems';

/** @returns one line a problem, errors first */
export function problemsText(): string {
  const lines = languages
    .getDiagnostics()
    .filter(([uri]) => workspace.getWorkspaceFolder(uri))
    .flatMap(([uri, problems]) =>
      problems
        .filter(({ severity }) => severity <= DiagnosticSeverity.Warning)
        .map((problem) => ({ uri, problem, path: workspace.asRelativePath(uri) })),
    )
    .sort(
      (a, b) => a.problem.severity - b.problem.severity || (a.path < b.path ? -1 : Number(a.path > b.path)),
    )
    .map(({ uri, path, problem }) => lineOf(uri, path, problem));
  return lines.length === 0 ? 'The editor shows no errors and no warnings.' : lines.join('\n');
}

function lineOf(uri: Uri, path: string, problem: Diagnostic): string {
  const { startLine, severity, message, source } = problemOf(uri, problem);
  const said = message.replace(/\s*\n\s*/g, ' ');
  const origin = source === '' ? '' : ` [${source}]`;
  return `${path}:${startLine}:${problem.range.start.character + 1} ${severity}: ${said}${origin}`;
}
