/** What to say and offer when a turn did not end well. */
import type { PanelAction } from '../shared/events';
import type { EndItem } from './Transcript';

export interface EndAdvice {
  readonly severity: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly actions: readonly { readonly label: string; readonly action: PanelAction }[];
}

const RETRY = { label: 'Retry', action: 'resumeTurn' } as const;
const CONTINUE = { label: 'Continue', action: 'resumeTurn' } as const;
const SET_KEY = { label: 'Set API Key', action: 'setApiKey' } as const;
const SELECT_MODEL = { label: 'Select Model', action: 'selectModel' } as const;
const NEW_CHAT = { label: 'New Chat', action: 'newChat' } as const;

/** @returns the words and the buttons for the end of a turn */
export function endAdvice({ reason, message, errorKind }: EndItem): EndAdvice {
  switch (reason) {
    case 'cancelled':
      return { severity: 'info', text: 'Stopped.', actions: [] };
    case 'interrupted':
      return {
        severity: 'warning',
        text: message ?? 'This turn was interrupted. Nothing that was recorded is lost.',
        actions: [CONTINUE],
      };
    case 'callLimit':
    case 'tokenLimit':
      return {
        severity: 'warning',
        text: message ?? 'The limit for one turn was reached.',
        actions: [CONTINUE],
      };
    case 'error':
      return { severity: 'error', text: message ?? 'The turn failed.', actions: errorActions(errorKind) };
  }
}

/** @param kind `ModelErrorKind`, or the name of another error class */
function errorActions(kind: string | undefined): EndAdvice['actions'] {
  switch (kind) {
    case 'auth':
      return [SET_KEY, SELECT_MODEL, RETRY];
    case 'quota':
      return [SELECT_MODEL, RETRY];
    case 'contextLength':
    case 'WindowTooSmallError':
      return [{ label: 'Set Window Size', action: 'openWindowSetting' }, RETRY, NEW_CHAT];
    case 'network':
    case 'badResponse':
      return [RETRY, SELECT_MODEL];
    default:
      return [RETRY];
  }
}
