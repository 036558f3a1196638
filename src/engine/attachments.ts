/** What the person attaches to a message: lines of a file, read when the model is given them, or a text as it was then. */
import type { BlobHash } from './ports';

interface AttachedFile {
  readonly kind: 'file';
  /** What the person called it, e.g. `src/a.ts:10-20`. */
  readonly label: string;
  /** Workspace path, or absolute inside it. */
  readonly path: string;
  /** 1-based, inclusive; default: the whole file. */
  readonly startLine?: number;
  readonly endLine?: number;
}

/** As the person gives it. */
export type AttachmentDraft =
  | AttachedFile
  | { readonly kind: 'text'; readonly label: string; readonly text: string };

/** As it is recorded with the message. */
export type Attachment =
  | AttachedFile
  | {
      readonly kind: 'text';
      readonly label: string;
      /** Address of the `attachment.stored` that keeps it. */
      readonly address: string;
      readonly text: BlobHash;
    };

/** What an attachment costs before it is sent. */
export interface AttachmentWeight {
  /** Own tokens of all of it, as it would be shown. */
  readonly tokens: number;
  /** Own tokens that are shown of it at once; of a longer one a part is shown, the rest is in reach. */
  readonly limit: number;
}

/** What the model is shown above an attachment. */
export function headingOf(label: string): string {
  return `Attached by the person to their message: ${label}`;
}
