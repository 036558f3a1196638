/** Symbols that fit what is typed: of the file that is open, as language servers know them, and of the index. */
import fuzzysort from 'fuzzysort';
import { commands, type DocumentSymbol, type SymbolInformation, window } from 'vscode';
import type { CodePage } from '../../engine/ports';
import { informationOf, symbolsOf } from '../codeSymbols';

export interface FoundSymbol {
  readonly name: string;
  /** Absolute, or a workspace path. */
  readonly path: string;
  /** 1-based, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
}

/** Language servers that take longer are not waited for, ms. */
const PATIENCE_MS = 1500;

/** @param search the workspace index @returns the best first; what cannot be asked is left out */
export async function findSymbols(
  query: string,
  search: (text: string) => Promise<CodePage>,
  limit: number,
): Promise<readonly FoundSymbol[]> {
  const sources = [ofOpenFile(), ofLanguageServers(query), ofIndex(query, search)];
  const found = (await Promise.all(sources.map((source) => inTime(source)))).flat();
  const places = new Map(
    found.map((symbol) => [`${symbol.path}:${symbol.startLine}:${symbol.name}`, symbol]),
  );
  return fuzzysort
    .go(query, [...places.values()], { key: 'name', limit, threshold: 0.4 })
    .map(({ obj }) => obj);
}

async function ofOpenFile(): Promise<readonly FoundSymbol[]> {
  const document = window.activeTextEditor?.document;
  if (document?.uri.scheme !== 'file') return [];
  const symbols = await commands.executeCommand<readonly (DocumentSymbol | SymbolInformation)[] | undefined>(
    'vscode.executeDocumentSymbolProvider',
    document.uri,
  );
  return symbolsOf(document.uri, symbols ?? []);
}

async function ofLanguageServers(query: string): Promise<readonly FoundSymbol[]> {
  const symbols = await commands.executeCommand<readonly SymbolInformation[] | undefined>(
    'vscode.executeWorkspaceSymbolProvider',
    query,
  );
  return (symbols ?? []).filter(({ location }) => location.uri.scheme === 'file').map(informationOf);
}

async function ofIndex(
  query: string,
  search: (text: string) => Promise<CodePage>,
): Promise<readonly FoundSymbol[]> {
  const { hits } = await search(query);
  return hits
    .filter(({ symbol }) => symbol !== '')
    .map(({ symbol, path, startLine, endLine }) => ({ name: symbol, path, startLine, endLine }));
}

async function inTime(source: Promise<readonly FoundSymbol[]>): Promise<readonly FoundSymbol[]> {
  const late = new Promise<readonly FoundSymbol[]>((resolve) =>
    setTimeout(() => resolve([]), PATIENCE_MS).unref?.(),
  );
  return Promise.race([source.catch(() => []), late]);
}
