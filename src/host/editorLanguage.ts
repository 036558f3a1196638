/** The editor's language features as the agent is given them. */
import { languages } from 'vscode';
import type { WatchEdits } from '../engine/editWatch';
import type { LanguageFeatures } from '../engine/languageFeatures';
import { EditProblems, type EditProblemsParts } from './editProblems';
import { EditorLanguageFeatures, knownProblems } from './languageFeatures';

/** A file that was edited is looked at for so long, ms. */
const LOOK_MS = 5000;

export function editorLanguage(paths: Pick<EditProblemsParts, 'workspacePath' | 'absolutePath' | 'delay'>): {
  readonly language: LanguageFeatures;
  readonly watchEdits: WatchEdits;
} {
  const language = new EditorLanguageFeatures();
  const parts: EditProblemsParts = {
    ...paths,
    known: knownProblems,
    look: (path) => language.problems(path, AbortSignal.timeout(LOOK_MS)),
    onChange: (listener) => {
      const listening = languages.onDidChangeDiagnostics(listener);
      return () => listening.dispose();
    },
  };
  return { language, watchEdits: (post) => new EditProblems(parts, post) };
}
