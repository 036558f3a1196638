import { describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { carriedBlock } from '../../../src/engine/carriedPages';
import type { ChatMessage } from '../../../src/engine/chat';
import { filePageOf, rawRange, splitLines } from '../../../src/engine/filePages';
import { virtualPolicy } from '../../../src/engine/memoryPolicies';
import { PageTable, type ResidentPage } from '../../../src/engine/PageTable';
import type { FilePage } from '../../../src/engine/pages';
import type { BlobStore, FileSnapshot } from '../../../src/engine/ports';
import { refreshedPages } from '../../../src/engine/refreshedPages';
import { eventsOf, numbered } from '../../support/engineChecks';
import { pageInFunction, readFileFunction } from '../../support/fakeFunctions';
import { type MemoryWorld, memoryWorld } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { type Script, ScriptedModel } from '../../support/scriptedModel';

const HOT = 'hot.ts';
const functions = [readFileFunction, pageInFunction];

/** What the head shows of pages that stay. */
function headOf(messages: readonly ChatMessage[]): string {
  return messages.find((message) => message.content.startsWith('<resident'))?.content ?? '';
}

interface Run {
  readonly world: MemoryWorld;
  readonly requests: readonly (readonly ChatMessage[])[];
}

/** Reads a file that is changed afterwards, goes on naming it, and reads others until the window rolls over. */
async function changedAfterReading(change: (world: MemoryWorld) => void): Promise<Run> {
  const world = memoryWorld({ functions, settings: { policy: virtualPolicy } });
  world.files.set(HOT, numbered('hot', 60));
  for (let i = 0; i < 20; i++) world.files.set(`f${i}.ts`, numbered(`file${i}`, 60));
  const script: Script = (_, step) => {
    if (step === 0) return { calls: [{ name: 'read_file', arguments: { path: HOT } }] };
    if (step === 1) change(world);
    const text = `As ${HOT} has it: hot line 7 with some words in it.`;
    return step < 14
      ? { text, calls: [{ name: 'read_file', arguments: { path: `f${step}.ts` } }] }
      : { text };
  };
  const model = new ScriptedModel(script, { windowTokens: 12_000 });
  const agent = await AgentProcess.open(world.parts, async () => model);
  expect(await agent.submit('Go on.')).toBe('done');
  expect(eventsOf(world, 'page.stale').length).toBeGreaterThan(0);
  expect(eventsOf(world, 'epoch.started').some(({ evicted }) => evicted.length > 0)).toBe(true);
  await rebuildRequests(world);
  return { world, requests: model.requests.map(({ request }) => request.messages) };
}

describe('a stale page that a rollover keeps', () => {
  it('is shown as its file is now, where its lines are now', async () => {
    const { world, requests } = await changedAfterReading(({ files }) =>
      files.set(
        HOT,
        `// new first line\n// and another\n${numbered('hot', 60).replace('hot line 30', 'CHANGED 30')}`,
      ),
    );
    const head = headOf(requests.at(-1) ?? []);
    expect(head).toContain('CHANGED 30');
    expect(head).not.toContain('hot line 30 ');
    expect(head).toContain('\n    3\thot line 1 ');
    expect(head).toContain('\n   62\thot line 60 ');
    const carried = eventsOf(world, 'epoch.started').findLast((epoch) => epoch.carried)?.carried;
    const page = carried?.find(({ file }) => file?.path === HOT);
    expect(page?.file).toMatchObject({ startLine: 3, endLine: 62, version: '2' });
    // It does not go stale again.
    expect(eventsOf(world, 'page.stale').filter(({ address }) => address === page?.address)).toEqual([]);
  });

  it('leaves when it has grown beyond what may stay', async () => {
    const grown = [...numbered('hot', 60).split('\n')];
    grown.splice(30, 0, ...Array<string>(190).fill(`written since ${'with many a word '.repeat(8)}`));
    const { world } = await changedAfterReading((changed) => changed.files.set(HOT, grown.join('\n')));
    for (const { tokensAfter, budget, evicted } of eventsOf(world, 'epoch.started'))
      if (evicted.length > 0) expect(tokensAfter).toBeLessThan(budget * virtualPolicy.low);
  });

  it('leaves when its file cannot be read any more', async () => {
    const { requests } = await changedAfterReading(({ files }) => files.delete(HOT));
    expect(headOf(requests.at(-1) ?? [])).not.toContain('hot line 1 ');
  });

  it('leaves when its file turns out to be one that must not be read unasked', async () => {
    const { requests } = await changedAfterReading(({ files, parts }) => {
      files.set(HOT, numbered('secret', 60));
      Object.assign(parts.files, { isSecret: async (path: string) => path === HOT });
    });
    expect(headOf(requests.at(-1) ?? [])).not.toContain('secret line');
  });

  it('shows no line that the queue shows already', async () => {
    const { blobs, files, parts } = memoryWorld();
    files.set(HOT, numbered('hot', 60));
    const shown = async (startLine: number, endLine: number, stale: boolean): Promise<ResidentPage> => {
      const file = await pageOf(await files.read(HOT), startLine, endLine, blobs);
      const at = { epoch: 1, turn: 1, step: 1 };
      const use = {
        since: at,
        references: 0,
        origin: 'fault',
        dirty: false,
        carried: false,
        derived: false,
      } as const;
      return { ...file, ...use, key: `file:${HOT}`, kind: 'file', seq: 1, tokens: 100, label: HOT, stale };
    };
    const old = await shown(1, 60, true);
    files.set(HOT, numbered('hot', 60).replace('hot line 30', 'CHANGED 30'));
    const again = await shown(11, 20, false);
    const refreshed = await refreshedPages(
      [old, again],
      { ...parts, files, blobs },
      new AbortController().signal,
    );
    const block = await carriedBlock([old], refreshed, [again], { ...parts, blobs });
    expect(block.pages.map(({ file }) => [file?.startLine, file?.endLine])).toEqual([
      [1, 10],
      [21, 60],
    ]);
    expect(block.text).toContain('CHANGED 30');
    expect(block.text).not.toContain('hot line 15 ');
    expect(block.text).toContain('\n   21\thot line 21 ');

    const table = new PageTable();
    table.admit({ ...old, file: old, blob: old.source, origin: 'fault' }, old.since);
    table.reference(old.address, { epoch: 1, turn: 2, step: 9 });
    for (const { file, from, ...page } of block.pages)
      table.carry({ ...page, ...(file ? { file } : {}), seq: 2, origin: 'fault' }, from, old.since);
    expect(table.all().map(({ references, stale }) => [references, stale])).toEqual([
      [1, false],
      [1, false],
    ]);
  });
});

async function pageOf(
  snapshot: FileSnapshot,
  startLine: number,
  endLine: number,
  blobs: BlobStore,
): Promise<FilePage> {
  const range = { startLine, endLine };
  return filePageOf(snapshot, range, await blobs.put(rawRange(splitLines(snapshot.text), range)));
}
