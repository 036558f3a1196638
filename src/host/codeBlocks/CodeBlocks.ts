/** What the buttons of a code block do: at the cursor, into the file it is about, or into a new one. */
import { type QuickPickItem, Range, Uri, window, workspace } from 'vscode';
import { codeFence } from '../../engine/codeFence';
import { EditsForbiddenError, UnreadableFileError, VirtualContextError } from '../../engine/errors';
import type { WorkspaceFiles } from '../../engine/ports';
import type { CodeBlockAct, CodeBlockResult } from '../../webview/protocol';
import { pathToken } from '../mentions/mentionTokens';
import { applyBlock } from './applyBlock';

export interface CodeBlocksParts {
  readonly files: WorkspaceFiles;
  /** @throws VirtualContextError */
  readonly absolute: (path: string) => string;
  /** Workspace paths of all files, those that are open first. */
  readonly list: () => Promise<readonly string[]>;
  /** As `AgentProcess.takeOver`. */
  readonly write: (path: string, before: string | undefined, after: string) => Promise<boolean>;
}

export class CodeBlocks {
  constructor(private readonly parts: CodeBlocksParts) {}

  /** @throws VirtualContextError */
  async run(block: CodeBlockAct): Promise<CodeBlockResult> {
    if (block.act === 'apply') return this.apply(block);
    await (block.act === 'insert' ? insertAtCursor(block.code) : this.create(block));
    return {};
  }

  private async apply({ code, path, language }: CodeBlockAct): Promise<CodeBlockResult> {
    refuseRestricted();
    const target = path ?? (await this.askFile());
    if (target === undefined) return {};
    const { files, write } = this.parts;
    const now = await files.read(target, new AbortController().signal);
    const applied = applyBlock(now.text, code);
    if (!applied.ok) {
      return {
        refused: {
          why: `Not applied to ${now.path}: nothing was changed. ${applied.reason}`,
          ask: `Apply this to ${pathToken(now.path)}, where it belongs; change nothing else.\n\n${fenced(code, language)}`,
        },
      };
    }
    if (await write(now.path, now.text, applied.text)) await this.show(now.path, now.text, applied.text);
    return {};
  }

  private async create({ code, path, language }: CodeBlockAct): Promise<void> {
    refuseRestricted();
    const { files, write } = this.parts;
    const proposed = path ?? `untitled.${/^\w{1,10}$/.test(language) ? language : 'txt'}`;
    const slash = proposed.lastIndexOf('/') + 1;
    const dot = proposed.lastIndexOf('.');
    const written = await window.showInputBox({
      title: 'Create File',
      prompt: 'Where it is to be, relative to the workspace folder.',
      value: proposed,
      valueSelection: [slash, dot > slash ? dot : proposed.length],
    });
    if (!written?.trim()) return;
    const target = files.canonical(written.trim());
    if ((await files.version(target)) !== undefined)
      throw new VirtualContextError(`${target} exists already.`, 'Use Apply, or choose another name.');
    if (!(await write(target, undefined, code.endsWith('\n') ? code : `${code}\n`))) return;
    await window.showTextDocument(Uri.file(this.parts.absolute(target)), { preview: false });
  }

  private async askFile(): Promise<string | undefined> {
    const items = (await this.parts.list()).map((path): QuickPickItem => ({ label: path }));
    if (items.length === 0)
      throw new UnreadableFileError('There is no file to apply it to.', 'Use Create File.');
    const title = 'Apply the Code Block';
    const picked = await window.showQuickPick(items, { title, placeHolder: 'To which file?' });
    return picked?.label;
  }

  /** At the first line that is another now. */
  private async show(path: string, before: string, after: string): Promise<void> {
    const document = await workspace.openTextDocument(Uri.file(this.parts.absolute(path)));
    const [old, now] = [before.split('\n'), after.split('\n')];
    const line = Math.max(
      0,
      now.findIndex((text, i) => text !== old[i]),
    );
    const place = document.validateRange(new Range(line, 0, line, 0));
    await window.showTextDocument(document, { preview: true, selection: place });
  }
}

function fenced(code: string, language: string): string {
  const fence = codeFence(code);
  return `${fence}${language}\n${code.replace(/\n$/, '')}\n${fence}`;
}

async function insertAtCursor(code: string): Promise<void> {
  const editor = window.activeTextEditor;
  if (!editor)
    throw new VirtualContextError('No editor is open.', 'Open a file and put the cursor where it belongs.');
  const text = code.replace(/\n$/, '');
  const done = await editor.edit((edit) => {
    for (const selection of editor.selections) edit.replace(selection, text);
  });
  if (!done) throw new VirtualContextError('The editor did not take it.', 'The file may be read-only.');
  await window.showTextDocument(editor.document, editor.viewColumn);
}

function refuseRestricted(): void {
  if (workspace.isTrusted) return;
  throw new EditsForbiddenError('Files cannot be edited in Restricted Mode.', 'Trust the workspace first.');
}
