/** What the person is asked before it is done, and the port that asks. */
export type ApprovalRequest =
  | {
      readonly kind: 'secretFile';
      readonly path: string;
      /** Absent: it is only read. */
      readonly change?: {
        readonly act: 'edit' | 'write' | 'delete' | 'move';
        /** What would be changed, as far as it is known; may be empty. */
        readonly diff: string;
      };
    }
  | {
      readonly kind: 'edit';
      readonly path: string;
      /** Whether the file comes into being. */
      readonly creates: boolean;
      /** Unified diff without file headers. */
      readonly diff: string;
    }
  | {
      readonly kind: 'command';
      readonly command: string;
      /** Workspace path of the folder it would run in. */
      readonly folder: string;
      readonly background: boolean;
      /** Why it is asked about; completes “The command …”. */
      readonly reason: string;
      /** It is asked about each time, whatever is allowed. */
      readonly dangerous: boolean;
      /** What could be allowed from now on, as words that a command begins with; empty: only this once. */
      readonly prefixes: readonly string[];
    }
  | {
      /** A GET request; nothing but the address is sent. */
      readonly kind: 'fetch';
      readonly url: string;
      /** What the person should know about the address, e.g. that it is on this machine; may be empty. */
      readonly reason: string;
    };

/** What the person decided. */
export interface Approval {
  readonly allowed: boolean;
  /** With an allowed command: as the person edited it. */
  readonly command?: string;
  /** How long an allowed command's prefixes are allowed from now on; absent: only this once. */
  readonly remember?: 'session' | 'always';
  /** With a refusal: what the person says to the model. */
  readonly words?: string;
}

/** Asks the person. Only this port can grant approval; no file or tool output can. */
export interface Approver {
  /** @throws EditsForbiddenError when nobody is to be asked */
  approve(request: ApprovalRequest, signal: AbortSignal): Promise<Approval>;
}
