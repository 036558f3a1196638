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
  const { languageId } = document;
  if (known.has(languageId) || !formatsOnSave(document)) return;
  known.add(languageId);
  if (!extensions.all.some(({ packageJSON }) => isFor(packageJSON, languageId))) return;
  // There is no other way to ask for one; of a text that is formatted already it says nothing.
  const isThere = async () => (await formatting(document)) !== undefined;
  for (let waited = 0; waited < PATIENCE_MS && !(await isThere()); waited += STEP_MS) await sleep(STEP_MS);
}

/** Whether saving was to format the document and did not: of one that was just opened a busy formatter may know nothing. */
export async function missedFormatting(document: TextDocument): Promise<boolean> {
  // Else only the lines that were changed since the last commit are formatted.
  const whole = settingsOf(document).get('formatOnSaveMode', 'file') === 'file';
  return whole && formatsOnSave(document) && ((await formatting(document)) ?? []).length > 0;
}

function formatsOnSave(document: TextDocument): boolean {
  return settingsOf(document).get('formatOnSave', false);
}

function settingsOf(document: TextDocument) {
  return workspace.getConfiguration('editor', document);
}

/** @returns undefined where nobody answers */
async function formatting(document: TextDocument): Promise<readonly unknown[] | undefined> {
  const settings = settingsOf(document);
  const options = { insertSpaces: settings.get('insertSpaces', true), tabSize: settings.get('tabSize', 4) };
  const edits = commands.executeCommand<readonly unknown[] | undefined>(
    'vscode.executeFormatDocumentProvider',
    document.uri,
    options,
  );
  return Promise.resolve(edits).catch(() => undefined);
}

function isFor(manifest: unknown, language: string): boolean {
  const { activationEvents } = manifest as { readonly activationEvents?: readonly string[] };
  return activationEvents?.includes(`onLanguage:${language}`) ?? false;
}
