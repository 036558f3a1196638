/** The events of the session log that tell what the model and the person do to files. */
import type { BlobHash, FileForm } from '../ports';

/** A file with changes that wait for the person, or did. Texts are the whole file's; absent: there is none. */
export interface PendingChange {
  /** Where it was moved from. */
  readonly from?: string;
  /** Without the changes that wait. */
  readonly baseline?: BlobHash;
  /** After the last of them. */
  readonly last?: BlobHash;
  /** Of a file that was deleted. */
  readonly form?: FileForm;
  /** Session that made them, when they were handed over from it. */
  readonly chat?: string;
}

/** A `PendingChange` of a file named. */
export type PendingPath = PendingChange & { readonly path: string };

/** What the person had done to a file. Texts are the whole file's; absent: there was none, or it is binary. */
export interface ChangedFile {
  /** Workspace path. */
  readonly path: string;
  /** Where it was moved from. */
  readonly from?: string;
  readonly before?: BlobHash;
  readonly after?: BlobHash;
  /** Of a file that is no longer there. */
  readonly form?: FileForm;
}

export type CheckpointReason = 'restore' | 'branch';

export type ChangeEventBody =
  | {
      /** The model has created, edited, moved or deleted a file. */
      readonly type: 'file.edited';
      /** Workspace path. */
      readonly path: string;
      /** Where it was moved from. */
      readonly from?: string;
      /** The whole text before; absent when the file was created, and of binary files. */
      readonly before?: BlobHash;
      /** The whole text afterwards, as saving has left it; absent when the file was deleted, and of binary files. */
      readonly after?: BlobHash;
      /** What the text does not tell of a file that is no longer there. */
      readonly form?: FileForm;
      /** Addresses of the pages it was based on. */
      readonly basedOn: readonly string[];
      /** The text without the changes that wait for the person, when that is other than it was. */
      readonly baseline?: BlobHash;
      /** The person need not be asked about it. */
      readonly kept?: true;
    }
  | {
      /** The person has judged changes of a file. */
      readonly type: 'file.reviewed';
      /** Workspace path; of a move, where the file was moved to. */
      readonly path: string;
      readonly decision: 'kept' | 'undone';
      /** What waits from now on; absent: nothing. */
      readonly pending?: PendingChange;
      /** Undone: what has become of files. */
      readonly changed?: readonly ChangedFile[];
    }
  | {
      /** A file is about to be changed, by what `file.edited` or `file.notEdited` will tell. Blobs may be missing still. */
      readonly type: 'file.editing';
      readonly kind: 'write' | 'delete' | 'move';
      readonly path: string;
      readonly from?: string;
      readonly before?: BlobHash;
      readonly after?: BlobHash;
      /** What is deleted is no text. */
      readonly binary?: true;
      readonly basedOn: readonly string[];
      readonly kept?: true;
    }
  | {
      /** What was about to be done was not. */
      readonly type: 'file.notEdited';
      readonly path: string;
    }
  | {
      /** The first edit of a turn is about to be made: the files as they are now can be had again. */
      readonly type: 'checkpoint.created';
      readonly turn: number;
      /** What else is about to be made: files are put back, or the chat goes on from before they were edited. */
      readonly why?: CheckpointReason;
      /** What waits then, where it is other than the events before tell. */
      readonly waiting?: readonly PendingPath[];
    }
  | {
      /** What waited in the session that was shown before waits here from now on. */
      readonly type: 'changes.taken';
      readonly from: string;
      /** What was done to files there after the place where this session branched off. */
      readonly changed: readonly ChangedFile[];
      /** All that waits from now on. */
      readonly pending: readonly PendingPath[];
    }
  | {
      /** What waited here waits in another session from now on. */
      readonly type: 'changes.left';
      readonly to: string;
      readonly paths: readonly string[];
    }
  | {
      /** The person has had files put back as they were at a checkpoint. */
      readonly type: 'checkpoint.restored';
      /** Sequence number of its `checkpoint.created`. */
      readonly checkpoint: number;
      readonly changed: readonly ChangedFile[];
      /** What waits from now on, of each of the files: absent where nothing does. */
      readonly pending: readonly PendingPath[];
    };
