/** The workspace index in a quick pick: results as one types, in the index's own order. */
import { type QuickPickItem, ThemeIcon, window } from 'vscode';
import { describeError } from '../engine/errors';
import type { CodeHit, CodePage } from '../engine/ports';
import type { Place } from './openPlace';

/** So long nothing was typed before the index is asked, ms. */
const DEBOUNCE_MS = 150;
/** Parts of a score that are shown. */
const PARTS = 12;
const WHY = { iconPath: new ThemeIcon('info'), tooltip: 'Why it stands here' };

interface HitItem extends QuickPickItem {
  readonly hit?: CodeHit;
}

export interface SearchIndexParts {
  /** @throws DiskUnavailableError | BadQueryError */
  readonly search: (text: string, signal: AbortSignal) => Promise<CodePage>;
  readonly open: (place: Place) => Promise<void>;
}

/** Shows the quick pick; what is chosen opens at its lines. */
export function searchIndex({ search, open }: SearchIndexParts): void {
  const pick = window.createQuickPick<HitItem>();
  let asking = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  pick.title = 'Search Workspace Index';
  pick.placeholder = 'Words, names, "exact text", a stack trace; path: lang: symbol: changed: -word';
  const ask = async (text: string, signal: AbortSignal) => {
    try {
      const found = await search(text, signal);
      if (signal.aborted) return;
      pick.items = found.total === 0 ? [message('Nothing found.')] : found.hits.map(itemOf);
    } catch (error) {
      if (!signal.aborted) pick.items = [message(describeError(error))];
    }
    if (!signal.aborted) pick.busy = false;
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
  pick.onDidTriggerItemButton(({ item }) => {
    if (item.hit)
      void window.showInformationMessage(item.hit.path, { modal: true, detail: reasons(item.hit) });
  });
  pick.onDidAccept(() => {
    const hit = pick.selectedItems[0]?.hit;
    if (!hit) return;
    pick.hide();
    const place = { path: hit.path, startLine: hit.startLine, endLine: hit.endLine };
    open(place).catch((error: unknown) => {
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

/** The editor moves items up whose label matches what is typed: labels are numbers, so that the order stays. */
function itemOf(hit: CodeHit, i: number): HitItem {
  const symbol = hit.symbol === '' ? '' : ` · ${hit.symbol}`;
  const role = hit.role === undefined ? '' : ` · ${hit.role}`;
  return {
    label: `${i + 1}`,
    description: `${hit.path}:${hit.startLine}-${hit.endLine}${symbol}${role}`,
    detail: hit.snippet
      .slice(0, 2)
      .map(({ line, text }) => `${line}: ${text}`)
      .join('  ⋯  '),
    alwaysShow: true,
    buttons: [WHY],
    hit,
  };
}

function message(text: string): HitItem {
  return { label: '', description: text, alwaysShow: true };
}

function reasons({ score, explanation = [] }: CodeHit): string {
  const parts = explanation.slice(0, PARTS).map(({ feature, value, contribution }) => {
    const sign = contribution >= 0 ? '+' : '';
    return `${sign}${contribution.toFixed(3)}  ${feature} (${Number(value.toPrecision(3))})`;
  });
  return [`Score ${score.toFixed(3)}`, ...parts].join('\n');
}
