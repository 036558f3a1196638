/** The left sides of the review's diffs: read-only documents with the text that a file had before. */
import { type Disposable, EventEmitter, type TextDocumentContentProvider, type Uri, workspace } from 'vscode';
import * as z from 'zod';

/** As what it was before which edits: those that wait for review, or all since a checkpoint. */
const aim = z.union([
  z.object({ kind: z.literal('review') }),
  z.object({ kind: z.literal('checkpoint'), seq: z.number() }),
  z.object({ kind: z.literal('nothing') }),
]);
const name = z.object({ path: z.string(), of: aim });
type Aim = z.infer<typeof aim>;

export interface BeforeTexts {
  /** Text before the edits that wait for review; undefined when none wait. @throws JournalError */
  review(path: string): Promise<string | undefined>;
  /** Text at a checkpoint; undefined when there was no such file. @throws JournalError */
  checkpoint(path: string, seq: number): Promise<string | undefined>;
}

export class BeforeDocuments implements TextDocumentContentProvider, Disposable {
  static readonly scheme = 'virtual-context-before';

  private readonly changed = new EventEmitter<Uri>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly texts: BeforeTexts) {}

  /**
   * The name of such a document says all there is to know: editors find their text again after a reload.
   * @param file the file as it is now @param path its workspace path
   */
  static uri(file: Uri, path: string, of: Aim): Uri {
    return file.with({ scheme: BeforeDocuments.scheme, query: JSON.stringify({ path, of }) });
  }

  /** @returns what such a document shows, and of which workspace path; undefined for other documents */
  static nameOf(uri: Uri): { readonly path: string; readonly of: Aim } | undefined {
    if (uri.scheme !== BeforeDocuments.scheme) return undefined;
    try {
      return name.parse(JSON.parse(uri.query));
    } catch {
      // Anyone can open such a document under a name of their own.
      return undefined;
    }
  }

  /** @throws JournalError */
  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const { path, of } = BeforeDocuments.nameOf(uri) ?? { path: '', of: { kind: 'nothing' } };
    if (of.kind === 'review') return (await this.texts.review(path)) ?? '';
    return of.kind === 'checkpoint' ? ((await this.texts.checkpoint(path, of.seq)) ?? '') : '';
  }

  /** What is kept moves the text before it: documents that are shown are asked for again. */
  refresh(): void {
    for (const { uri } of workspace.textDocuments)
      if (BeforeDocuments.nameOf(uri)?.of.kind === 'review') this.changed.fire(uri);
  }

  dispose(): void {
    this.changed.dispose();
  }
}
