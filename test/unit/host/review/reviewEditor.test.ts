/** Lenses, going from change to change, and the acts, over an editor that the test plays. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PendingFile, PendingHunk } from '../../../../src/engine/changes/WaitingFile';
import { goToChange } from '../../../../src/host/review/goToChange';
import { HunkLenses } from '../../../../src/host/review/HunkLenses';
import type { PendingChanges, PendingDocument } from '../../../../src/host/review/PendingChanges';
import { ReviewActions, registerReviewCommands } from '../../../../src/host/review/reviewCommands';

const editor = vi.hoisted(() => ({
  active: undefined as undefined | { uri: string; line: number },
  ran: [] as unknown[][],
  commands: new Map<string, (...args: unknown[]) => Promise<unknown>>(),
  answer: undefined as string | undefined,
  dialogs: [] as string[],
  told: [] as string[],
  errors: [] as string[],
}));

vi.mock('vscode', () => {
  class Range {
    constructor(
      readonly line: number,
      _character: number,
      readonly endLine: number,
    ) {}
    get start() {
      return this.line;
    }
    get end() {
      return this.endLine;
    }
  }
  return {
    CodeLens: class {
      constructor(
        readonly range: Range,
        readonly command: { title: string },
      ) {}
    },
    EventEmitter: class {},
    Range,
    Selection: class {
      constructor(readonly line: number) {}
    },
    TextEditorRevealType: { InCenterIfOutsideViewport: 0 },
    Uri: class {},
    commands: {
      executeCommand: async (...args: unknown[]) => void editor.ran.push(args),
      registerCommand: (name: string, handler: (...args: unknown[]) => Promise<unknown>) => {
        editor.commands.set(name, handler);
        return { dispose: () => undefined };
      },
    },
    window: {
      get activeTextEditor() {
        if (!editor.active) return undefined;
        const { uri, line } = editor.active;
        const shown = { document: { uri, lineCount: 100 }, revealRange: () => undefined };
        return Object.defineProperty(shown, 'selection', {
          get: () => ({ active: { line } }),
          set: (to: { line: number }) => {
            editor.active = { uri, line: to.line };
          },
        });
      },
      showWarningMessage: async (_: string, { detail }: { detail: string }) => {
        editor.dialogs.push(detail);
        return editor.answer;
      },
      showInformationMessage: async (text: string) => void editor.told.push(text),
      showErrorMessage: async (text: string) => void editor.errors.push(text),
    },
  };
});

const hunk = (
  id: string,
  startLine: number,
  old: string[],
  now: string[],
  editedSince = false,
): PendingHunk => ({
  id,
  startLine,
  endLine: startLine + now.length - 1,
  oldLines: old,
  newLines: now,
  editedSince,
});

const fakeUri = (path: string) => ({ toString: () => path, with: () => `before ${path}` });

function waits(path: string, change: Partial<PendingFile>): PendingDocument {
  const file = {
    path,
    change: 'edited',
    added: 1,
    removed: 1,
    hunks: [],
    editedSince: false,
    ...change,
  } as const;
  return { file, uri: fakeUri(path) as never };
}

const a = waits('a.ts', {
  hunks: [hunk('a1', 3, ['x\n'], ['y\n']), hunk('a2', 9, ['gone\n'], []), hunk('a3', 20, [], ['n\n'], true)],
});
const gone = waits('gone.ts', { change: 'deleted', editedSince: true });
const z = waits('z.ts', { hunks: [hunk('z1', 1, [], ['new\n'])] });

let list: PendingDocument[];
let done: unknown[][];
let refused: { path: string; reason: string }[];

const changes = {
  list: () => list,
  of: (uri: unknown) => list.find((pending) => String(pending.uri) === String(uri)),
  ofPath: (path: string) => list.find(({ file }) => file.path === path),
  refresh: async () => undefined,
} as unknown as PendingChanges;

beforeEach(() => {
  list = [a, gone, z];
  done = [];
  refused = [];
  Object.assign(editor, { active: undefined, ran: [], answer: undefined, dialogs: [], told: [], errors: [] });
  registerReviewCommands(
    changes,
    new ReviewActions(changes, {
      keep: async (...args) => void done.push(['keep', ...args]),
      undo: async (...args) => {
        done.push(['undo', ...args]);
        return refused;
      },
    }),
  );
});

const run = (name: string, ...args: unknown[]) => editor.commands.get(`virtualContext.${name}`)?.(...args);

describe('lenses', () => {
  it('stand over each hunk, and offer no undo where the person has written', () => {
    const lenses = new HunkLenses(changes).provideCodeLenses({ uri: 'a.ts', lineCount: 15 } as never);
    const shown = lenses.map(({ range, command }) => [
      (range as unknown as { line: number }).line,
      command?.title,
    ]);
    expect(shown).toEqual([
      [2, '$(check) Keep'],
      [2, '$(discard) Undo'],
      [8, '$(check) Keep'],
      [8, '$(discard) Undo'],
      // The editor shows fewer lines by now: the lens stays in it.
      [14, '$(check) Keep'],
      [14, 'edited by you since'],
    ]);
    expect(lenses[0]?.command?.tooltip).toBe('The assistant replaced 1 line by 1');
    expect(new HunkLenses(changes).provideCodeLenses({ uri: 'b.ts', lineCount: 1 } as never)).toEqual([]);
  });
});

describe('going through the changes', () => {
  it('goes over all hunks of all files, files that are gone too, and round', async () => {
    editor.active = { uri: 'a.ts', line: 5 };
    await goToChange(changes, 1);
    expect(editor.active.line).toBe(8);
    await goToChange(changes, 1);
    expect(editor.active.line).toBe(19);
    await goToChange(changes, 1);
    expect(editor.ran[0]?.[0]).toBe('vscode.diff');
    expect(String(editor.ran[0]?.[3])).toContain('gone.ts');
    editor.active = { uri: 'z.ts', line: 0 };
    await goToChange(changes, 1);
    expect(editor.ran[1]?.[4]).toMatchObject({ selection: { line: 2 } });
    editor.active = { uri: 'a.ts', line: 2 };
    await goToChange(changes, -1);
    expect(String(editor.ran[2]?.[3])).toContain('z.ts');
    editor.active = { uri: 'a.ts', line: 19 };
    await goToChange(changes, -1);
    expect(editor.active.line).toBe(8);
  });

  it('says so when nothing waits', async () => {
    list = [];
    await run('nextChange');
    expect(editor.told).toEqual(['No change of the assistant’s waits for review here.']);
  });
});

describe('the acts', () => {
  it('take the hunk of the lens, the hunk at the cursor, or the file of the editor', async () => {
    await run('keepChange', 'a.ts', 'a1');
    editor.active = { uri: 'a.ts', line: 8 };
    await run('undoChange');
    await run('keepFileChanges');
    editor.active = { uri: 'a.ts', line: 40 };
    await run('undoChange');
    expect(done).toEqual([
      ['keep', 'a.ts', 'a1'],
      ['undo', 'a.ts', 'a2'],
      ['keep', 'a.ts', undefined],
    ]);
    expect(editor.told).toHaveLength(1);
  });

  it('undo everything only when the person says so again, who sees what they changed themselves', async () => {
    await run('undoAllChanges');
    expect(done).toEqual([]);
    expect(editor.dialogs).toEqual(['a.ts\ngone.ts (you changed it since)\nz.ts']);
    editor.answer = 'Undo All';
    await run('undoAllChanges');
    list = [a];
    await run('undoAllChanges');
    expect(done).toHaveLength(2);
    expect(editor.dialogs).toHaveLength(2);
  });

  it('say what was not undone, and why', async () => {
    refused = [{ path: 'a.ts', reason: 'You have changed lines 20-20 after the assistant did.' }];
    await run('undoFileChanges', 'a.ts');
    expect(editor.errors).toEqual([
      'Virtual Context: a.ts: You have changed lines 20-20 after the assistant did.',
    ]);
  });
});
