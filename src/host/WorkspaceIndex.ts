/** The index of what is open, kept in step with the folders, the editors, the settings and what the person is at. */
import { type Disposable, type ExtensionContext, workspace } from 'vscode';
import type { Attention, IndexControl } from '../engine/indexStatus';
import type { ApiKeys } from './apiKeys';
import { AttentionReporter } from './attentionReporter';
import { IndexStatusItem } from './indexStatusItem';
import { onReturn } from './onReturn';
import { affectsEmbeddings, affectsIndex, readSettings } from './settings';
import { SharedIndexAccess } from './sharedIndexAccess';
import { UnsavedReporter } from './unsavedReporter';
import { type EmbeddingIndex, WorkspaceEmbeddings } from './workspaceEmbeddings';
import { workspaceRoots } from './workspaceRoots';

/** The disk process, as far as it is needed here. */
interface IndexedDisk extends IndexControl, EmbeddingIndex {
  openWorkspace(
    roots: ReturnType<typeof workspaceRoots>,
    options: { readonly maxFileBytes: number; readonly maxFiles: number },
    shared: Awaited<ReturnType<SharedIndexAccess['location']>>,
  ): Promise<void>;
  attend(attention: Attention): Promise<void>;
  overlay(absolutePath: string, text: string | null): Promise<void>;
  reconcile(): Promise<void>;
}

export interface WorkspaceIndexParts {
  readonly disk: IndexedDisk;
  /** Folder of the index. */
  readonly store: string;
  readonly keys: ApiKeys;
  readonly context: Pick<ExtensionContext, 'secrets' | 'workspaceState'>;
  /** Takes what goes on by itself, and notes its failure. */
  readonly background: (work: Promise<unknown>, what: string) => void;
}

export class WorkspaceIndex implements Disposable {
  readonly shared: SharedIndexAccess;
  readonly embeddings: WorkspaceEmbeddings;
  readonly status: IndexStatusItem;
  private readonly attention: AttentionReporter;
  private readonly unsaved: UnsavedReporter;
  private readonly subscriptions: readonly Disposable[];

  constructor(private readonly parts: WorkspaceIndexParts) {
    const { disk, store, keys, context, background } = parts;
    this.attention = new AttentionReporter(
      (what) => {
        if (folderIsOpen()) background(disk.attend(what), 'index');
      },
      () => readSettings().pauseOnBattery,
    );
    this.shared = new SharedIndexAccess(context.secrets, context.workspaceState, () => this.open());
    this.embeddings = new WorkspaceEmbeddings(disk, keys, context.workspaceState);
    this.unsaved = new UnsavedReporter(
      (path, text) => background(disk.overlay(path, text), 'unsaved text'),
      () => readSettings().maxFileBytes,
    );
    this.status = new IndexStatusItem(disk, store);
    this.subscriptions = [
      this.attention,
      this.embeddings,
      this.unsaved,
      this.status,
      onReturn(() => {
        if (folderIsOpen()) background(disk.reconcile(), 'index');
      }),
      workspace.onDidChangeWorkspaceFolders(() => this.open()),
      workspace.onDidGrantWorkspaceTrust(() => this.embed()),
      workspace.onDidChangeConfiguration((change) => {
        if (affectsIndex(change) && folderIsOpen()) this.open();
        if (affectsEmbeddings(change)) this.embed();
      }),
    ];
  }

  /** Starts the disk process where a folder is open. */
  start(): void {
    this.embed();
    if (folderIsOpen()) this.open();
    this.unsaved.reportAll();
  }

  dispose(): void {
    for (const each of this.subscriptions) each.dispose();
  }

  private open(): void {
    const opening = async () => {
      const { maxFileBytes, maxFiles } = readSettings();
      const shared = await this.shared.location();
      await this.parts.disk.openWorkspace(workspaceRoots(), { maxFileBytes, maxFiles }, shared);
    };
    // First what is open: the walk begins there.
    this.attention.report(false);
    this.parts.background(opening(), 'index');
  }

  private embed(): void {
    if (folderIsOpen()) this.parts.background(this.embeddings.apply(), 'embeddings');
  }
}

function folderIsOpen(): boolean {
  return workspaceRoots().length > 0;
}
