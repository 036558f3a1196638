/** Errors and warnings of the workspace's files as the editor shows them. */
import { type Diagnostic, DiagnosticSeverity, languages, workspace } from 'vscode';

/** @param only absolute path of the one file that is meant @returns one line a problem, errors first */
export function problemsText(only?: string): string {
  const lines = languages
    .getDiagnostics()
    .filter(([uri]) => (only === undefined ? workspace.getWorkspaceFolder(uri) : uri.fsPath === only))
    .flatMap(([uri, problems]) =>
      problems
        .filter(({ severity }) => severity <= DiagnosticSeverity.Warning)
        .map((problem) => ({ problem, path: workspace.asRelativePath(uri) })),
    )
    .sort(
      (a, b) => a.problem.severity - b.problem.severity || (a.path < b.path ? -1 : Number(a.path > b.path)),
    )
    .map(({ path, problem }) => lineOf(path, problem));
  return lines.length === 0 ? 'The editor shows no errors and no warnings.' : lines.join('\n');
}

function lineOf(path: string, { range, severity, message, source, code }: Diagnostic): string {
  const { line, character } = range.start;
  const kind = severity === DiagnosticSeverity.Error ? 'error' : 'warning';
  const number = typeof code === 'object' ? code.value : code;
  const origin = [source, number].filter((part) => part !== undefined).join(' ');
  const said = message.replace(/\s*\n\s*/g, ' ');
  return `${path}:${line + 1}:${character + 1} ${kind}: ${said}${origin === '' ? '' : ` [${origin}]`}`;
}
