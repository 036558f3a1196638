/** The workspace index in a quick pick: results as one types, in the index's own order. */
import { type QuickPickItem, ThemeIcon, window } from 'vscode';
import type { CodeHit, CodePage } from '../engine/ports';
import type { Place } from './openPlace';
import { showSearchPick } from './searchPick';

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
  showSearchPick<HitItem>({
    title: 'Search Workspace Index',
    placeholder: 'Words, names, "exact text", a stack trace; path: lang: symbol: changed: -word',
    search: async (text, signal) => {
      const found = await search(text, signal);
      return found.total === 0 ? [] : found.hits.map(itemOf);
    },
    chosen: ({ hit }) =>
      hit && (() => open({ path: hit.path, startLine: hit.startLine, endLine: hit.endLine })),
    onButton: ({ item: { hit } }) => {
      if (hit) void window.showInformationMessage(hit.path, { modal: true, detail: reasons(hit) });
    },
  });
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

function reasons({ score, explanation = [] }: CodeHit): string {
  const parts = explanation.slice(0, PARTS).map(({ feature, value, contribution }) => {
    const sign = contribution >= 0 ? '+' : '';
    return `${sign}${contribution.toFixed(3)}  ${feature} (${Number(value.toPrecision(3))})`;
  });
  return [`Score ${score.toFixed(3)}`, ...parts].join('\n');
}
