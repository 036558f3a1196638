/** The functions over language features, with a language server that knows what the tests say. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FunctionContext } from '../../../src/engine/EngineFunction';
import { OutsideWorkspaceError, UnreadableFileError } from '../../../src/engine/errors';
import type {
  CodePlace,
  CodeSymbol,
  FileChanges,
  LanguageFeatures,
  Problem,
} from '../../../src/engine/languageFeatures';
import { createFunctions } from '../../../src/tools/index';
import { symbolColumns } from '../../../src/tools/symbolOnLine';
import { type FakeWorld, fakeContext } from './fakeContext';
import { runFunction } from './runFunction';

const files: Record<string, string> = {
  'a.ts': '\ufeffimport { add } from "./b";\r\nconst x = add(add1, other.add);\r\nfoo.bar = bar;\n',
  'b.ts': 'export function add() {\n  return 1;\n}\n',
  '.env': 'KEY=add\n',
};

let definitions: Record<string, CodePlace[]>;
let references: CodePlace[];
let symbols: CodeSymbol[];
let problems: Problem[];
let renames: FileChanges[];
let asked: string[];
let context: FunctionContext;
let world: FakeWorld;

const place = (path: string, startLine: number, endLine = startLine): CodePlace => ({
  path: path.startsWith('/') ? path : `/w/${path}`,
  startLine,
  endLine,
});

const language: LanguageFeatures = {
  problems: async (path) => {
    asked.push(`problems ${path}`);
    return problems;
  },
  definition: async (path, { line, column }) => {
    asked.push(`definition ${path} ${line}:${column}`);
    return definitions[`${line}:${column}`] ?? [];
  },
  references: async () => references,
  documentSymbols: async () => symbols,
  workspaceSymbols: async () => symbols,
  rename: async () => renames,
};

beforeEach(() => {
  [definitions, references, symbols, problems, renames, asked] = [{}, [], [], [], [], []];
  const fake = fakeContext();
  world = fake.world;
  world.approves = false;
  context = {
    ...fake.context,
    files: {
      ...fake.context.files,
      read: async (path) => {
        const text = files[path];
        if (text === undefined) throw new UnreadableFileError(`${path} does not exist.`, 'Name another.');
        return { path, addressPath: `w/${path}`, text, version: '1' };
      },
      canonical(path) {
        if (!path.startsWith('/')) return path;
        if (path.startsWith('/w/')) return path.slice(3);
        throw new OutsideWorkspaceError(`${path} is outside.`, 'Name another.');
      },
    },
  };
});

async function run(name: string, args: object): Promise<string> {
  const functions = createFunctions({
    ripgrepPath: 'rg',
    roots: () => [{ name: 'w', path: '/w' }],
    language,
  });
  const fn = functions.find(({ schema }) => schema.name === name);
  if (!fn) throw new Error(name);
  return (await runFunction(fn, args, context)).text;
}

describe('a symbol named by its text on a line', () => {
  it('is found as a whole name, and by what stands before it', () => {
    const line = 'const x = add(add1, other.add, $add);';
    expect(symbolColumns(line, 'add')).toEqual([10, 26]);
    expect(symbolColumns(line, 'other.add')).toEqual([26]);
    expect(symbolColumns(line, 'add(')).toEqual([10]);
    expect(symbolColumns(line, '(')).toEqual([]);
    expect(symbolColumns(line, 'ad')).toEqual([]);
    expect(symbolColumns('größe = größer', 'größe')).toEqual([0]);
  });

  it('is where its text is, whatever the line', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('add', 'x', ' ', '.', '(', 'ü', '😀')), (parts) => {
        const line = parts.join('');
        for (const column of symbolColumns(line, 'add'))
          expect(line.slice(column).startsWith('add')).toBe(true);
      }),
    );
  });

  it('is told apart when it is on the line more than once', async () => {
    definitions = { '2:10': [place('b.ts', 1, 3)], '2:26': [place('a.ts', 2)] };
    const text = await run('go_to_definition', { path: 'a.ts', line: 2, symbol: 'add' });
    expect(text).toContain('"add" is 2 times on line 2 of a.ts, and does not mean the same.');
    expect(text).toContain('1. b.ts:1-3: export function add() {\n2. a.ts:2: const x');
    expect(await run('go_to_definition', { path: 'a.ts', line: 2, symbol: 'other.add' })).toContain(
      'a.ts:2:',
    );
    definitions['2:26'] = [place('b.ts', 1, 3)];
    expect(await run('go_to_definition', { path: 'a.ts', line: 2, symbol: 'add' })).toBe(
      'b.ts:1-3: export function add() {',
    );
  });

  it('is looked for elsewhere when the line does not have it', async () => {
    const text = await run('find_references', { path: 'a.ts', line: 3, symbol: 'add' });
    expect(text).toMatch(/^Line 3 of a.ts does not have "add". It is on these:\n1: .*import.*\n2: const x/);
    expect(await run('find_references', { path: 'a.ts', line: 99, symbol: 'zzz' })).toContain(
      'nor does another line',
    );
    expect(asked).toEqual([]);
  });

  it('counts columns as the editor does, without the byte order mark', async () => {
    await run('go_to_definition', { path: 'a.ts', line: 1, symbol: 'add' });
    expect(asked).toEqual(['definition /w/a.ts 1:9']);
  });
});

describe('definitions and references', () => {
  it('name what is outside without reading it, leave secrets out and mark what is resident', async () => {
    definitions = { '1:9': [place('/usr/lib/lib.d.ts', 5, 9), place('.env', 1), place('b.ts', 1)] };
    world.resident.add('b.ts:1-1');
    const text = await run('go_to_definition', { path: 'a.ts', line: 1, symbol: 'add' });
    expect(text).toBe(
      '/usr/lib/lib.d.ts:5-9 (outside the workspace: it cannot be read)\nb.ts:1: export function add() { [resident]',
    );
    definitions = { '1:9': [place('.env', 1)] };
    expect(await run('go_to_definition', { path: 'a.ts', line: 1, symbol: 'add' })).not.toContain('KEY');
  });

  it('come sorted, each once, in pages', async () => {
    references = [place('b.ts', 1), place('a.ts', 2), place('b.ts', 1), place('a.ts', 1)];
    const text = await run('find_references', { path: 'a.ts', line: 1, symbol: 'add' });
    expect(text.split('\n').map((line) => line.slice(0, 12))).toEqual([
      '3 references',
      'a.ts:1: impo',
      'a.ts:2: cons',
      'b.ts:1: expo',
    ]);
    references = Array.from({ length: 1200 }, (_, n) => place('b.ts', n + 1));
    const long = await run('find_references', { path: 'a.ts', line: 1, symbol: 'add', page: 2 });
    expect(long).toMatch(/^1000 references in 1 file, page 2 of \d+, the first 1000 shown/);
  });

  it('say what else finds names when the editor knows nothing', async () => {
    for (const name of ['go_to_definition', 'find_references'])
      expect(await run(name, { path: 'a.ts', line: 1, symbol: 'add' })).toContain('The editor knows nothing');
  });

  it('of a secret file are the person’s to allow', async () => {
    for (const name of ['go_to_definition', 'find_references'])
      expect(await run(name, { path: '.env', line: 1, symbol: 'KEY' })).toContain('The person refused');
    for (const name of ['document_symbols', 'diagnostics'])
      expect(await run(name, { path: '.env' })).toContain('The person refused');
    expect(asked).toEqual([]);
  });
});

it('shows the outline of a file, and symbols of the project', async () => {
  const symbol = (name: string, depth: number, at: CodePlace): CodeSymbol => {
    return { ...at, name, kind: 'method', depth, container: depth > 0 ? 'Outer' : '' };
  };
  symbols = [symbol('Outer', 0, place('b.ts', 1, 9)), symbol('inner', 1, place('b.ts', 2))];
  expect(await run('document_symbols', { path: 'b.ts' })).toBe(
    'b.ts: 2 symbols\n1-9 method Outer\n 2 method inner',
  );
  symbols.push(symbol('KEY', 0, place('.env', 1)), symbol('far', 0, place('/usr/x.ts', 1)));
  expect(await run('workspace_symbols', { query: 'e' })).toBe(
    '3 symbols\nb.ts:1-9 method Outer\nb.ts:2 method inner in Outer\n/usr/x.ts:1 method far (outside the workspace)',
  );
  symbols = [];
  expect(await run('document_symbols', { path: 'b.ts' })).toContain('knows no symbols');
  expect(await run('workspace_symbols', { query: 'e' })).toContain('knows no symbol with "e"');
});

it('shows problems, the gravest first', async () => {
  const problem = (path: string, severity: Problem['severity'], message: string): Problem => {
    return { ...place(path, 2), severity, message, source: 'ts 2304' };
  };
  problems = [
    problem('a.ts', 'warning', 'unused'),
    problem('b.ts', 'error', 'Cannot\n  find it.'),
    problem('.env', 'error', 'bad hunter2'),
    problem('/usr/x.ts', 'error', 'far'),
  ];
  expect(await run('diagnostics', {})).toBe(
    '2 problems in the files the editor has looked at (name a path to have another looked at)\nb.ts:2: error: Cannot find it. (ts 2304)\na.ts:2: warning: unused (ts 2304)',
  );
  problems = [];
  expect(await run('diagnostics', { path: 'b.ts' })).toBe('No problems in b.ts.');
  expect(asked).toEqual(['problems undefined', 'problems /w/b.ts']);
  await expect(run('diagnostics', { path: 'gone.ts' })).rejects.toThrow('does not exist');
});

describe('a rename', () => {
  const change = (line: number, column: number, text = 'plus') => ({
    start: { line, column },
    end: { line, column: column + 3 },
    text,
  });
  const rename = () => run('rename_symbol', { path: 'a.ts', line: 1, symbol: 'add', new_name: 'plus' });

  it('changes every place, past the byte order mark and whatever the line ends', async () => {
    renames = [
      { path: '/w/a.ts', changes: [change(1, 9, 'plus as add'), change(2, 10)] },
      { path: '/w/b.ts', changes: [change(1, 16)] },
    ];
    expect(await rename()).toBe('Renamed add to plus in 2 files: a.ts (2), b.ts (1).');
    expect(world.asked).toEqual([
      `rewriteFile a.ts ${JSON.stringify([files['a.ts'], files['a.ts']?.replace('add }', 'plus as add }').replace('add(', 'plus(')])}`,
      `rewriteFile b.ts ${JSON.stringify([files['b.ts'], files['b.ts']?.replace('add', 'plus')])}`,
    ]);
  });

  it('changes nothing when not all of it can be', async () => {
    for (const [path, at, why] of [
      ['/usr/lib/x.ts', change(1, 0), 'outside the workspace'],
      ['/w/.env', change(1, 4), 'secrets'],
      ['/w/b.ts', change(2, 0), 'no longer what the language server has looked at'],
      ['/w/b.ts', change(99, 0), 'no longer what the language server has looked at'],
    ] as const) {
      renames = [
        { path: '/w/a.ts', changes: [change(2, 10)] },
        { path, changes: [at] },
      ];
      expect(await rename()).toMatch(new RegExp(`^Nothing was renamed.*${why}`));
    }
    renames = [];
    expect(await rename()).toContain('The editor knows nothing');
    expect(world.asked.filter((what) => what.startsWith('rewriteFile'))).toEqual([]);
  });

  it('says how far it came when a file cannot be changed', async () => {
    renames = [
      { path: '/w/b.ts', changes: [change(1, 16)] },
      { path: '/w/a.ts', changes: [change(2, 10)] },
    ];
    const { rewriteFile } = context;
    context = {
      ...context,
      rewriteFile: (path, ...texts) =>
        path === 'a.ts'
          ? Promise.reject(new UnreadableFileError('a.ts is read-only.', 'Ask the person.'))
          : rewriteFile(path, ...texts),
    };
    expect(await rename()).toBe(
      'a.ts is read-only. Ask the person. Changed so far: b.ts (1). Not changed: a.ts.',
    );
  });
});
