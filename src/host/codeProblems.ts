/** What the editor's diagnostics say, in the engine's words. */
import { type Diagnostic, DiagnosticSeverity, type Uri } from 'vscode';
import type { Problem } from '../engine/languageFeatures';

const severities: Readonly<Record<DiagnosticSeverity, Problem['severity']>> = {
  [DiagnosticSeverity.Error]: 'error',
  [DiagnosticSeverity.Warning]: 'warning',
  [DiagnosticSeverity.Information]: 'information',
  [DiagnosticSeverity.Hint]: 'hint',
};

/** @param uri of a file */
export function problemOf(uri: Uri, { range, severity, message, source, code }: Diagnostic): Problem {
  const number = typeof code === 'object' ? code.value : code;
  return {
    path: uri.fsPath,
    startLine: range.start.line + 1,
    endLine: range.end.line + 1,
    severity: severities[severity],
    message,
    source: [source, number].filter((part) => part !== undefined && part !== '').join(' '),
  };
}
