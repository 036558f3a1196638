/**
 * The built-in TypeScript server checks by itself only files in a tab, some time after a change. Asked through the command
 * that its extension has for others, it checks any file as it is now, and answers once the project is loaded.
 */
import { commands, type TextDocument, type Uri } from 'vscode';
import * as z from 'zod';
import type { Problem } from '../engine/languageFeatures';

const LANGUAGES = new Set(['typescript', 'typescriptreact', 'javascript', 'javascriptreact']);

/** How long a large project may take to load, ms. */
const LOAD_MS = 20_000;

const place = z.object({ line: z.number().int().positive() });
const response = z.object({
  body: z.array(
    z.object({
      start: place,
      end: place,
      text: z.string(),
      code: z.number().optional(),
      category: z.string(),
    }),
  ),
});

const severities: Readonly<Record<string, Problem['severity']>> = {
  error: 'error',
  warning: 'warning',
  message: 'information',
};

export function isTypeScript({ languageId, uri }: TextDocument): boolean {
  return LANGUAGES.has(languageId) && uri.scheme === 'file';
}

/** @returns errors and warnings of a document as it is now; undefined when the server cannot be asked, or checks nothing here */
export async function typeScriptProblems({ uri, languageId }: TextDocument): Promise<Problem[] | undefined> {
  const source = languageId.startsWith('javascript') ? 'js' : 'ts';
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), LOAD_MS);
  });
  try {
    const asked = Promise.all([
      ask('syntacticDiagnosticsSync', uri, source),
      ask('semanticDiagnosticsSync', uri, source),
    ]);
    const [syntactic, semantic] = (await Promise.race([asked, late])) ?? [];
    return syntactic && semantic ? [...syntactic, ...semantic] : undefined;
  } catch {
    // Without the extension (the person may have another) there is no such command.
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function ask(command: string, uri: Uri, source: string): Promise<Problem[] | undefined> {
  const answer = await commands.executeCommand('typescript.tsserverRequest', command, { file: uri });
  const parsed = response.safeParse(answer);
  if (!parsed.success) return undefined;
  return parsed.data.body.flatMap(({ start, end, text, code, category }) => {
    const severity = severities[category];
    if (severity === undefined) return [];
    const number = code === undefined ? '' : ` ${code}`;
    return [
      {
        path: uri.fsPath,
        startLine: start.line,
        endLine: end.line,
        severity,
        message: text,
        source: `${source}${number}`,
      },
    ];
  });
}
