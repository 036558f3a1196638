import { beforeEach, expect, it, vi } from 'vitest';
import { BadQueryError } from '../../../src/engine/errors';
import type { CodeHit, CodePage } from '../../../src/engine/ports';
import { searchIndex } from '../../../src/host/searchIndex';
import { codeHit } from '../../support/fakeStorage';

const { window, state } = vi.hoisted(() => {
  const state = {
    listeners: {} as Record<string, (event: unknown) => void>,
    pick: {} as { items: { description: string; hit?: CodeHit }[]; busy: boolean; selectedItems: unknown[] },
  };
  const on = (name: string) => (listener: (event: unknown) => void) => {
    state.listeners[name] = listener;
  };
  const createQuickPick = () => {
    state.pick = { items: [], busy: false, selectedItems: [] };
    return Object.assign(state.pick, {
      onDidChangeValue: on('value'),
      onDidTriggerItemButton: on('button'),
      onDidAccept: on('accept'),
      onDidHide: on('hide'),
      show: () => undefined,
      hide: () => state.listeners.hide?.(undefined),
      dispose: () => undefined,
    });
  };
  return { state, window: { createQuickPick, showInformationMessage: vi.fn(), showErrorMessage: vi.fn() } };
});

vi.mock('vscode', () => ({ window, ThemeIcon: class {} }));

beforeEach(() => vi.clearAllMocks());

const pageOf = (...hits: CodeHit[]): CodePage => ({
  hits,
  page: 1,
  pages: 1,
  total: hits.length,
  exact: true,
});
const type = (text: string) => state.listeners.value?.(text);
const shown = () => state.pick.items.map(({ description }) => description);

it('asks for what was typed last, once, and opens what is chosen at its lines', async () => {
  const search = vi.fn(async (text: string) => pageOf(codeHit(`src/${text}.ts`, 'a\nb', 1, 7)));
  const open = vi.fn(async () => undefined);
  searchIndex({ search, open });
  for (const text of ['f', 'fl', 'flush']) type(text);
  expect(state.pick.busy).toBe(true);
  await vi.waitFor(() => expect(shown()).toEqual(['src/flush.ts:7-8']));
  expect(search.mock.calls.map(([text]) => text)).toEqual(['flush']);
  expect(state.pick.busy).toBe(false);
  state.pick.selectedItems = [state.pick.items[0]];
  state.listeners.accept?.(undefined);
  expect(open).toHaveBeenCalledWith({ path: 'src/flush.ts', startLine: 7, endLine: 8 });
});

it('shows nothing of a question that was overtaken, and says what is wrong with one', async () => {
  const answers = new Map<string, (page: CodePage) => void>();
  const search = (text: string) => {
    if (text === 'lang:x') return Promise.reject(new BadQueryError('No language.', 'Allowed are these.'));
    return new Promise<CodePage>((resolve) => answers.set(text, resolve));
  };
  searchIndex({ search, open: async () => undefined });
  type('first');
  await vi.waitFor(() => expect(answers.has('first')).toBe(true));
  type('second');
  await vi.waitFor(() => expect(answers.has('second')).toBe(true));
  answers.get('second')?.(pageOf());
  answers.get('first')?.(pageOf(codeHit('src/first.ts', 'a', 1)));
  await vi.waitFor(() => expect(shown()).toEqual(['Nothing found.']));
  type('lang:x');
  await vi.waitFor(() => expect(shown()).toEqual(['No language. Allowed are these.']));
});

it('tells why a hit stands where it stands', async () => {
  const explanation = [{ feature: 'definition', value: 1, contribution: 2.5 }];
  searchIndex({
    search: async () => pageOf({ ...codeHit('src/a.ts', 'a', 2.5), explanation }),
    open: async () => undefined,
  });
  type('a');
  await vi.waitFor(() => expect(shown()).toHaveLength(1));
  state.listeners.button?.({ item: state.pick.items[0] });
  expect(window.showInformationMessage).toHaveBeenCalledWith('src/a.ts', {
    modal: true,
    detail: 'Score 2.500\n+2.500  definition (1)',
  });
});
