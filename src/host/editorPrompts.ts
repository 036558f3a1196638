/** What the person asks from an editor: explain, fix, test or review what is there. The place goes along as a page. */
import {
  type CodeAction,
  CodeActionKind,
  commands,
  type Diagnostic,
  DiagnosticSeverity,
  type Disposable,
  languages,
  type Range,
  type TextDocument,
  type Uri,
  window,
  workspace,
} from 'vscode';
import type { AttachmentDraft } from '../engine/attachments';
import { describeProblem } from '../engine/languageFeatures';
import { problemOf } from './codeProblems';
import { contextKey } from './contextKey';
import { selectedLines } from './editorState';
import { registerCommand } from './registerCommand';

/** Lines shown around a problem. */
const AROUND = 20;

export interface EditorPromptsParts {
  /** @returns undefined outside the workspace */
  readonly workspacePath: (absolutePath: string) => string | undefined;
  /** Sends a message with attachments to the chat. @throws JournalError */
  readonly send: (text: string, attachments: readonly AttachmentDraft[]) => Promise<void>;
}

/** What a quick fix hands to its command: of a document that may not be in an editor any more. */
interface ProblemPlace {
  readonly uri: Uri;
  readonly problems: readonly Diagnostic[];
}

interface Target {
  /** `src/a.ts:10-20`. */
  readonly label: string;
  readonly attachment: AttachmentDraft;
}

/** Registers the commands of the editor's context menu and the quick fixes on problems. */
export function registerEditorPrompts(parts: EditorPromptsParts): Disposable[] {
  const onSelection = (prompt: (label: string) => string) => async () => {
    const target = selected(parts);
    if (!target) return;
    await send(parts, prompt(target.label), target.attachment);
  };
  const onProblem = (prompt: (lines: string) => string) => async (given?: unknown) => {
    const place = isProblemPlace(given) ? given : problemsAtCursor();
    if (!place) return;
    await askAbout(parts, place, prompt);
  };
  const handlers: Record<string, (given?: unknown) => Promise<void>> = {
    explain: onSelection((label) => `Explain ${label}: what it does, and why it is as it is.`),
    addTests: onSelection((label) => `Add tests for ${label}, in the way this project tests.`),
    reviewSelection: onSelection(
      (label) => `Review ${label}: faults first, then what could be simpler. Change nothing.`,
    ),
    fixProblem: onProblem((lines) => `Fix this problem:\n${lines}`),
    explainProblem: onProblem(
      (lines) => `Explain this problem and what could be done. Change nothing.\n${lines}`,
    ),
  };
  return [
    ...Object.entries(handlers).map(([name, handler]) => registerCommand(name, handler)),
    ...watchProblems(),
    languages.registerCodeActionsProvider(
      { scheme: 'file' },
      { provideCodeActions: ({ uri }, _, { diagnostics }) => quickFixes(uri, diagnostics) },
      { providedCodeActionKinds: [CodeActionKind.QuickFix] },
    ),
  ];
}

/** The menu offers to fix a problem where the file has one. */
function watchProblems(): Disposable[] {
  const tellProblems = contextKey('fileHasProblems');
  const tell = () => {
    const uri = window.activeTextEditor?.document.uri;
    tellProblems(uri !== undefined && languages.getDiagnostics(uri).some(isProblem));
  };
  tell();
  return [languages.onDidChangeDiagnostics(tell), window.onDidChangeActiveTextEditor(tell)];
}

function quickFixes(uri: Uri, diagnostics: readonly Diagnostic[]): CodeAction[] {
  const problems = diagnostics.filter(isProblem);
  if (problems.length === 0) return [];
  const action = (title: string, command: string): CodeAction => ({
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [...problems],
    command: { title, command, arguments: [{ uri, problems } satisfies ProblemPlace] },
  });
  return [
    action('Fix with Virtual Context', 'virtualContext.fixProblem'),
    action('Explain with Virtual Context', 'virtualContext.explainProblem'),
  ];
}

/** The selection of the active editor; without one the whole file. */
function selected(parts: EditorPromptsParts): Target | undefined {
  const editor = window.activeTextEditor;
  if (!editor) {
    void window.showInformationMessage('Open a file in an editor first.');
    return undefined;
  }
  const { document, selection } = editor;
  return targetOf(parts, document, selection.isEmpty ? undefined : selectedLines(editor));
}

/** Problems of the selected lines of the active editor, or of the line of the cursor. */
function problemsAtCursor(): ProblemPlace | undefined {
  const editor = window.activeTextEditor;
  const uri = editor?.document.uri;
  const touched = (range: Range) =>
    editor !== undefined &&
    range.start.line <= editor.selection.end.line &&
    range.end.line >= editor.selection.start.line;
  const problems = uri
    ? languages.getDiagnostics(uri).filter((item) => isProblem(item) && touched(item.range))
    : [];
  if (uri && problems.length > 0) return { uri, problems };
  void window.showInformationMessage('Put the cursor on a line with a problem first.');
  return undefined;
}

async function askAbout(
  parts: EditorPromptsParts,
  { uri, problems }: ProblemPlace,
  prompt: (lines: string) => string,
): Promise<void> {
  const document = await workspace.openTextDocument(uri);
  const path = parts.workspacePath(uri.fsPath) ?? uri.fsPath;
  const lines = problems.map((item) => describeProblem(path, problemOf(uri, item))).join('\n');
  const first = Math.min(...problems.map(({ range }) => range.start.line)) + 1;
  const last = Math.max(...problems.map(({ range }) => range.end.line)) + 1;
  const around = {
    startLine: Math.max(1, first - AROUND),
    endLine: Math.min(document.lineCount, last + AROUND),
  };
  await send(parts, prompt(lines), targetOf(parts, document, around).attachment);
}

/** A file outside the workspace, or one never saved, has no address: its text goes along. */
function targetOf(
  { workspacePath }: EditorPromptsParts,
  document: TextDocument,
  lines: { readonly startLine: number; readonly endLine: number } | undefined,
): Target {
  const path = document.uri.scheme === 'file' ? workspacePath(document.uri.fsPath) : undefined;
  const name = path ?? workspace.asRelativePath(document.uri);
  const label = lines ? `${name}:${lines.startLine}-${lines.endLine}` : name;
  if (path !== undefined) return { label, attachment: { kind: 'file', label, path, ...lines } };
  const text = document
    .getText()
    .split(/\r?\n/)
    .slice((lines?.startLine ?? 1) - 1, lines?.endLine)
    .join('\n');
  return { label, attachment: { kind: 'text', label, text } };
}

/** The chat shows what is going on before it begins. */
async function send(parts: EditorPromptsParts, text: string, attachment: AttachmentDraft): Promise<void> {
  await commands.executeCommand('virtualContext.chat.focus');
  await parts.send(text, [attachment]);
}

function isProblem({ severity }: Diagnostic): boolean {
  return severity === DiagnosticSeverity.Error || severity === DiagnosticSeverity.Warning;
}

function isProblemPlace(given: unknown): given is ProblemPlace {
  return typeof given === 'object' && given !== null && 'problems' in given && 'uri' in given;
}
