/** One chat session as the views need it; the composition root implements it over the engine. */
import type { OutputEvent } from '../engine/OutputBuffer';
import type { Opener } from '../engine/opener';
import type { PlanView } from '../webview/protocol';

interface Disposable {
  dispose(): void;
}

export interface Conversation {
  /** Id of the session now shown. */
  readonly session: string;
  /** Name of the model that answers, as the person knows it. */
  readonly modelLabel: string;
  /** Whether that is the built-in model that needs no network. */
  readonly modelIsOffline: boolean;
  /** Events so far, enough to rebuild the view; the text streamed so far of a running turn is a last `textDelta`. */
  transcript(): readonly OutputEvent[];
  onOutput(listener: (event: OutputEvent) => void): Disposable;
  /** Another session is now shown: rebuild from `transcript()`. */
  onReset(listener: () => void): Disposable;
  onModelChanged(listener: () => void): Disposable;
  /** Sends a message, also to the turn that runs. Resolves with the end of its turn; errors come as `turnEnded`. */
  submit(text: string): Promise<void>;
  stop(): void;
  /** Ends one call of the running turn, which goes on. */
  stopCall(callId: string): void;
  /** Begins a new session; `onReset` follows. */
  newChat(): Promise<void>;
  /** Goes on with a turn that a crash, an error or the call limit interrupted. Never rejects. */
  resumeTurn(): Promise<void>;
  /**
   * Goes on in a new session that has this one's up to a message of the transcript; this one stays in the history.
   * `onReset` follows. @throws VirtualContextError
   */
  fork(seq: number): Promise<void>;
  /** As `fork`, but a message of the person's is taken back: the new session ends before it. */
  rewind(seq: number): Promise<void>;
  /**
   * Asks the last question again in a new session that ends before it. Resolves when it is asked.
   * @throws VirtualContextError
   */
  retry(): Promise<void>;
  /** Sequence number of the message to scroll to, after `onReset`: the first time it is asked. */
  takeReveal(): number | undefined;
  /** Text of the message that `rewind` took back: the first time it is asked. */
  takeBack(): string | undefined;
  /** Pins a message of the transcript. @throws VirtualContextError, e.g. over the token limit */
  pinMessage(seq: number): Promise<void>;
  /** The exact text that an address names, for previews. @throws VirtualContextError */
  stored(address: string): Promise<string>;
  /** What was going on before this session, as long as it is to be shown. @throws JournalError */
  opener(): Promise<Opener | undefined>;
  dismissOpener(): Promise<void>;
  readonly plan: {
    /** The plan of the session now shown. */
    now(): PlanView;
    /** @throws VirtualContextError, e.g. when the plan is another than `revision` by now */
    change(plan: PlanView): Promise<void>;
  };
  readonly notes: {
    /** @throws VirtualContextError */
    pin(text: string, source?: string): Promise<void>;
    /** @throws VirtualContextError */
    edit(id: string, text: string): Promise<void>;
    /** @throws VirtualContextError */
    unpin(id: string): Promise<void>;
  };
}
