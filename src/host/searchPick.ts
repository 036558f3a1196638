/** A quick pick that searches as one types, in the order of what is searched. */
import { type QuickPickItem, type QuickPickItemButtonEvent, window } from 'vscode';
import { describeError } from '../engine/errors';

/** So long nothing was typed before the search begins, ms. */
const DEBOUNCE_MS = 150;

export interface SearchPick<Item extends QuickPickItem> {
  readonly title: string;
  readonly placeholder: string;
  /** What is found; what it throws is shown in its place. */
  readonly search: (text: string, signal: AbortSignal) => Promise<readonly (Item | QuickPickItem)[]>;
  /** @returns what opens an item that was chosen; undefined for one that only says something */
  readonly chosen: (item: Item) => (() => Promise<void>) | undefined;
  readonly onButton?: (event: QuickPickItemButtonEvent<Item>) => void;
}

/** Shows it. */
export function showSearchPick<Item extends QuickPickItem>(parts: SearchPick<Item>): void {
  const pick = window.createQuickPick<Item | QuickPickItem>();
  let asking = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  pick.title = parts.title;
  pick.placeholder = parts.placeholder;
  const ask = async (text: string, signal: AbortSignal) => {
    const found = await parts.search(text, signal).catch((error: unknown) => [remark(describeError(error))]);
    if (signal.aborted) return;
    pick.items = found.length === 0 ? [remark('Nothing found.')] : found;
    pick.busy = false;
  };
  pick.onDidChangeValue((text) => {
    clearTimeout(timer);
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    pick.busy = text.trim() !== '';
    if (pick.busy) timer = setTimeout(() => void ask(text, signal), DEBOUNCE_MS);
    else pick.items = [];
  });
  pick.onDidTriggerItemButton((event) => parts.onButton?.(event as QuickPickItemButtonEvent<Item>));
  pick.onDidAccept(() => {
    const [item] = pick.selectedItems;
    const open = item && parts.chosen(item as Item);
    if (!open) return;
    pick.hide();
    open().catch((error: unknown) => {
      void window.showErrorMessage(`Virtual Context: ${describeError(error)}`);
    });
  });
  pick.onDidHide(() => {
    clearTimeout(timer);
    asking.abort();
    pick.dispose();
  });
  pick.show();
}

/** An item that only says something. */
export function remark(text: string): QuickPickItem {
  return { label: '', description: text, alwaysShow: true };
}
