import type { EngineFunction } from '../engine/EngineFunction';
import { archivalInsert } from './archivalInsert';
import { archivalSearch } from './archivalSearch';
import { compactContext } from './compactContext';
import { editFile } from './editFile';
import { editNote } from './editNote';
import { createGrep } from './grep';
import { listDirectory } from './listDirectory';
import { pageIn } from './pageIn';
import { pinNote } from './pinNote';
import { readFile } from './readFile';
import { recallSearch } from './recallSearch';
import { resetContext } from './resetContext';
import { searchWorkspace } from './searchWorkspace';
import { spawn } from './spawn';
import { unpinNote } from './unpinNote';
import { updatePlan } from './updatePlan';
import type { WorkspaceRoot } from './workspaceFiles';

export interface FunctionDependencies {
  /** The binary of `@vscode/ripgrep`. */
  readonly ripgrepPath: string;
  /** The workspace folders now open, as given to `NodeWorkspaceFiles`. */
  readonly roots: () => readonly WorkspaceRoot[];
}

/** @returns every function a model may call, most needed first (small windows get the first ones only) */
export function createFunctions({ ripgrepPath, roots }: FunctionDependencies): readonly EngineFunction[] {
  return [
    searchWorkspace,
    readFile,
    pageIn,
    pinNote,
    recallSearch,
    archivalSearch,
    createGrep(ripgrepPath, roots),
    editFile,
    updatePlan,
    listDirectory,
    editNote,
    unpinNote,
    archivalInsert,
    compactContext,
    resetContext,
    spawn,
  ];
}
