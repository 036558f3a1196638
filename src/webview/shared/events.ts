/** Events between elements of one view: a part says what the person wants, the panel asks the host. */
import type { ApprovalAnswer, CodeBlockAct, Place } from '../protocol';

/** Detail of each custom event, by name. */
export interface ViewEvents {
  'open-place': Place;
  'pin-message': { readonly seq: number };
  'edit-message': { readonly seq: number };
  'row-toggled': { readonly callId: string; readonly expanded: boolean };
  /** Ends a call that runs; `moves`: its command goes on in the background. */
  'end-call': { readonly callId: string; readonly moves?: boolean };
  'preview-wanted': { readonly address: string; show(text: string): void };
  'prompt-submitted': { readonly text: string };
  'slash-command': { readonly name: string; readonly rest: string };
  'code-block': CodeBlockAct;
  'draft-changed': undefined;
  /** The plan was made while only reading was allowed: now it is to be done. */
  'carry-out-plan': undefined;
  /** Without a path: all changed files. */
  'review-changes': { readonly act: 'showChanges' | 'keepChanges' | 'undoChanges'; readonly path?: string };
  'restore-checkpoint': { readonly seq: number };
  /** What had the focus is gone. */
  'focus-lost': undefined;
  'approval-answered': ApprovalAnswer & { readonly id: string };
  /** What a button of the panel does, by the name of its request. */
  act: PanelAction;
}

export type PanelAction =
  | 'stop'
  | 'newChat'
  | 'resumeTurn'
  | 'retry'
  | 'regenerate'
  | 'selectModel'
  | 'selectMode'
  | 'setApiKey'
  | 'openWindowSetting'
  | 'showMemory';

/** Dispatches an event that bubbles up to the panel. */
export function send<Name extends keyof ViewEvents>(
  from: EventTarget,
  name: Name,
  detail: ViewEvents[Name],
): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}

/** Asks to open lines of a file in the editor. */
export function openPlace(from: EventTarget, place: Place): void {
  send(from, 'open-place', place);
}
