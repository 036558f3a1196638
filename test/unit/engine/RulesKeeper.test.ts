import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import type { ModelRequest, RulesFile } from '../../../src/engine/ports';
import { pageIn } from '../../../src/tools/pageIn';
import { readFile } from '../../../src/tools/readFile';
import { eventsOf, numbered } from '../../support/engineChecks';
import { type MemoryWorld, memoryWorld } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { ScriptedModel, type ScriptedReply } from '../../support/scriptedModel';

let world: MemoryWorld;
let model: ScriptedModel;
let agent: AgentProcess;
let reply: () => ScriptedReply;

beforeEach(async () => {
  world = memoryWorld({ functions: [readFile, pageIn] });
  reply = () => ({ text: 'ok' });
});

async function open(windowTokens = 16_000): Promise<void> {
  model = new ScriptedModel(() => reply(), { windowTokens });
  agent = await AgentProcess.open(world.parts, async () => model);
}

/** The rules as they are on disk now. */
function setRules(text: string | undefined): void {
  world.rules.length = 0;
  world.files.delete('AGENTS.md');
  if (text === undefined) return;
  world.files.set('AGENTS.md', text);
  world.rules.push({ path: 'AGENTS.md', addressPath: 'proj/AGENTS.md', text, version: text });
}

async function ask(calls?: ScriptedReply['calls']): Promise<ModelRequest> {
  let made = calls ? 0 : 1;
  reply = () => (made++ === 0 && calls ? { calls } : { text: 'ok' });
  expect(await agent.submit('go')).toBe('done');
  return model.requests.at(-1)?.request as ModelRequest;
}

const head = (request: ModelRequest) => request.messages[0]?.content ?? '';
const told = (request: ModelRequest) =>
  request.messages.filter(({ content }) => content.startsWith('<interrupt kind="rulesChanged">'));
const notes = () => agent.transcript().findLast((event) => event.type === 'notes');

it('shows the rules in the head, between instructions and notes, under their address', async () => {
  setRules('Use tabs.\nNo semicolons.\n');
  await open();
  expect(notes()?.rules).toEqual([{ path: 'AGENTS.md', tokens: 7, lines: 2, shownLines: 2, active: true }]);
  const request = await ask([{ name: 'read_file', arguments: { path: 'AGENTS.md' } }]);
  expect(head(request)).toMatch(
    /\n\n<rules>\nStanding rules [\s\S]*\n\n\[file:proj\/AGENTS\.md#L1-L2@[0-9a-f]{16}\]\nUse tabs\.\nNo semicolons\.\n<\/rules>\n\n<working_context>/,
  );
  // They are resident: reading them copies nothing.
  expect(request.messages.at(-1)?.content).toContain('already in your window');
  const address = /file:\S+@[0-9a-f]{16}/.exec(head(request))?.[0] ?? '';
  expect(await agent.stored(address)).toBe('Use tabs.\nNo semicolons.\n');
  await rebuildRequests(world);
});

it('counts a text once, however many steps there are, and again when it is another', async () => {
  setRules('Use tabs.\n');
  const count = vi.spyOn(world.parts.counter, 'count');
  await open();
  const counted = () => count.mock.calls.flat(2).filter((text) => text.startsWith('Use '));
  await ask();
  await ask();
  expect(counted()).toEqual(['Use tabs.\n']);
  setRules('Use spaces.\n');
  await ask();
  await ask();
  expect(counted()).toEqual(['Use tabs.\n', 'Use spaces.\n']);
  count.mockRestore();
});

it('tells a change at the tail, once, and folds it into the next head', async () => {
  setRules('Use tabs.\nNo semicolons.\n');
  await open();
  const first = await ask();
  setRules('Use spaces.\nNo semicolons.\n');
  const second = await ask();
  expect(head(second)).toBe(head(first));
  expect(told(second)).toHaveLength(1);
  expect(told(second)[0]?.content).toMatch(/AGENTS\.md have changed:\n[\s\S]*-Use tabs\.\n\+Use spaces\./);
  expect(told(await ask())).toHaveLength(1);

  world.files.set('big.ts', numbered('big', 2000));
  let last = second;
  for (let turn = 0; turn < 12; turn++)
    last = await ask([{ name: 'read_file', arguments: { path: 'big.ts', startLine: turn * 100 + 1 } }]);
  expect(eventsOf(world, 'epoch.started').length).toBeGreaterThan(1);
  expect(head(last)).toContain('Use spaces.');
  expect(head(last)).not.toContain('Use tabs.');
  expect(told(last)).toEqual([]);
  // No summary was made from them.
  for (const { request } of model.requests.filter(({ request }) => request.functions.length === 0))
    expect(JSON.stringify(request.messages.slice(1))).not.toContain('No semicolons');
  await rebuildRequests(world);
});

it('says when rules come or go, and nothing when a change was taken back', async () => {
  await open();
  const first = await ask();
  expect(head(first)).not.toContain('<rules>');
  setRules('Be brief.\n');
  await agent.filesChanged();
  expect(notes()?.rules).toHaveLength(1);
  expect(told(await ask()).at(-1)?.content).toContain('The rules in AGENTS.md hold now:\nBe brief.');
  setRules(undefined);
  expect(told(await ask()).at(-1)?.content).toContain('The rules in AGENTS.md no longer hold.');
  expect(notes()?.rules).toEqual([]);
});

it('clips what is too long, with the rest in reach, and tells the person', async () => {
  setRules(numbered('rule', 400));
  await open(8192);
  const request = await ask();
  const shown = notes()?.rules[0];
  expect(shown?.lines).toBe(400);
  expect(shown?.shownLines).toBeGreaterThan(20);
  expect(shown?.shownLines).toBeLessThan(200);
  const next = (shown?.shownLines ?? 0) + 1;
  expect(head(request)).toContain(
    `[clipped: read_file("AGENTS.md", startLine: ${next}) shows the other ${400 - next + 1} lines]`,
  );
  expect(head(request)).toContain(`rule line ${next - 1} `);
  expect(head(request)).not.toContain(`rule line ${next} `);
  const rest = await ask([{ name: 'read_file', arguments: { path: 'AGENTS.md', endLine: next + 1 } }]);
  const result = rest.messages.at(-1)?.content ?? '';
  expect(result).toContain(`${next}\trule line ${next} `);
  expect(result).not.toContain(`\trule line ${next - 1} `);
  // Half of the window at most for everything that is pinned.
  const { system, notes: noteTokens } = agent.gauge();
  expect(system + noteTokens).toBeLessThan(8192 * 0.5);
});

it('knows after a restart what the model was told', async () => {
  setRules('One.\n');
  await open();
  await ask();
  setRules('Two.\n');
  await agent.filesChanged();
  await agent.dispose();
  await open();
  expect(told(await ask())).toHaveLength(1);
  await agent.dispose();
  await open();
  expect(told(await ask())).toHaveLength(1);
  expect(eventsOf(world, 'rules.loaded')).toHaveLength(2);
});

describe('rules with a scope', () => {
  const scoped = (touched: readonly string[]): RulesFile => {
    const active = touched.some((path) => path.startsWith('src/'));
    const text = `---\nglobs: src/**\n---\n${'Use const.\n'.repeat(3)}`;
    const file = { path: 'ts.md', addressPath: 'proj/ts.md', text, version: '1', firstLine: 4 };
    return { ...file, scope: 'files matching src/**', ...(active ? {} : { inactive: true }) };
  };

  beforeEach(() => {
    world = memoryWorld({ functions: [readFile, pageIn] });
    Object.assign(world.parts, {
      rules: { rules: async (_: AbortSignal, touched: readonly string[]) => [scoped(touched)] },
    });
    world.files.set('src/a.ts', 'a\n');
    world.files.set('lib/b.ts', 'b\n');
  });

  it('are shown to the person and kept from the model until a file of theirs is touched', async () => {
    await open();
    const first = await ask([{ name: 'read_file', arguments: { path: 'lib/b.ts' } }]);
    expect(JSON.stringify(first)).not.toContain('Use const');
    expect(notes()?.rules).toEqual([
      { path: 'ts.md', tokens: 9, lines: 6, shownLines: 6, active: false, scope: 'files matching src/**' },
    ]);
    const second = await ask([{ name: 'read_file', arguments: { path: 'src/a.ts' } }]);
    expect(head(second)).toBe(head(first));
    expect(told(second).map(({ content }) => content)).toEqual([
      expect.stringContaining(
        'The rules in ts.md (for files matching src/**) hold now:\nUse const.\nUse const.',
      ),
    ]);
    expect(notes()?.rules[0]?.active).toBe(true);
    expect(told(await ask())).toHaveLength(1);
    await agent.changeWindow({ kind: 'reset', instructions: '' }, new AbortController().signal);
    const third = await ask();
    expect(told(third)).toEqual([]);
    expect(head(third)).toMatch(
      /\[file:proj\/ts\.md#L4-L6@[0-9a-f]{16}\] \(for files matching src\/\*\*\)\nUse const\./,
    );
    expect(head(third)).not.toContain('globs');
    const address = /file:proj\/ts\S+@[0-9a-f]{16}/.exec(head(third))?.[0] ?? '';
    expect(await agent.stored(address)).toBe('Use const.\n'.repeat(3));
    await rebuildRequests(world);
  });

  it('are in the first head when the person names such a file, and after a restart', async () => {
    await open();
    reply = () => ({ text: 'ok' });
    await agent.submit('Look at src/a.ts, please.');
    expect(head(model.requests[0]?.request as ModelRequest)).toContain('Use const.');
    await agent.dispose();
    await open();
    expect(notes()?.rules[0]?.active).toBe(true);
    expect(told(await ask())).toEqual([]);
  });
});
