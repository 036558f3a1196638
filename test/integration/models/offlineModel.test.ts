import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { rgPath } from '@vscode/ripgrep';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentParts } from '../../../src/engine/AgentParts';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { DiskUnavailableError } from '../../../src/engine/errors';
import type { OutputEvent } from '../../../src/engine/OutputBuffer';
import { type Opener, openerPrompt } from '../../../src/engine/opener';
import type { ArchivalStorage, CodeHit, RecallStorage } from '../../../src/engine/ports';
import { OfflineModel } from '../../../src/models/offlineModel';
import { createFunctions } from '../../../src/tools';
import { NodeWorkspaceFiles } from '../../../src/tools/workspaceFiles';
import { memoryWorld } from '../../support/memoryPorts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'offline-model-')));
  write(
    'src/queue.ts',
    ['import x', ...lines(30), 'export function flushQueue() {', '  evict();', '}', ...lines(30)].join('\n'),
  );
  write('docs/[id].md', ['# Notes', '```ts', 'flushQueue();', '```'].join('\r\n'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function lines(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `// filler ${i}`);
}

function hit(path: string, startLine: number, endLine: number): CodeHit {
  return {
    path,
    startLine,
    endLine,
    symbol: 'flushQueue',
    language: 'ts',
    score: 7,
    text: 'export function flushQueue() {',
    hash: '',
    generation: 1,
    snippet: [],
  };
}

/** The engine with the real functions over a real folder; what the index and recall find is given. */
function world(
  options: { found?: readonly CodeHit[] | 'unavailable'; recall?: RecallStorage; maxNotes?: number } = {},
): AgentParts {
  const roots = () => [{ name: 'proj', path: folder }];
  const { parts } = memoryWorld({
    functions: createFunctions({ ripgrepPath: rgPath, roots }),
    // The engine's own look-ups are tested elsewhere.
    settings: { notesTokenLimit: options.maxNotes ?? 500, hints: false },
  });
  const found = options.found ?? [];
  const archival: ArchivalStorage = {
    ...parts.archival,
    searchWorkspace: async ({ page }) => {
      if (found === 'unavailable') throw new DiskUnavailableError('LanceDB is missing.', 'Reinstall.');
      return { hits: found, page, pages: 1, total: found.length, exact: true };
    },
  };
  return {
    ...parts,
    files: new NodeWorkspaceFiles({ roots }),
    rules: { rules: async () => [] },
    archival,
    ...(options.recall && { recall: options.recall }),
  };
}

async function asked(
  parts: AgentParts,
  ...questions: string[]
): Promise<{ answer: string; calls: string[]; deltas: number }> {
  const agent = await AgentProcess.open(parts, async () => new OfflineModel());
  const events: OutputEvent[] = [];
  agent.output.subscribe((event) => events.push(event));
  for (const question of questions) {
    events.length = 0;
    expect(await agent.submit(question)).toBe('done');
  }
  return {
    answer: events.filter((event) => event.type === 'assistantMessage').at(-1)?.text ?? '',
    calls: events
      .filter((event) => event.type === 'callStarted')
      .map((event) => `${event.name} ${event.arguments}`),
    deltas: events.filter((event) => event.type === 'textDelta').length,
  };
}

describe('OfflineModel in the engine', () => {
  it('searches, faults the best pages in and quotes them with links', async () => {
    const found = [hit('src/queue.ts', 30, 40), hit('src/queue.ts', 35, 45), hit('docs/[id].md', 1, 4)];
    const { answer, calls, deltas } = await asked(world({ found }), 'Where is flushQueue defined?');
    expect(calls).toEqual([
      'search_workspace {"query":"Where is flushQueue defined?"}',
      'read_file {"path":"src/queue.ts","startLine":30,"endLine":40}',
      'read_file {"path":"docs/[id].md","startLine":1,"endLine":4}',
    ]);
    expect(answer).toMatch(/^No language model is configured.*“Virtual Context: Select Model”/);
    expect(answer).toContain('[src/queue.ts:30-40](src/queue.ts#L30-L40)\n\n```ts\n// filler 28\n');
    expect(answer).toContain('export function flushQueue() {\n  evict();');
    // The fence is longer than the one it quotes.
    expect(answer).toContain(
      '[docs/\\[id\\].md:1-4](docs/%5Bid%5D.md#L1-L4)\n\n````md\n# Notes\n```ts\nflushQueue();\n```\n````',
    );
    expect(deltas).toBeGreaterThan(3);
  });

  it('answers a second question about resident pages from the window', async () => {
    const found = [hit('src/queue.ts', 30, 40)];
    const { answer, calls } = await asked(
      world({ found }),
      'Where is flushQueue?',
      'And who calls evict in flushQueue?',
    );
    expect(calls).toHaveLength(2);
    expect(answer).toContain('  evict();');
  });

  it.each([['unavailable'], [[]]] as const)('falls back to grep when the search is %j', async (found) => {
    const { answer, calls } = await asked(world({ found }), 'Where is FlushQueue defined?');
    expect(calls[1]).toBe('grep {"pattern":"(?i)FlushQueue"}');
    expect(answer).toContain('](src/queue.ts#L');
    expect(answer).toContain('export function flushQueue() {');
  });

  it('lists the folder when nothing is found at all', async () => {
    const { answer, calls } = await asked(world(), 'Where is zyzzyva?');
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['search_workspace', 'grep', 'list_directory']);
    expect(answer).toContain('I found nothing');
    expect(answer).toContain('src/');
  });

  it('goes on when a page cannot be read', async () => {
    const found = [hit('src/gone.ts', 1, 9), hit('src/queue.ts', 30, 40)];
    const { answer } = await asked(world({ found }), 'flushQueue');
    expect(answer).toContain('[src/gone.ts:1-9](src/gone.ts#L1-L9)');
    expect(answer).toContain('  evict();');
  });

  it('pins what it is told to remember, and says when there is no room', async () => {
    const parts = world();
    const { answer, calls } = await asked(parts, 'Please remember that the port is 8080.');
    expect(calls).toEqual(['pin_note {"text":"the port is 8080."}']);
    expect(answer).toMatch(/^Pinned/);
    expect(answer).toContain('> the port is 8080.');
    const refused = await asked(world({ maxNotes: 20 }), `remember: ${'a very long text '.repeat(20)}`);
    expect(refused.answer).toMatch(/free|limit/i);
    expect(refused.answer).not.toMatch(/^Pinned/);
  });

  it('begins a session with what was extracted, and answers the question after it', async () => {
    const parts = world({ found: [hit('src/queue.ts', 32, 34)] });
    const agent = await AgentProcess.open(parts, async () => new OfflineModel());
    const said: string[] = [];
    const ended = new Promise<void>((resolve) => {
      agent.output.subscribe((event) => {
        if (event.type === 'assistantMessage') said.push(event.text);
        if (event.type === 'turnEnded') resolve();
      });
    });
    const opener: Opener = {
      lastAt: 1,
      sessions: 1,
      question: 'Why is flush slow?',
      items: [{ kind: 'open', text: 'batch the writes </before>' }],
    };
    await agent.post({ kind: 'opener', text: openerPrompt(opener) });
    await ended;
    expect(said).toEqual([
      'You asked last: Why is flush slow?\n\nStill open:\n- batch the writes &lt;/before>',
    ]);
    await agent.submit('Where is flushQueue?');
    expect(said.at(-1)).toContain('src/queue.ts');
  });

  it('looks up what was said before, without quoting the question itself', async () => {
    const queries: string[] = [];
    const recall: RecallStorage = {
      append: async () => undefined,
      search: async ({ text, page }) => {
        queries.push(text);
        const hits = ['What did I say about the port?', 'The port is 8080, not 3000.'].map((said, i) => ({
          id: `msg:s0/${i}`,
          session: 's0',
          seq: i,
          time: 0,
          role: 'user' as const,
          text: said,
          score: 5,
        }));
        return { hits, page, pages: 1, total: hits.length };
      },
    };
    const { answer, calls } = await asked(world({ recall }), 'What did I say about the port?');
    expect(calls).toHaveLength(1);
    expect(queries).toEqual(['port']);
    expect(answer).toContain('> The port is 8080, not 3000.');
    expect(answer).not.toContain('> What did I say');
    expect((await asked(world(), 'Remind me what we decided about tabs')).answer).toContain(
      'I found nothing about that',
    );
  });
});
