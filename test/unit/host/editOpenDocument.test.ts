import { beforeEach, expect, it, vi } from 'vitest';
import { editClosedDocument, editOpenDocument, saveCreated } from '../../../src/host/editOpenDocument';

const editor = vi.hoisted(() => ({
  text: 'one\n',
  isDirty: false,
  applies: true,
  /** Of the next edits, before `applies`. */
  answers: [] as boolean[],
  formatOnSave: false,
  /** What somebody else does to the text once an edit is applied. */
  meanwhile: undefined as ((text: string) => string) | undefined,
  save: vi.fn(async () => true),
}));

async function saveDocument(): Promise<boolean> {
  const done = await editor.save();
  if (done) editor.isDirty = false;
  return done;
}

vi.mock('vscode', () => ({
  Range: class {
    constructor(
      readonly start: number,
      readonly end: number,
    ) {}
  },
  commands: {
    executeCommand: async () => (editor.text === editor.text.toUpperCase() ? undefined : [{}]),
  },
  extensions: { all: [] },
  Uri: { file: (fsPath: string) => ({ fsPath }) },
  WorkspaceEdit: class {
    run = () => {};
    insert(_: unknown, at: number, put: string) {
      this.replace(_, { start: at, end: at }, put);
    }
    delete(_: unknown, range: { start: number; end: number }) {
      this.replace(_, range, '');
    }
    replace(_: unknown, { start, end }: { start: number; end: number }, put: string) {
      this.run = () => {
        editor.text = editor.text.slice(0, start) + put + editor.text.slice(end);
      };
    }
  },
  workspace: {
    get textDocuments() {
      const document = {
        uri: { scheme: 'file', fsPath: '/app/a.ts' },
        isClosed: false,
        get isDirty() {
          return editor.isDirty;
        },
        getText: () => editor.text,
        positionAt: (offset: number) => offset,
        save: saveDocument,
      };
      return [document];
    },
    openTextDocument: async ({ fsPath }: { fsPath: string }) => {
      if (fsPath !== '/app/closed.ts') throw new Error('binary');
      return {
        uri: { scheme: 'file', fsPath },
        get isDirty() {
          return editor.isDirty;
        },
        getText: () => editor.text,
        positionAt: (offset: number) => offset,
        save: saveDocument,
      };
    },
    applyEdit: async (edit: { run(): void }) => {
      const applied = editor.answers.shift() ?? editor.applies;
      editor.isDirty ||= applied;
      if (!applied) return false;
      edit.run();
      editor.text = editor.meanwhile?.(editor.text) ?? editor.text;
      editor.meanwhile = undefined;
      return true;
    },
    getConfiguration: () => ({
      get: (key: string, otherwise?: unknown) => (key === 'formatOnSave' ? editor.formatOnSave : otherwise),
    }),
  },
}));

beforeEach(() => {
  editor.text = 'one\n';
  editor.isDirty = false;
  editor.applies = true;
  editor.formatOnSave = false;
  editor.meanwhile = undefined;
  editor.answers = [];
  editor.save.mockReset();
});

it('edits what an editor shows as it is on disk, and saves it', async () => {
  editor.save.mockResolvedValue(true);
  expect(await editOpenDocument('/app/a.ts', 'one\n', 'two\n')).toBe('saved');
  expect(editor.text).toBe('two\n');
});

it('takes for saved what the editor has saved by itself meanwhile', async () => {
  editor.save.mockImplementation(async () => {
    editor.isDirty = false;
    return false;
  });
  expect(await editOpenDocument('/app/a.ts', 'one\n', 'two\n')).toBe('saved');
});

it('says so when it cannot be saved', async () => {
  editor.save.mockResolvedValue(false);
  expect(await editOpenDocument('/app/a.ts', 'one\n', 'two\n')).toBe('unsaved');
  editor.isDirty = false;
  editor.save.mockRejectedValue(new Error('read-only'));
  expect(await editOpenDocument('/app/a.ts', 'two\n', 'three\n')).toBe('unsaved');
});

it("leaves the person's unsaved changes unsaved", async () => {
  editor.isDirty = true;
  expect(await editOpenDocument('/app/a.ts', 'one\n', 'two\n')).toBe('unsaved');
  expect(editor.save).not.toHaveBeenCalled();
  expect(await editOpenDocument('/app/a.ts', 'one\n', 'three\n')).toBe('conflict');
});

it('edits what no editor shows through a document of its own, and leaves what none can be made of', async () => {
  editor.save.mockResolvedValue(true);
  expect(await editClosedDocument('/app/closed.ts', 'one\n', 'two\n')).toBe('saved');
  expect(editor.text).toBe('two\n');
  // Its document has one kind of line end: the file is another.
  expect(await editClosedDocument('/app/closed.ts', 'two\r\nthree\n', 'x')).toBe('elsewhere');
  expect(await editClosedDocument('/app/image.png', 'one\n', 'two\n')).toBe('elsewhere');
});

it('has it saved once more where saving was to format it and did not', async () => {
  editor.formatOnSave = true;
  // A formatter that knows the document from the second time on.
  editor.save.mockImplementation(async () => {
    if (editor.save.mock.calls.length > 1) editor.text = editor.text.toUpperCase();
    return true;
  });
  expect(await editClosedDocument('/app/closed.ts', 'one\n', 'two\n')).toBe('saved');
  expect(editor.text).toBe('TWO\n');
  expect(await editClosedDocument('/app/closed.ts', 'TWO\n', 'three\n')).toBe('saved');
  expect(editor.text).toBe('THREE\n');
  expect(editor.save).toHaveBeenCalledTimes(3);
});

it('has saving done to what was created, and leaves it as it is where its document is another', async () => {
  editor.save.mockImplementation(async () => {
    editor.text = editor.text.toUpperCase();
    return true;
  });
  await saveCreated('/app/closed.ts', 'one\n');
  expect(editor.text).toBe('ONE\n');
  await saveCreated('/app/closed.ts', 'one\r\n');
  await saveCreated('/app/image.png', 'ONE\n');
  editor.applies = false;
  await saveCreated('/app/closed.ts', 'ONE\n');
  expect(editor.save).toHaveBeenCalledOnce();
});

it('tries again to take its blank out where that is refused', async () => {
  editor.save.mockResolvedValue(true);
  editor.answers = [true, false, true];
  await saveCreated('/app/closed.ts', 'one\n');
  expect(editor.text).toBe('one\n');
  expect(editor.save).toHaveBeenCalledOnce();
});

it.each([
  ['before', (text: string) => `zero\n${text}`, 'zero\none\n'],
  ['behind', (text: string) => `${text}\ntwo\n`, 'one\n\ntwo\n'],
  ['in place of', () => 'other\n', 'other\n'],
  ['in place of what was last, and with a blank,', () => 'one \n', 'one \n'],
])(
  'takes its blank out again, and saves nothing, when somebody writes %s it meanwhile',
  async (_, meanwhile, text) => {
    editor.meanwhile = meanwhile;
    await saveCreated('/app/closed.ts', 'one\n');
    expect(editor.text).toBe(text);
    expect(editor.save).not.toHaveBeenCalled();
  },
);

it('leaves what no editor shows to others', async () => {
  expect(await editOpenDocument('/app/b.ts', 'one\n', 'two\n')).toBe('elsewhere');
  expect(await editOpenDocument('/app/a.ts', 'other\n', 'two\n')).toBe('elsewhere');
});
