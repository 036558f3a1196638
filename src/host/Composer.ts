/** What the chat panel asks on behalf of the input box and of code blocks. */
import { window } from 'vscode';
import type { AttachmentDraft } from '../engine/attachments';
import type {
  CodeBlockAct,
  CodeBlockResult,
  MentionOption,
  MentionWeight,
  SlashResult,
} from '../webview/protocol';
import type { ChatSessions } from './chatSessions';
import { CodeBlocks } from './codeBlocks/CodeBlocks';
import { type MentionParts, Mentions } from './mentions/Mentions';
import { runSlash } from './slashCommands';

export interface ComposerParts extends Omit<MentionParts, 'agent'> {
  readonly sessions: ChatSessions;
}

export class Composer {
  private readonly mentions: Mentions;
  private readonly blocks: CodeBlocks;

  constructor(private readonly parts: ComposerParts) {
    const { sessions } = parts;
    this.mentions = new Mentions({ ...parts, agent: () => sessions.current() });
    this.blocks = new CodeBlocks({
      ...parts,
      list: () => this.mentions.paths(),
      write: async (path, before, after) => (await sessions.current()).takeOver(path, before, after),
    });
  }

  /** @param more with what takes longer to find */
  find(query: string, more: boolean): Promise<readonly MentionOption[]> {
    return more ? this.mentions.findMore(query) : this.mentions.find(query);
  }

  weigh(text: string): Promise<readonly MentionWeight[]> {
    return this.mentions.weigh(text);
  }

  /** What is sent with a message for its mentions. Never throws. */
  drafts(text: string): Promise<readonly AttachmentDraft[]> {
    return this.mentions.drafts(text);
  }

  /** @throws OutsideWorkspaceError */
  tokensOf(uris: readonly string[]): string {
    return this.mentions.tokensOf(uris);
  }

  /** Mention of what is selected in the editor, else of its file. @throws VirtualContextError */
  editorToken(): string {
    return this.mentions.editorToken();
  }

  /** @throws VirtualContextError */
  slash(name: string, rest: string): Promise<SlashResult> {
    return runSlash(name, rest, {
      sessions: this.parts.sessions,
      editorToken: () => this.mentions.editorToken(),
      isSelected: () => window.activeTextEditor?.selection.isEmpty === false,
    });
  }

  /** @throws VirtualContextError */
  codeBlock(block: CodeBlockAct): Promise<CodeBlockResult> {
    return this.blocks.run(block);
  }
}
