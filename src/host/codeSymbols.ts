/** Places and symbols of VS Code's providers, in the engine's words. */
import { type DocumentSymbol, type Position, type SymbolInformation, SymbolKind, type Uri } from 'vscode';
import type { CodePlace, CodeSymbol } from '../engine/languageFeatures';

export function placeOf(uri: Uri, range: { start: Position; end: Position }): CodePlace {
  // What is no file (a page of a package's archive) has no path: its address says what it is.
  const path = uri.scheme === 'file' ? uri.fsPath : uri.toString();
  const { start, end } = range;
  const endLine = end.character === 0 && end.line > start.line ? end.line : end.line + 1;
  return { path, startLine: start.line + 1, endLine };
}

/** @param found what `vscode.executeDocumentSymbolProvider` answers @returns flat, parents first */
export function symbolsOf(
  uri: Uri,
  found: readonly (DocumentSymbol | SymbolInformation)[],
): readonly CodeSymbol[] {
  return found.flatMap((symbol) =>
    'location' in symbol ? [informationOf(symbol)] : nested(symbol, uri, 0, ''),
  );
}

export function informationOf({ name, kind, containerName, location }: SymbolInformation): CodeSymbol {
  const { uri, range } = location;
  return { ...placeOf(uri, range), name, kind: kindName(kind), depth: 0, container: containerName ?? '' };
}

function nested(symbol: DocumentSymbol, uri: Uri, depth: number, container: string): CodeSymbol[] {
  const { name, kind, range, children } = symbol;
  return [
    { ...placeOf(uri, range), name, kind: kindName(kind), depth, container },
    ...children.flatMap((child) => nested(child, uri, depth + 1, name)),
  ];
}

/** e.g. `enum member` */
function kindName(kind: SymbolKind): string {
  return (SymbolKind[kind] ?? 'symbol').replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
