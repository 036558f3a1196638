import type { ChatEvent } from '../webview/protocol';

interface Disposable {
  dispose(): void;
}

/** What the chat panel shows beside the transcript: each event takes the place of the one before. */
export interface PanelSource {
  /** What it would have said by now. */
  current(): readonly ChatEvent[];
  onEvent(listener: (event: ChatEvent) => void): Disposable;
}
