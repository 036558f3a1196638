/** Mentions of the message that is being written: what can be mentioned, what it costs, and what is sent for it. */
import { stat } from 'node:fs/promises';
import fuzzysort from 'fuzzysort';
import { TabInputText, Uri, window } from 'vscode';
import type { AgentProcess } from '../../engine/AgentProcess';
import type { AttachmentDraft } from '../../engine/attachments';
import { describeError, VirtualContextError } from '../../engine/errors';
import type { SessionEvent } from '../../engine/events';
import type { CodePage, WorkspaceFiles } from '../../engine/ports';
import type { MentionKind, MentionOption, MentionWeight } from '../../webview/protocol';
import { chatTitle } from '../chatStore';
import { selectedLines } from '../editorState';
import type { EarlierChat } from '../sessionCommands';
import { chatExcerpt } from './chatExcerpt';
import { FileList } from './FileList';
import { findSymbols } from './findSymbols';
import { type Mention, mentionsIn, pathToken, type SpecialMention } from './mentionTokens';
import { problemsText } from './problemsText';

export interface MentionParts {
  readonly files: WorkspaceFiles;
  /** Absolute path of a workspace path; of a folder as well. @throws VirtualContextError */
  readonly absolute: (path: string) => string;
  /** Workspace paths of all files. */
  readonly list: () => Promise<readonly string[]>;
  /** The workspace index. @throws DiskUnavailableError | BadQueryError */
  readonly search: (text: string) => Promise<CodePage>;
  /** The session shown. @throws JournalError */
  readonly agent: () => Promise<AgentProcess>;
  readonly chats: () => Promise<readonly EarlierChat[]>;
  readonly lineage: (session: string) => AsyncIterable<SessionEvent>;
  /** What the person's last command in a terminal has printed. @throws VirtualContextError */
  readonly terminal: () => string;
  /** Which command that is, and how it ended; empty where none is known. */
  readonly lastCommand: () => string;
  /** What is not committed, without files that look secret. @throws VirtualContextError */
  readonly changes: (signal: AbortSignal) => Promise<string>;
}

/** Options shown at once. */
const OPTIONS = 30;
/** Of these, at most so many of one kind that takes longer to find. */
const SYMBOLS = 12;
const CHATS = 8;
/** Files of a folder that are named. */
const LISTED_FILES = 400;
/** Open editors that `@editors` attaches. */
const EDITORS = 20;
/** What is to be attached is waited for so long, ms: a message must not wait for a git that hangs. */
const PATIENCE_MS = 10_000;

const SPECIALS: Readonly<Record<SpecialMention, { readonly label: string; readonly detail: string }>> = {
  selection: { label: 'Selection', detail: 'What is selected in the editor' },
  editors: { label: 'Open editors', detail: 'All files that are open in tabs' },
  problems: { label: 'Problems', detail: 'Errors and warnings of the workspace' },
  terminal: { label: 'Terminal', detail: 'Output of the last command' },
  changes: { label: 'Git changes', detail: 'What is not committed yet, without secret files' },
};

export class Mentions {
  private readonly files: FileList;

  constructor(private readonly parts: MentionParts) {
    this.files = new FileList(parts.list);
  }

  /** @param query what was typed after the `@`; empty for what is nearest to what the person does */
  async find(query: string): Promise<readonly MentionOption[]> {
    const named = query.replace(/^"/, '');
    const specials = this.specials();
    if (named === '') return [...specials, ...this.openFiles()].slice(0, OPTIONS);
    const special = fuzzysort.go(named, specials, { key: 'label', threshold: 0.5 }).map(({ obj }) => obj);
    const notes = (await this.parts.agent()).notes.list().map(
      ({ id, text }): MentionOption => ({
        kind: 'note',
        token: `@note:${id}`,
        label: text.split('\n', 1)[0] ?? '',
        detail: 'Pinned note',
      }),
    );
    const noted = fuzzysort
      .go(named, notes, { key: 'label', threshold: 0.5, limit: 5 })
      .map(({ obj }) => obj);
    const paths = (await this.files.get()).search(named, OPTIONS).map(({ path, name }): MentionOption => {
      const folder = path.endsWith('/');
      return { kind: folder ? 'folder' : 'file', token: pathToken(path), label: name, detail: path };
    });
    return [...special, ...paths, ...noted].slice(0, OPTIONS);
  }

  /** Symbols and earlier chats: what takes longer to find. */
  async findMore(query: string): Promise<readonly MentionOption[]> {
    if (query.length < 2) return [];
    const [symbols, chats] = await Promise.all([
      findSymbols(query, this.parts.search, SYMBOLS),
      this.parts.chats(),
    ]);
    const found = symbols.flatMap(({ name, path, startLine, endLine }): MentionOption[] => {
      const place = this.inside(path);
      if (place === undefined) return [];
      const token = pathToken(place, startLine, endLine);
      return [{ kind: 'symbol', token, label: name, detail: token.slice(1) }];
    });
    const titled = chats
      .filter(({ name, title }) => name !== undefined || title !== undefined)
      .map((chat) => ({
        id: chat.id,
        title: chatTitle(chat),
        when: new Date(chat.modified).toLocaleString(),
      }));
    const earlier = fuzzysort.go(query, titled, { key: 'title', threshold: 0.5, limit: CHATS }).map(
      ({ obj: { id, title, when } }): MentionOption => ({
        kind: 'chat',
        token: `@chat:${id}`,
        label: title,
        detail: when,
      }),
    );
    return [...found, ...earlier];
  }

  /** What is sent for the mentions of a message. Never throws: the model is told of what cannot be attached. */
  async drafts(text: string): Promise<readonly AttachmentDraft[]> {
    const resolved = await Promise.all(mentionsIn(text).map((mention) => this.resolve(mention)));
    return resolved.flatMap((mention) => {
      if (!mention) return [];
      if (mention.problem === '') return mention.drafts;
      return [{ kind: 'text', label: mention.label, text: `It could not be attached: ${mention.problem}` }];
    });
  }

  /** What the mentions of a message cost. What names nothing is no mention. @throws JournalError */
  async weigh(text: string): Promise<readonly MentionWeight[]> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const mentions = mentionsIn(text);
    const resolved = await Promise.all(mentions.map((mention) => this.resolve(mention)));
    const drafts = resolved.flatMap((mention) => mention?.drafts ?? []);
    const weights = drafts.length === 0 ? [] : await (await this.parts.agent()).weigh(drafts, signal);
    return mentions.flatMap(({ token }, index) => {
      const mention = resolved[index];
      if (!mention) return [];
      const own = weights.filter((_, i) => mention.drafts.includes(drafts[i] as AttachmentDraft));
      const failed = own.find((weight) => weight instanceof Error);
      const known = own.flatMap((weight) => (weight instanceof Error ? [] : [weight]));
      return [
        {
          kind: mention.kind,
          token,
          tokens: known.reduce((sum, { tokens }) => sum + tokens, 0),
          partly: known.some(({ tokens, limit }) => tokens > limit),
          problem: mention.problem !== '' ? mention.problem : failed ? describeError(failed) : '',
        },
      ];
    });
  }

  /** Workspace paths of all files, those in tabs first. */
  async paths(): Promise<readonly string[]> {
    return [...new Set([...this.openPaths(), ...(await this.files.get()).files])];
  }

  /** @param uris `file:` addresses or absolute paths @throws OutsideWorkspaceError */
  tokensOf(uris: readonly string[]): string {
    return uris
      .map((uri) => (/^file:/i.test(uri) ? Uri.parse(uri).fsPath : uri))
      .map((path) => pathToken(this.parts.files.canonical(path)))
      .join(' ');
  }

  /** The lines that are selected in an editor, else all of its file. @throws VirtualContextError */
  editorToken(): string {
    const editor = window.activeTextEditor;
    if (!editor)
      throw new VirtualContextError('No file is open in an editor.', 'Open one, and select what you mean.');
    const place = editor.document.uri.scheme === 'file' ? this.inside(editor.document.uri.fsPath) : undefined;
    if (place === undefined) return '@selection';
    if (editor.selection.isEmpty) return pathToken(place);
    const { startLine, endLine } = selectedLines(editor);
    return pathToken(place, startLine, endLine);
  }

  private specials(): MentionOption[] {
    const selected = window.activeTextEditor?.selection.isEmpty === false;
    return Object.entries(SPECIALS).flatMap(([kind, words]): MentionOption[] => {
      if (kind !== 'selection') {
        const detail = (kind === 'terminal' && this.parts.lastCommand()) || words.detail;
        return [{ kind: kind as SpecialMention, token: `@${kind}`, label: words.label, detail }];
      }
      // What is selected when the message is sent may be something else.
      const token = selected ? this.editorToken() : '';
      return selected ? [{ kind, token, ...words, detail: token.slice(1) }] : [];
    });
  }

  private openFiles(): MentionOption[] {
    return this.openPaths().map((path) => ({
      kind: 'file',
      token: pathToken(path),
      label: path.slice(path.lastIndexOf('/') + 1),
      detail: path,
    }));
  }

  /** Workspace paths of the files in tabs, the active one first. */
  private openPaths(): string[] {
    const active = window.activeTextEditor?.document.uri;
    const tabs = window.tabGroups.all.flatMap((group) =>
      group.tabs.flatMap(({ input }) => (input instanceof TabInputText ? [input.uri] : [])),
    );
    const uris = [...(active ? [active] : []), ...tabs].filter(({ scheme }) => scheme === 'file');
    return [...new Set(uris.flatMap(({ fsPath }) => this.inside(fsPath) ?? []))];
  }

  /** The workspace path of a file, if it is in the workspace. */
  private inside(path: string): string | undefined {
    try {
      return this.parts.files.canonical(path);
    } catch {
      return undefined;
    }
  }

  private async resolve(mention: Mention): Promise<ResolvedMention | undefined> {
    const label = mention.token.slice(1);
    const kind = mention.target.kind === 'path' ? 'file' : mention.target.kind;
    try {
      return await inTime(this.resolved(mention, label));
    } catch (error) {
      return { kind, label, drafts: [], problem: describeError(error) };
    }
  }

  /** @throws VirtualContextError with why it cannot be attached */
  private async resolved({ target }: Mention, label: string): Promise<ResolvedMention | undefined> {
    const text = (content: string): ResolvedMention => ({
      kind: target.kind === 'path' ? 'folder' : target.kind,
      label,
      drafts: [{ kind: 'text', label, text: content }],
      problem: '',
    });
    switch (target.kind) {
      case 'path':
        return this.place(target, label, text);
      case 'selection': {
        const editor = window.activeTextEditor;
        if (!editor)
          throw new VirtualContextError('No editor is open.', 'Open a file and select some lines.');
        const { document, selection } = editor;
        return text(document.getText(selection.isEmpty ? undefined : selection));
      }
      case 'editors': {
        const drafts = this.openPaths()
          .slice(0, EDITORS)
          .map((path) => ({ kind: 'file', label: path, path }) as const);
        if (drafts.length === 0)
          throw new VirtualContextError('No file of the workspace is open in a tab.', 'Open one.');
        return { kind: 'editors', label, drafts, problem: '' };
      }
      case 'problems':
        return text(problemsText());
      case 'terminal':
        return text(this.parts.terminal());
      case 'changes':
        return text(await this.parts.changes(AbortSignal.timeout(PATIENCE_MS)));
      case 'note': {
        const note = (await this.parts.agent()).notes.list().find(({ id }) => id === target.id);
        if (note) return text(note.text);
        throw new VirtualContextError(`No note ${target.id} is pinned.`, 'Choose one after @.');
      }
      case 'chat': {
        const excerpt = await chatExcerpt(this.parts.lineage(target.id));
        if (excerpt !== '') return text(excerpt);
        throw new VirtualContextError(`There is no chat ${target.id}.`, 'Choose one after @.');
      }
    }
  }

  private async place(
    target: Extract<Mention['target'], { kind: 'path' }>,
    label: string,
    text: (content: string) => ResolvedMention,
  ): Promise<ResolvedMention | undefined> {
    const { kind: _, ...range } = target;
    const path = this.canonical(target.path);
    if (path === undefined) return undefined;
    const found = await stat(this.parts.absolute(path)).catch(() => undefined);
    if (found?.isDirectory()) return text(await this.listed(path));
    if (!found) return undefined;
    return { kind: 'file', label, drafts: [{ kind: 'file', label, ...range, path }], problem: '' };
  }

  /** Undefined for what is no path at all. @throws OutsideWorkspaceError for what is one outside */
  private canonical(path: string): string | undefined {
    try {
      return this.parts.files.canonical(path);
    } catch (error) {
      // `@/` and `@..` stand in code; a way that leads somewhere else is meant as one.
      if (/^(?:\/|\.\.\/|~\/|[A-Za-z]:[\\/]).*\w/.test(path)) throw error;
      return undefined;
    }
  }

  private async listed(folder: string): Promise<string> {
    const { files } = await this.files.get();
    const inside = folder === '.' ? files : files.filter((file) => file.startsWith(`${folder}/`));
    const more = inside.length - LISTED_FILES;
    const lines = inside.slice(0, LISTED_FILES);
    if (more > 0) lines.push(`and ${more} more; list_directory shows them`);
    return lines.length === 0 ? `${folder} holds no files that are not ignored.` : lines.join('\n');
  }
}

interface ResolvedMention {
  readonly kind: MentionKind;
  readonly label: string;
  readonly drafts: readonly AttachmentDraft[];
  /** Why it cannot be attached; empty when it can. */
  readonly problem: string;
}

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new VirtualContextError('It took too long.', 'Try again.');
    timer = setTimeout(() => reject(error), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
