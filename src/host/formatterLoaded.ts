/** Formatters come with the extension of a language, which VS Code loads when it first sees a file of it: too late for that one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { commands, extensions, type TextDocument, workspace } from 'vscode';

/** A formatter that has not come after this is not waited for, ms. */
const PATIENCE_MS = 2000;
const STEP_MS = 100;

/** Languages that were waited for. */
const known = new Set<string>();

/** Resolves when saving the document can format it, if it is to; of each language only the first waits. Never throws. */
export async function formatterLoaded(document: TextDocument): Promise<void> {
  const { languageId, uri } = document;
  if (known.has(languageId) || !workspace.getConfiguration('editor', document).get('formatOnSave')) return;
  known.add(languageId);
  if (!extensions.all.some(({ packageJSON }) => isFor(packageJSON, languageId))) return;
  const options = { tabSize: 4, insertSpaces: true };
  // There is no other way to ask for one; of a text that is formatted already it says nothing.
  const isThere = async () => {
    const edits = commands.executeCommand('vscode.executeFormatDocumentProvider', uri, options);
    return (await Promise.resolve(edits).catch(() => undefined)) !== undefined;
  };
  for (let waited = 0; waited < PATIENCE_MS && !(await isThere()); waited += STEP_MS) await sleep(STEP_MS);
}

function isFor(manifest: unknown, language: string): boolean {
  const { activationEvents } = manifest as { readonly activationEvents?: readonly string[] };
  return activationEvents?.includes(`onLanguage:${language}`) ?? false;
}
