/**
 * Edits by somebody else at any moment: while the model thinks, while a function runs, while the person looks at a diff.
 * Measured in what the model receives: own tokens of file lines that stand in a request as if they were current and are
 * not; and edits from lines that somebody changed since the model was shown them, all of which must be refused.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { EngineFunction } from '../../../src/engine/EngineFunction';
import { rawRange, splitLines } from '../../../src/engine/filePages';
import type { LanguageModel, ModelEvent, ModelProfile, ModelRequest } from '../../../src/engine/ports';
import { SUMMARY_TAG } from '../../../src/engine/Summarizer';
import { createFunctions } from '../../../src/tools/index';
import { lineChanges } from '../../../src/tools/lineChanges';
import { unifiedDiff } from '../../../src/tools/unifiedDiff';
import { NodeWorkspaceFiles } from '../../../src/tools/workspaceFiles';
import { memoryWorld, sha256 } from '../../support/memoryPorts';
import { type ShownPage, shownPages } from '../../support/shownPages';
import type { EngineBenchOptions } from './options';
import { Random } from './random';

const FILES = 12;
const LINES = 90;
const WINDOW_TOKENS = 16_384;

export interface StaleResult {
  /** Own tokens of lines shown as current in any request that were not. */
  readonly presented: number;
  readonly requests: number;
  /** Changes by somebody else. */
  readonly injected: number;
  /** Edits that the model made from lines which had changed since it was shown them. */
  readonly staleEdits: { readonly tried: number; readonly refused: number };
  /** Edits from lines as they were. */
  readonly freshEdits: { readonly tried: number; readonly made: number };
  readonly rollovers: number;
}

export async function runStale({ quick, seed }: EngineBenchOptions): Promise<StaleResult> {
  const results: StaleResult[] = [];
  for (let session = 0; session < (quick ? 3 : 12); session++)
    results.push(await runSession(new Random(seed + session), quick ? 40 : 120));
  const sum = (value: (result: StaleResult) => number) =>
    results.reduce((total, result) => total + value(result), 0);
  return {
    presented: sum((result) => result.presented),
    requests: sum((result) => result.requests),
    injected: sum((result) => result.injected),
    staleEdits: {
      tried: sum((result) => result.staleEdits.tried),
      refused: sum((result) => result.staleEdits.refused),
    },
    freshEdits: {
      tried: sum((result) => result.freshEdits.tried),
      made: sum((result) => result.freshEdits.made),
    },
    rollovers: sum((result) => result.rollovers),
  };
}

async function runSession(random: Random, turns: number): Promise<StaleResult> {
  const dir = mkdtempSync(join(tmpdir(), 'vctx-stale-'));
  try {
    const folder = new Folder(dir, random);
    const roots = () => [{ name: 'proj', path: dir }];
    const model = new EditingModel(folder, random);
    const functions = createFunctions({ ripgrepPath: '', roots }).map((fn) => disturbed(fn, folder, random));
    const world = memoryWorld({ functions });
    const approve = async () => {
      if (random.next() < 0.1) model.injectedWhileAsked(folder.disturb());
      return { allowed: true };
    };
    const agent = await AgentProcess.open(
      {
        ...world.parts,
        diff: unifiedDiff,
        lineDiff: lineChanges,
        files: new NodeWorkspaceFiles({ roots }),
        approver: { approve },
      },
      async () => model,
    );
    for (let turn = 0; turn < turns; turn++) {
      await agent.submit(`Change something, number ${turn}.`);
      if (random.next() < 0.5) folder.disturb();
      if (random.next() < 0.3) await agent.filesChanged();
    }
    const events = world.log.events;
    model.finish();
    await agent.dispose();
    return {
      ...model.counts(),
      injected: folder.disturbances,
      rollovers: events.filter((event) => event.type === 'epoch.started').length - 1,
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The same function, while which somebody else may change a file. */
function disturbed(fn: EngineFunction, folder: Folder, random: Random): EngineFunction {
  return {
    ...fn,
    validate: (value) => fn.validate(value),
    run: async (args, context) => {
      const outcome = await fn.run(args, context);
      // After an edit was made it has been judged; before, it is the editing model that counts what was changed.
      if (fn.schema.name !== 'edit_file' && random.next() < 0.15) folder.disturb();
      return outcome;
    },
  };
}

/** Files that somebody else works on too. */
class Folder {
  disturbances = 0;
  private serial = 0;

  constructor(
    private readonly dir: string,
    private readonly random: Random,
  ) {
    for (let file = 0; file < FILES; file++) {
      const lines = Array.from({ length: LINES }, (_, line) => `const value${file}_${line} = ${line};\n`);
      writeFileSync(join(dir, this.path(file)), lines.join(''));
    }
  }

  path(file = this.random.int(0, FILES - 1)): string {
    return `file${file}.ts`;
  }

  linesOf(path: string): string[] {
    return splitLines(readFileSync(join(this.dir, path), 'utf8'));
  }

  /** Changes a line, adds one or takes one away. @returns the file */
  disturb(path = this.path(), at = this.random.int(0, this.linesOf(path).length - 1)): string {
    const lines = this.linesOf(path);
    const line = `const theirs${++this.serial} = ${at};\n`;
    const kind = this.random.int(0, 2);
    lines.splice(
      at,
      kind === 1 && lines.length > LINES / 2 ? 1 : kind === 2 ? 0 : 1,
      ...(kind === 1 ? [] : [line]),
    );
    writeFileSync(join(this.dir, path), lines.join(''));
    this.disturbances++;
    return path;
  }
}

/** Reads, edits what it believes to be there, and is disturbed while it thinks. */
class EditingModel implements LanguageModel {
  readonly id = 'editing';
  readonly generative = true;
  private presented = 0;
  private requests = 0;
  private pending: { stale: boolean; readonly path: string } | undefined;
  private readonly stale = { tried: 0, refused: 0 };
  private readonly fresh = { tried: 0, made: 0 };
  private steps = 0;

  constructor(
    private readonly folder: Folder,
    private readonly random: Random,
  ) {}

  async profile(): Promise<ModelProfile> {
    return { windowTokens: WINDOW_TOKENS, windowSource: 'setting' };
  }

  counts() {
    const { presented, requests, stale, fresh } = this;
    return { presented, requests, staleEdits: stale, freshEdits: fresh };
  }

  /** Somebody changed a file while the person was asked for an edit: if it is the same one, the edit is stale by now. */
  injectedWhileAsked(path: string): void {
    if (this.pending?.path === path) this.pending.stale = true;
  }

  finish(): void {
    this.pending = undefined;
  }

  async *stream(request: ModelRequest): AsyncIterable<ModelEvent> {
    const last = request.messages.at(-1)?.content ?? '';
    if (request.functions.length === 0 || last.startsWith(`<${SUMMARY_TAG}`)) {
      yield { type: 'text', text: 'Values were changed.' };
      yield { type: 'finish', reason: 'stop' };
      return;
    }
    this.requests++;
    this.judge(request);
    const shown = shownPages(request.messages);
    for (const range of shown) {
      const now = rawRange(this.folder.linesOf(range.path), range);
      // What follows from a page and the model's own edits has to be what is there, and what its address says.
      if (sha256(now).slice(0, 16) !== range.hash || now !== range.text)
        this.presented += Math.ceil(range.text.length / 4);
    }
    if (++this.steps % 4 === 0) {
      yield { type: 'text', text: 'Done.' };
      yield { type: 'finish', reason: 'stop' };
      return;
    }
    const call = this.steps % 4 === 1 || shown.length === 0 ? this.read() : this.edit(shown);
    yield { type: 'toolCall', call: { id: '0', ...call } };
    yield { type: 'finish', reason: 'toolCalls' };
  }

  private read() {
    const startLine = 1 + this.random.int(0, LINES - 31);
    const args = { path: this.folder.path(), startLine, endLine: startLine + 10 + this.random.int(0, 19) };
    return { name: 'read_file', arguments: JSON.stringify(args) };
  }

  /** Of a line it was shown; in two of five cases somebody changes that page while it writes the call. */
  private edit(shown: readonly ShownPage[]) {
    const page = this.random.pick(shown);
    const lines = splitLines(page.text).map((line) => line.trimEnd());
    const old = this.random.pick(lines);
    const named = this.random.chance(0.5);
    if (this.random.chance(0.4)) {
      const at = page.startLine - 1 + this.random.int(0, page.endLine - page.startLine);
      this.folder.disturb(page.path, at);
    }
    // Whoever names a page relies on it; who does not, on any that shows the line.
    const reliedOn = named
      ? [page]
      : shown.filter(
          ({ path, text }) => path === page.path && splitLines(text).some((line) => line.trimEnd() === old),
        );
    const stale = !reliedOn.some((range) => {
      const now = rawRange(this.folder.linesOf(range.path), range);
      return sha256(now).slice(0, 16) === range.hash;
    });
    this.pending = { stale, path: page.path };
    const args = {
      path: page.path,
      old,
      new: `${old} // ${this.steps}`,
      ...(named ? { based_on: page.address } : {}),
    };
    return { name: 'edit_file', arguments: JSON.stringify(args) };
  }

  /** What became of the edit it asked for last. */
  private judge({ messages }: ModelRequest): void {
    const { pending } = this;
    this.pending = undefined;
    if (!pending) return;
    const result = messages.findLast(({ role }) => role === 'tool')?.content ?? '';
    const made = result.includes('\nEdited ');
    if (pending.stale) {
      this.stale.tried++;
      if (!made) this.stale.refused++;
    } else {
      this.fresh.tried++;
      if (made) this.fresh.made++;
    }
  }
}
