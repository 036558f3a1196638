/** The look-up order of the memory hierarchy: resident pages, then recall, then archival storage. */
import type { FunctionOutcome } from './EngineFunction';
import type { Slice } from './textSlices';

export interface ReadRange {
  readonly path: string;
  /** 1-based, inclusive; default: the whole file. */
  readonly startLine?: number;
  readonly endLine?: number;
}

export interface FaultHandler {
  /**
   * The page fault of `read_file`: serves lines not yet resident, at most `maxResultTokens` of them.
   * @throws OutsideWorkspaceError | UnreadableFileError
   */
  readFile(range: ReadRange, signal: AbortSignal): Promise<FunctionOutcome>;
  /**
   * Brings back what an address names, byte-exact; superseded file pages come with a diff.
   * @param slice which part of it; default: from the beginning, as much as is admitted
   * @throws UnknownAddressError
   */
  pageIn(address: string, slice: Slice, signal: AbortSignal): Promise<FunctionOutcome>;
  /**
   * The exact text an address names, whole and without any heading: what `page_in … to: "notes"` pins.
   * @throws UnknownAddressError
   */
  contentOf(address: string, signal: AbortSignal): Promise<string>;
}
