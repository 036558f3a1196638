import type { EngineFunction } from '../engine/EngineFunction';
import type { LanguageFeatures } from '../engine/languageFeatures';
import type { LanguageDependencies } from './aimedSymbol';
import { archivalInsert } from './archivalInsert';
import { archivalSearch } from './archivalSearch';
import { compactContext } from './compactContext';
import { deleteFile } from './deleteFile';
import { createDiagnostics } from './diagnostics';
import { createDocumentSymbols } from './documentSymbols';
import { editFile } from './editFile';
import { editNote } from './editNote';
import { createFetchUrl, type FetchPage } from './fetchUrl';
import { createFindReferences } from './findReferences';
import { createGitBlame } from './gitBlame';
import { createGitDiff } from './gitDiff';
import { createGitLog } from './gitLog';
import { createGoToDefinition } from './goToDefinition';
import { createGrep } from './grep';
import { listDirectory } from './listDirectory';
import { moveFile } from './moveFile';
import { pageIn } from './pageIn';
import { pinNote } from './pinNote';
import { readFile } from './readFile';
import { recallSearch } from './recallSearch';
import { createRenameSymbol } from './renameSymbol';
import { resetContext } from './resetContext';
import { type CommandParts, createCommandOutput, createRunCommand, createStopCommand } from './runCommand';
import { searchWorkspace } from './searchWorkspace';
import { spawn } from './spawn';
import { unpinNote } from './unpinNote';
import { updatePlan } from './updatePlan';
import type { WorkspaceRoot } from './workspaceFiles';
import { createWorkspaceSymbols } from './workspaceSymbols';
import { writeFile } from './writeFile';

export interface FunctionDependencies {
  /** The binary of `@vscode/ripgrep`. */
  readonly ripgrepPath: string;
  /** The workspace folders now open, as given to `NodeWorkspaceFiles`. */
  readonly roots: () => readonly WorkspaceRoot[];
  /** Missing where there is no editor. */
  readonly language?: LanguageFeatures;
  /** Missing where nobody can be asked. */
  readonly fetchPage?: FetchPage;
  /** Without it no commands are offered. */
  readonly commands?: CommandParts;
}

/** @returns every function a model may call, most needed first (small windows get the first ones only) */
export function createFunctions({
  ripgrepPath,
  roots,
  language,
  fetchPage,
  commands,
}: FunctionDependencies): readonly EngineFunction[] {
  return [
    searchWorkspace,
    readFile,
    pageIn,
    pinNote,
    recallSearch,
    archivalSearch,
    createGrep(ripgrepPath, roots),
    editFile,
    ...(commands ? [createRunCommand(commands, roots)] : []),
    writeFile,
    updatePlan,
    listDirectory,
    moveFile,
    deleteFile,
    ...(language ? languageFunctions({ language, roots }) : []),
    createGitDiff(roots),
    createGitLog(roots),
    createGitBlame(roots),
    ...(fetchPage ? [createFetchUrl(fetchPage)] : []),
    editNote,
    unpinNote,
    archivalInsert,
    compactContext,
    resetContext,
    spawn,
    ...(commands ? [createCommandOutput(commands), createStopCommand(commands)] : []),
  ];
}

function languageFunctions(dependencies: LanguageDependencies): readonly EngineFunction[] {
  return [
    createDiagnostics(dependencies),
    createFindReferences(dependencies),
    createGoToDefinition(dependencies),
    createDocumentSymbols(dependencies),
    createWorkspaceSymbols(dependencies),
    createRenameSymbol(dependencies),
  ];
}
