import { describe, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { type MemoryPolicy, memgptPolicy, virtualPolicy } from '../../../src/engine/memoryPolicies';
import { archivalSearch } from '../../../src/tools/archivalSearch';
import { pageIn } from '../../../src/tools/pageIn';
import { eventsOf, toolTexts } from '../../support/engineChecks';
import { memoryWorld } from '../../support/memoryPorts';
import { ScriptedModel } from '../../support/scriptedModel';

const note = {
  id: 'a1',
  session: 's0',
  time: 0,
  text: 'the deploy vault of falcon listens on port 42',
  score: 1,
};
const search = { name: 'archival_search', arguments: { query: 'deploy vault' } };
const padding = 'words that fill the window '.repeat(170);

/** @param calls one a turn; undefined for a turn without */
async function world(
  calls: readonly ({ name: string; arguments: unknown } | undefined)[],
  policy: MemoryPolicy = virtualPolicy,
) {
  const memory = memoryWorld({ functions: [archivalSearch, pageIn], settings: { policy } });
  const archival = {
    ...memory.parts.archival,
    searchNotes: async () => ({ hits: [note], page: 1, pages: 1, total: 1 }),
  };
  const script = [...calls];
  const model = new ScriptedModel(
    ({ messages }) => {
      const call = messages.at(-1)?.role === 'tool' ? undefined : script.shift();
      return call ? { calls: [call] } : { text: 'Done.' };
    },
    { windowTokens: 8192 },
  );
  const agent = await AgentProcess.open({ ...memory.parts, archival }, async () => model);
  return {
    agent,
    model,
    results: () => eventsOf(memory, 'function.result'),
    hints: () => eventsOf(memory, 'interrupt').flatMap((event) => event.hints ?? []),
    evicted: () =>
      eventsOf(memory, 'epoch.started').flatMap((event) => event.evicted.map((page) => page.address)),
  };
}

describe('messages and notes that a result shows', () => {
  it('are resident as long as the result is, and named instead of repeated', async () => {
    const { agent, model, results } = await world([
      search,
      search,
      { name: 'page_in', arguments: { address: 'note:a1' } },
    ]);
    for (const question of ['one', 'two', 'three']) await agent.submit(question);
    expect(results().map((event) => event.fault)).toEqual([
      { kind: 'major', tier: 'archival', cause: 'cold' },
      { kind: 'minor', tier: 'resident' },
      { kind: 'minor', tier: 'resident' },
    ]);
    expect(results()[0]?.shows).toEqual(['note:a1']);
    const shown = toolTexts(model.requests.at(-1)?.request.messages ?? []);
    expect(shown.filter((text) => text.includes(note.text))).toHaveLength(1);
    expect(shown[1]).toContain('note:a1 1970-01-01 00:00Z [resident]');
  });

  const longTalk = [search, ...Array<undefined>(8).fill(undefined), search];

  it('stay resident when a rollover carries their result', async () => {
    const { agent, results, evicted } = await world(longTalk);
    await agent.submit('one');
    for (let i = 0; i < 8; i++) await agent.submit(`${i} ${padding}`);
    await agent.submit('two');
    expect(evicted().length).toBeGreaterThan(0);
    expect(results().at(-1)?.fault).toEqual({ kind: 'minor', tier: 'resident' });
  });

  it('are shown again when their result has left, as a capacity fault', async () => {
    const { agent, results, evicted } = await world(longTalk, memgptPolicy);
    await agent.submit('one');
    for (let i = 0; i < 8; i++) await agent.submit(`${i} ${padding}`);
    await agent.submit('two');
    expect(evicted()).toContain(results()[0]?.address);
    expect(results().at(-1)).toMatchObject({ fault: { cause: 'capacity' }, shows: ['note:a1'] });
  });

  it('are resident as long as a hint that shows them whole is', async () => {
    const { agent, results, hints } = await world([search]);
    await agent.submit('Where does the deploy vault of falcon listen?');
    expect(hints()).toEqual([{ address: 'note:a1', line: `note: ${note.text}`, tokens: 12, whole: true }]);
    expect(results()[0]?.fault).toEqual({ kind: 'minor', tier: 'resident' });
  });
});
