/** Language features as the editor has them: whatever language servers are installed, through VS Code's own commands. */
import {
  commands,
  type DocumentSymbol,
  type Location,
  type LocationLink,
  languages,
  Position,
  type SymbolInformation,
  type TextDocument,
  Uri,
  type WorkspaceEdit,
  workspace,
} from 'vscode';
import { RenameError, UnreadableFileError } from '../engine/errors';
import type {
  CodePlace,
  CodeSymbol,
  FileChanges,
  LanguageFeatures,
  Problem,
  TextPosition,
} from '../engine/languageFeatures';
import { orAborted } from '../engine/orAborted';
import { problemOf } from './codeProblems';
import { informationOf, placeOf, symbolsOf } from './codeSymbols';
import { isTypeScript, typeScriptProblems } from './typeScriptServer';

/** Files of languages that have servers. */
const SOURCES = '**/*.{ts,tsx,js,jsx,mjs,cjs,py,go,rs,java,kt,cs,c,cc,cpp,h,hpp,php,rb,swift,scala,lua}';
/** How long a language server may take to start, from the first question about its language, ms. */
const START_MS = 5000;
/** Between two questions meanwhile, ms. */
const RETRY_MS = 250;
/** How long a file that was just opened is given to be looked at, ms. */
const LOOK_MS = 2500;
/** Without a change for so long it has been looked at, ms. */
const QUIET_MS = 400;

export class EditorLanguageFeatures implements LanguageFeatures {
  /** When each language was first asked about. */
  private readonly starting = new Map<string, number>();
  private readonly answered = new Set<string>();
  /** Whether symbols of the project have been asked for and waited for. */
  private searched = false;
  /** Documents whose project is loaded. */
  private readonly loaded = new Set<string>();

  async problems(path: string | undefined, signal: AbortSignal): Promise<readonly Problem[]> {
    if (path === undefined) return knownProblems();
    const uri = Uri.file(path);
    const wasOpen = workspace.textDocuments.some((document) => document.uri.fsPath === uri.fsPath);
    const document = await opened(path);
    const shown = () => languages.getDiagnostics(uri).map((diagnostic) => problemOf(uri, diagnostic));
    if (isTypeScript(document)) {
      const checked = await orAborted(typeScriptProblems(document), signal);
      // What it shows may be from before the last change, and only for files in a tab.
      if (checked) return [...checked, ...shown().filter(({ source }) => !/^(ts|js)\b/.test(source))];
    }
    if (!wasOpen) await looked(uri, signal);
    return shown();
  }

  async definition(path: string, at: TextPosition, signal: AbortSignal): Promise<readonly CodePlace[]> {
    const found = await this.ask<(Location | LocationLink)[]>('Definition', path, at, signal);
    return found.map((item) =>
      'targetUri' in item ? placeOf(item.targetUri, item.targetRange) : placeOf(item.uri, item.range),
    );
  }

  async references(path: string, at: TextPosition, signal: AbortSignal): Promise<readonly CodePlace[]> {
    const found = await this.ask<Location[]>('Reference', path, at, signal);
    return found.map(({ uri, range }) => placeOf(uri, range));
  }

  async documentSymbols(path: string, signal: AbortSignal): Promise<readonly CodeSymbol[]> {
    const found = await this.ask<(DocumentSymbol | SymbolInformation)[]>(
      'DocumentSymbol',
      path,
      undefined,
      signal,
    );
    return symbolsOf(Uri.file(path), found);
  }

  async workspaceSymbols(query: string, signal: AbortSignal): Promise<readonly CodeSymbol[]> {
    const began = Date.now();
    const ask = async () => {
      const command = 'vscode.executeWorkspaceSymbolProvider';
      const found = commands.executeCommand<SymbolInformation[] | undefined>(command, query);
      return ((await orAborted(found, signal)) ?? []).map(informationOf);
    };
    let found = await ask();
    if (found.length > 0) return found;
    // A language server starts with the first file of its language, and some forget a project without an open one.
    const [source] = await workspace.findFiles(SOURCES, '**/node_modules/**', 1);
    if (source) await this.load(await opened(source.fsPath), signal);
    while (true) {
      found = await ask();
      if (found.length > 0 || this.searched || Date.now() - began > START_MS) break;
      await orAborted(pause(RETRY_MS), signal);
    }
    this.searched = true;
    return found;
  }

  /** @throws RenameError with the words of the language server */
  async rename(
    path: string,
    at: TextPosition,
    newName: string,
    signal: AbortSignal,
  ): Promise<readonly FileChanges[]> {
    const document = await opened(path);
    await this.load(document, signal);
    let edit: WorkspaceEdit | undefined;
    try {
      edit = await orAborted(
        commands.executeCommand<WorkspaceEdit>(
          'vscode.executeDocumentRenameProvider',
          document.uri,
          new Position(at.line - 1, at.column),
          newName,
        ),
        signal,
      );
    } catch (error) {
      signal.throwIfAborted();
      const said = error instanceof Error ? error.message : String(error);
      throw new RenameError(`The language server does not rename it: ${said}`, 'Edit the places yourself.', {
        cause: error,
      });
    }
    return (edit?.entries() ?? []).map(([uri, edits]) => ({
      path: uri.fsPath,
      changes: edits
        .map(({ range: { start, end }, newText }) => ({
          start: { line: start.line + 1, column: start.character },
          end: { line: end.line + 1, column: end.character },
          text: newText,
        }))
        .sort((a, b) => a.start.line - b.start.line || a.start.column - b.start.column),
    }));
  }

  /** Asks a provider, again for a while where the language server may be starting. */
  private async ask<Found extends unknown[]>(
    provider: string,
    path: string,
    at: TextPosition | undefined,
    signal: AbortSignal,
  ): Promise<Found> {
    const document = await opened(path);
    await this.load(document, signal);
    const args = at === undefined ? [] : [new Position(at.line - 1, at.column)];
    const { languageId } = document;
    const began = this.starting.get(languageId) ?? Date.now();
    this.starting.set(languageId, began);
    while (true) {
      const command = `vscode.execute${provider}Provider`;
      const found = await orAborted(
        commands.executeCommand<Found | undefined>(command, document.uri, ...args),
        signal,
      );
      if (found && found.length > 0) this.answered.add(languageId);
      const isStarting = !this.answered.has(languageId) && Date.now() - began < START_MS;
      if ((found && found.length > 0) || languageId === 'plaintext' || !isStarting)
        return found ?? ([] as unknown as Found);
      await orAborted(pause(RETRY_MS), signal);
    }
  }

  /** While TypeScript loads a project, its answers know of one file only. */
  private async load(document: TextDocument, signal: AbortSignal): Promise<void> {
    const key = document.uri.toString();
    if (!isTypeScript(document) || this.loaded.has(key)) return;
    if (await orAborted(typeScriptProblems(document), signal)) this.loaded.add(key);
  }
}

/** @returns all problems that are shown now */
export function knownProblems(): readonly Problem[] {
  return languages
    .getDiagnostics()
    .filter(([uri]) => uri.scheme === 'file')
    .flatMap(([uri, diagnostics]) => diagnostics.map((diagnostic) => problemOf(uri, diagnostic)));
}

/** @throws UnreadableFileError */
async function opened(path: string): Promise<TextDocument> {
  try {
    return await workspace.openTextDocument(Uri.file(path));
  } catch (error) {
    throw new UnreadableFileError(
      `${path} cannot be opened in the editor.`,
      'It may have been moved or deleted.',
      { cause: error },
    );
  }
}

/** Resolves when a file that was just opened has been looked at, or nobody seems to. */
async function looked(uri: Uri, signal: AbortSignal): Promise<void> {
  await orAborted(
    new Promise<void>((resolve) => {
      let timer = setTimeout(end, LOOK_MS);
      const listening = languages.onDidChangeDiagnostics(({ uris }) => {
        if (!uris.some((changed) => changed.toString() === uri.toString())) return;
        clearTimeout(timer);
        timer = setTimeout(end, QUIET_MS);
      });
      signal.addEventListener('abort', end, { once: true });
      function end(): void {
        clearTimeout(timer);
        listening.dispose();
        signal.removeEventListener('abort', end);
        resolve();
      }
    }),
    signal,
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
